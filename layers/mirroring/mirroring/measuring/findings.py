"""What was lost, cut or made again: findings that stand until they expire or are seen. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from mirroring import bounded
from mirroring.kafka_types import Partition, is_another
from mirroring.measuring.readings import MirrorReadings
from mirroring.observation import Code, Reason
from mirroring.reasons import reason

BEYOND = "lost_beyond"
"""Where memory counts the records of losses that are counted and no more told of one by one."""


@dataclass(frozen=True, slots=True)
class Findings:
    """The findings that stand; `lost` are the records of all losses, `beyond` of those not told."""

    reported: tuple[Reason, ...]
    lost: int
    beyond: int


def findings(readings: MirrorReadings, at: datetime, window_ms: int) -> Findings:
    """Lasting findings: the old ones until they expire, and this sample's.

    What is counted expires with the finding that counts it.
    """
    expired = at - timedelta(milliseconds=window_ms)
    expired = max(expired, readings.mirror.acknowledged or expired)
    kept = {one.key: one for one in readings.memory.findings if one.since > expired}
    for one in _reset(readings, at):
        kept[one.key] = one
    for partition, figures in readings.figures.items():
        if figures.lost:
            one = _loss(at, partition, figures.lost, kept.values())
            kept[one.key] = one
    losses = [one for one in kept.values() if one.code is Code.DATA_LOSS]
    counted = any(one.count for one in losses)
    lost = _records(losses) + (readings.memory.counts.get(BEYOND, 0) if counted else 0)
    reported = bounded.findings(kept.values())
    return Findings(reported, lost, lost - _records(reported))


def _records(found: Iterable[Reason]) -> int:
    return sum(one.measured or 0 for one in found if one.code is Code.DATA_LOSS)


def _loss(at: datetime, partition: Partition, lost: int, before: Iterable[Reason]) -> Reason:
    """The records lost, with those of the same partition that still stand."""
    here = (Code.DATA_LOSS, *partition)
    known = [one for one in before if (one.code, one.topic, one.partition) == here]
    total = lost + sum(one.measured or 0 for one in known)
    says, (topic, index) = {"lost": total}, partition
    return reason(Code.DATA_LOSS, at, says, topic=topic, partition=index, measured=total)


def _reset(readings: MirrorReadings, at: datetime) -> Iterable[Reason]:
    for name in readings.source.recreated:
        yield reason(Code.TOPIC_RECREATED, at, topic=name)
    yield from _truncated(readings, at)
    for name in readings.source.topics:
        mirrored = readings.mirror.mirrored_name(name)
        known, target = readings.memory.topics.get(name), readings.target.topics.get(mirrored)
        another = known and target and is_another(known.target_id, target.topic_id)
        if another or name in readings.target.emptied:
            says = {"mirrored": mirrored}
            yield reason(Code.TARGET_TOPIC_RESET, at, says, topic=name)


def _truncated(readings: MirrorReadings, at: datetime) -> Iterable[Reason]:
    for (name, index), lost in readings.source.truncated.items():
        yield reason(
            Code.TOPIC_TRUNCATED,
            at,
            {"lost": lost},
            topic=name,
            partition=index,
            measured=lost,
        )
