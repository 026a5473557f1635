"""Partitions of a topic of which nobody knows whether they are copied. Pure."""

from collections.abc import Mapping

from mirroring.kafka_types import Fault
from mirroring.measuring.figures import PartitionLatency
from mirroring.measuring.memory import Unread
from mirroring.measuring.status_inputs import Unreadable, is_lasting


def unread(
    before: Mapping[int, Unread],
    faults: Mapping[int, Fault],
    figures: Mapping[int, PartitionLatency],
    good: int,
) -> dict[int, Unread]:
    """Those of this sample, by index: since the last sample (`good`, ms) that did know.

    `faults` are of those whose end is not known, which have no figures.
    """
    why = dict(faults)
    for index, one in figures.items():
        if one.unknown is not None:
            why[index] = one.unknown
    found = {}
    for index, fault in why.items():
        last = before.get(index) or Unread(good, 0, "")
        read = figures.get(index)
        overdue = last.overdue if read is None else read.overdue
        found[index] = Unread(last.since, last.samples + 1, str(fault), overdue)
    return found


def longest_unread(each: Mapping[int, Unread], partitions: int, now: int) -> Unreadable | None:
    """The one that could not be read for longest, where that is long enough to matter."""
    lasting = {index: one for index, one in each.items() if is_lasting(one.samples, one.since, now)}
    if not lasting:
        return None
    index = min(lasting, key=lambda one: lasting[one].since)
    return Unreadable(
        partition=index,
        still=now - lasting[index].since,
        words=lasting[index].why,
        more=len(lasting) - 1,
        critical=2 * len(lasting) > partitions or any(one.overdue for one in lasting.values()),
    )
