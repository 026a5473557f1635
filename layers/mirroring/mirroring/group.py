"""Consumer groups as a sample saw them: where each would resume on the target, and why not."""

from typing import NamedTuple

from pydantic import field_validator

from mirroring.schema import Moment, Stored, Word


class GroupState(Word):
    """Whether a consumer group would resume on the target where it is on the source."""

    TRANSLATED = "TRANSLATED"
    PARTLY_TRANSLATED = "PARTLY_TRANSLATED"
    PENDING = "PENDING"
    NOT_TRANSLATED = "NOT_TRANSLATED"
    UNKNOWN = "UNKNOWN"


class GroupCode(Word):
    """Why a consumer group is not translated."""

    ACTIVE_ON_TARGET = "ACTIVE_ON_TARGET"
    AWAITED = "AWAITED"
    CHECKPOINTS_UNREADABLE = "CHECKPOINTS_UNREADABLE"
    CONNECTOR_NOT_RUNNING = "CONNECTOR_NOT_RUNNING"
    NOTHING_COMMITTED = "NOTHING_COMMITTED"
    NOTHING_COPIED = "NOTHING_COPIED"
    NOT_SYNCED = "NOT_SYNCED"
    SOURCE_UNREADABLE = "SOURCE_UNREADABLE"
    TARGET_AHEAD = "TARGET_AHEAD"
    TARGET_UNREADABLE = "TARGET_UNREADABLE"
    TOO_MANY = "TOO_MANY"
    TOO_OLD = "TOO_OLD"


class GroupReason(NamedTuple):
    """Why, and the partition of the source topic that it is about, if it is about one."""

    code: GroupCode
    topic: str | None = None
    partition: int | None = None


class GroupOffset(NamedTuple):
    """What a group has committed on the source, what that is on the target, and what it has there.

    It resumes on the target at the last; an array in JSON, since there are many.
    """

    topic: str
    partition: int
    source: int
    translated: int | None
    target: int | None


class Group(Stored):
    """A consumer group whose offsets are translated; `translatedAt` of the newest translation."""

    name: str
    state: GroupState
    reason: GroupReason | None = None
    translated_at: Moment | None = None
    offsets: tuple[GroupOffset, ...] = ()

    @field_validator("reason", mode="before")
    @classmethod
    def _known_reason(cls, row: object) -> object:
        """Without what a later version appended."""
        return row[: len(GroupReason._fields)] if isinstance(row, list) else row

    @field_validator("offsets", mode="before")
    @classmethod
    def _known_offsets(cls, rows: object) -> object:
        """Without what a later version appended to each."""
        if not isinstance(rows, list):
            return rows
        return [row[: len(GroupOffset._fields)] if isinstance(row, list) else row for row in rows]
