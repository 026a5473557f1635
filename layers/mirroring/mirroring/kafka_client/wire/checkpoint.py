"""MirrorMaker's checkpoints: one record for each translation of a group's committed offset.

The key is group, target topic, partition; the value version 0, the offset that the group had
committed on the source, the one that it stands for on the target, and what the group had committed
with it (org.apache.kafka.connect.mirror.Checkpoint).
"""

import struct
from typing import NamedTuple

from mirroring.kafka_client.wire.frame import read_classic
from mirroring.kafka_types import Content, Partition

_INT32 = struct.Struct(">i")
_VALUE = struct.Struct(">hqq")
_VERSION = 0


class Checkpoint(NamedTuple):
    """A group's offset on the source (`upstream`) and the target; `partition` is the target's."""

    group: str
    partition: Partition
    upstream: int
    downstream: int
    timestamp: int


def topic(alias: str) -> str:
    """Where MirrorMaker keeps the checkpoints of a source, on the target."""
    return f"{alias}.checkpoints.internal"


def read(record: Content) -> Checkpoint | None:
    """The checkpoint that a record holds; None for a tombstone, and for what is none."""
    if record.key is None or record.value is None:
        return None
    try:
        group, at = read_classic(memoryview(record.key), 0)
        name, at = read_classic(memoryview(record.key), at)
        (index,) = _INT32.unpack_from(record.key, at)
        version, upstream, downstream = _VALUE.unpack_from(record.value)
    except (struct.error, UnicodeDecodeError):
        return None
    if version != _VERSION:
        return None
    return Checkpoint(group, Partition(name, index), upstream, downstream, record.timestamp)
