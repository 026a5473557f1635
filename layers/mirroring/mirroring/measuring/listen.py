"""Records that are heard to arrive at the target's end: their delay is measured, not concluded."""

from bisect import bisect_right
from collections.abc import Sequence

from mirroring.errors import ClusterUnauthorized, ClusterUnreachable
from mirroring.kafka_client.probe import Probe
from mirroring.kafka_types import Partition, Stamping
from mirroring.measuring.readings import MirrorReadings

LISTEN_S = 2.0
LISTEN_EACH = 32
LISTEN_ALL = 256


def listen(probe: Probe, all_readings: Sequence[MirrorReadings], seconds: float = LISTEN_S) -> None:
    """Step 6: hear records arrive on partitions that move, each mirror's taking turns.

    A target that is away is heard to say nothing: other steps have told of it.
    """
    heard_by: dict[Partition, list[tuple[MirrorReadings, Partition]]] = {}
    each = max(1, min(LISTEN_EACH, LISTEN_ALL // max(1, len(all_readings))))
    for readings in all_readings:
        for partition in _turn(readings, each):
            heard_by.setdefault(readings.on_target(partition), []).append((readings, partition))
            readings.turn = partition
    if not heard_by:
        return
    heard: dict[Partition, list[tuple[int, int]]] = {}
    try:
        arrivals = probe.listen(heard_by, seconds)
    except (ClusterUnreachable, ClusterUnauthorized):
        return
    for arrival in arrivals:
        heard.setdefault(arrival.partition, []).append((arrival.arrived, arrival.timestamp))
    for mirrored, rows in heard.items():
        for readings, partition in heard_by[mirrored]:
            readings.partitions[partition] = readings.partitions[partition]._replace(
                heard=tuple(rows)
            )


def _turn(readings: MirrorReadings, most: int) -> list[Partition]:
    """Up to `most` partitions whose end moved, or that wait, from where the last turn ended."""
    stampings = readings.target.stampings.by_topic
    moving = sorted(
        one
        for one in readings.to_inspect
        if not stampings.get(one.topic, Stamping()).append_time
        and isinstance(readings.partitions[one].target_end, int)
    )
    last = readings.memory.heard
    begins = 0 if last is None else bisect_right(moving, last)
    return (moving[begins:] + moving[:begins])[:most]
