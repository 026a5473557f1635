"""What of a mirror's records is late, stalled or missing, as reasons. Pure."""

from collections.abc import Iterable
from datetime import datetime

from mirroring.measuring.status_inputs import StatusCase, Topic, is_stalled
from mirroring.observation import Code, Reason, Status, TopicState
from mirroring.reason_table import outage
from mirroring.reasons import duration, reason


def missing(case: StatusCase) -> Iterable[Reason]:
    """Topics that the target has no copy of."""
    for topic in case.inputs.topics:
        if topic.missing:
            says = {"mirrored": topic.mirrored}
            yield reason(Code.TARGET_TOPIC_MISSING, case.inputs.now, says, topic=topic.name)


def stalled(case: StatusCase) -> Iterable[Reason]:
    """Partitions of which nothing is copied while a record waits."""
    for topic in case.inputs.topics:
        if topic.stuck is not None and is_stalled(topic, case.inputs):
            yield reason(
                Code.STALLED,
                case.inputs.now,
                {"still": duration(topic.stuck.still), "delay": duration(topic.stuck.behind)},
                topic=topic.name,
                partition=topic.stuck.partition,
                measured=topic.stuck.behind,
                threshold=case.inputs.mirror.target_latency,
            )


def late(case: StatusCase) -> Iterable[Reason]:
    """Topics above the target in two samples in a row."""
    target = case.inputs.mirror.target_latency
    for topic in case.inputs.topics:
        if topic.state is TopicState.ACTIVE and topic.above >= 2:
            yield above(Code.LATENCY_ABOVE_TARGET, topic, case.inputs.now, target)


def held(case: StatusCase) -> Iterable[Reason]:
    """What was too late in the last sample, until a second good one ends it.

    Where a higher row decided then, its topics still tell how late they were.
    """
    before, target = case.before, case.inputs.mirror.target_latency
    if not case.counts.get("breach") or before is None or before.status is not Status.OUT_OF_SYNC:
        return
    known = [one for one in before.reasons if outage(one.code) is Code.STALLED]
    yield from known
    for topic in () if known else before.topics:
        latency = max(topic.average_latency or 0, topic.behind or 0)
        if topic.state is TopicState.ACTIVE and latency > target:
            was = Topic(topic.name, topic.mirrored_name, topic.state, latency)
            yield above(Code.LATENCY_ABOVE_TARGET, was, case.inputs.now, target)


def above(code: Code, topic: Topic, now: datetime, target: int) -> Reason:
    """A topic whose latency is above the target."""
    latency = topic.latency or 0
    return reason(
        code,
        now,
        {"delay": duration(latency), "target": duration(target)},
        topic=topic.name,
        measured=latency,
        threshold=target,
    )
