"""A mirror as it is answered: what was asked for, joined with what the last sample saw. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mirroring import bounded, freshness
from mirroring.api import worst_topics
from mirroring.api.connector_view import connectors
from mirroring.api.group_words import group_answer
from mirroring.cluster import KafkaCluster
from mirroring.contract import change_words
from mirroring.contract.mirror_fields import asked
from mirroring.contract.mirrors import (
    ChangeAnswer,
    ConnectorAnswer,
    GroupAnswer,
    MirrorAnswer,
    MirrorSummary,
    Recent,
)
from mirroring.mirror import HOLDS, Intent, Mirror
from mirroring.observation import (
    Change,
    Code,
    Latency,
    Observation,
    Reason,
    Severity,
    Status,
)
from mirroring.reason_table import LASTING
from mirroring.reasons import reason
from mirroring.storing import last_hour
from mirroring.storing.observation_item import Summary, TaskCount


@dataclass(frozen=True)
class Standing:
    """A mirror's status, since when, and why."""

    status: Status
    since: datetime
    reasons: tuple[Reason, ...] = ()


def standing(
    mirror: Mirror,
    seen: Summary | Observation | None,
    refused: str | None,
    now: datetime | None = None,
) -> Standing:
    """What a person asked for, or Connect refused, shows at once; else the last sample decides.

    `refused` are Connect's words about the configuration. The order is that of measurement's table.
    At `now` the last sample may say nothing any more; without it, it is taken as it was.
    """
    told = _told_now(mirror, refused)
    if told is not None and (seen is None or seen.status is not told):
        reasons = bounded.reasons((*_refusal(mirror, told, refused), *_kept(seen)))
        return Standing(told, mirror.updated_at, reasons)
    missing = _missing(mirror, seen, now)
    if missing is not None:
        reasons = bounded.reasons((missing, *_kept(seen)))
        return Standing(Status.UNKNOWN, missing.since, reasons)
    if seen is None:
        return Standing(Status.CREATING, mirror.created_at, _with_pause(mirror, seen))
    return Standing(seen.status, seen.status_since, _with_pause(mirror, seen))


def summary(
    mirror: Mirror,
    seen: Summary | None,
    refused: str | None,
    now: datetime | None = None,
    recent: bool = False,
) -> MirrorSummary:
    """A mirror in a list, with the last hour before `now` if that is asked for."""
    return MirrorSummary(
        **_head(mirror, seen, refused, now),
        topics=seen.topics if seen else 0,
        tasks=seen.tasks if seen else TaskCount(running=0, total=0),
        recent=_recent(seen, now) if seen and now and recent else None,
    )


def details(
    mirror: Mirror,
    seen: Observation | None,
    refused: str | None,
    clusters: Mapping[str, KafkaCluster],
    now: datetime | None = None,
) -> MirrorAnswer:
    """A mirror in full; `clusters` are the registered ones that it names."""
    topics = worst_topics.shown(mirror.name, seen.topics if seen else ())
    return MirrorAnswer(
        **_head(mirror, seen, refused, now),
        backfill=seen.backfill if seen else None,
        mirrored_topics=tuple(topics.items),
        topics_next_token=topics.next_token,
        connectors=connectors(mirror, seen, clusters),
        groups=_groups(mirror, seen),
        groups_total=seen.groups_total if seen and mirror.sync_group_offsets else 0,
    )


def planned(mirror: Mirror, clusters: Mapping[str, KafkaCluster]) -> tuple[ConnectorAnswer, ...]:
    """The connectors of a mirror that nobody has seen yet."""
    return connectors(mirror, None, clusters)


def change(line: Change) -> ChangeAnswer:
    """A line of a mirror's changes; of a write, in the words of the API."""
    before, after = line.before, line.after
    if isinstance(after, dict):
        before, after = change_words.told(before if isinstance(before, dict) else None, after)
    return ChangeAnswer(
        at=line.at,
        kind=line.kind,
        before=before,
        after=after,
        reasons=line.reasons,
        took_ms=line.took_ms,
        by=line.by,
    )


def _told_now(mirror: Mirror, refused: str | None) -> Status | None:
    """The status that needs no sample."""
    if mirror.intent is Intent.DELETED:
        return Status.DELETING
    return None if refused is None else Status.FAILED


def _with_pause(mirror: Mirror, seen: Summary | Observation | None) -> tuple[Reason, ...]:
    """The last sample's reasons; a pause is pending until Connect says that it is done.

    PAUSED itself is told only then.
    """
    known = seen.reasons if seen else ()
    hold = HOLDS.get(mirror.intent)
    others = tuple(one for one in known if one.code is not Code.PAUSE_PENDING)
    if hold is None:
        return others
    if len(others) < len(known) or (seen is not None and seen.status is Status.PAUSED):
        return known
    return (
        *known[: bounded.REASONS - 1],
        reason(Code.PAUSE_PENDING, mirror.updated_at, {"hold": hold}),
    )


def _missing(
    mirror: Mirror, seen: Summary | Observation | None, now: datetime | None
) -> Reason | None:
    measured_at = seen.measured_at if seen else None
    return None if now is None else freshness.unsampled(mirror, measured_at, now)


def _refusal(mirror: Mirror, told: Status, refused: str | None) -> tuple[Reason, ...]:
    if told is not Status.FAILED:
        return ()
    return (reason(Code.CONFIG_REFUSED, mirror.updated_at, {"words": refused}),)


def _kept(seen: Summary | Observation | None) -> tuple[Reason, ...]:
    """What stays worth knowing when a status is replaced: losses, and what never decided it."""
    reasons = seen.reasons if seen else ()
    return tuple(
        one for one in reasons if one.code in LASTING or one.severity is not Severity.CRITICAL
    )


def _recent(seen: Summary, now: datetime) -> Recent | None:
    found = last_hour.since(seen.hour, now)
    if found is None:
        return None
    first, behind = found
    step_ms = last_hour.MINUTE // timedelta(milliseconds=1)
    return Recent(since=first, step_ms=step_ms, behind=tuple(behind))


def _head(
    mirror: Mirror,
    seen: Summary | Observation | None,
    refused: str | None,
    now: datetime | None,
) -> dict[str, Any]:
    stands = standing(mirror, seen, refused, now)
    return {
        **asked(mirror),
        "name": mirror.name,
        "version": mirror.version,
        "created_at": mirror.created_at,
        "measured_at": seen.measured_at if seen else None,
        "status": stands.status,
        "status_since": stands.since,
        "reasons": stands.reasons,
        "latency": seen.latency if seen else Latency(),
    }


def _groups(mirror: Mirror, seen: Observation | None) -> tuple[GroupAnswer, ...]:
    if seen is None or not mirror.sync_group_offsets:
        return ()
    return tuple(group_answer(one, mirror, seen.measured_at) for one in seen.groups)
