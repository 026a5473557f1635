"""Consumer groups as a sample saw them: where each would resume on the target, and why not."""

from enum import StrEnum
from typing import NamedTuple

from mirroring.schema import Moment, Schema


class GroupState(StrEnum):
    """Whether a consumer group would resume on the target where it is on the source."""

    TRANSLATED = "TRANSLATED"
    PARTLY_TRANSLATED = "PARTLY_TRANSLATED"
    PENDING = "PENDING"
    NOT_TRANSLATED = "NOT_TRANSLATED"
    UNKNOWN = "UNKNOWN"


class GroupCode(StrEnum):
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


class Group(Schema):
    """A consumer group whose offsets are translated; `translatedAt` of the newest translation."""

    name: str
    state: GroupState
    reason: GroupReason | None = None
    translated_at: Moment | None = None
    offsets: tuple[GroupOffset, ...] = ()
