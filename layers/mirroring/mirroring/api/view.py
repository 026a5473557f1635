"""A mirror as it is answered: what was asked for, joined with what the last sample saw. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from mirroring.api import paging, worst_topics
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
from mirroring.measuring.status_now import Known, standing
from mirroring.mirror import Mirror
from mirroring.observation import Change, Latency, Observation
from mirroring.storing import last_hour
from mirroring.storing.observation_item import Summary, TaskCount


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
    most: int = paging.LARGEST,
) -> MirrorAnswer:
    """A mirror in full; `clusters` are the registered ones that it names.

    Groups and topics have what is left of `most` bytes; their total and a token tell of more.
    """
    whole = MirrorAnswer(
        **_head(mirror, seen, refused, now),
        backfill=seen.backfill if seen else None,
        mirrored_topics=(),
        topics_next_token=None,
        connectors=connectors(mirror, seen, clusters),
        groups=(),
        groups_total=seen.groups_total if seen and mirror.sync_group_offsets else 0,
    )
    groups, room = _groups(mirror, seen), max(0, most - paging.size(whole))
    count, left = paging.fits(groups, room // 2)
    topics = worst_topics.shown(mirror.name, seen.topics if seen else (), room - room // 2 + left)
    return whole.model_copy(
        update={
            "mirrored_topics": tuple(topics.items),
            "topics_next_token": topics.next_token,
            "groups": groups[:count],
        }
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
    stands = standing(Known(mirror, seen, refused, now))
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
