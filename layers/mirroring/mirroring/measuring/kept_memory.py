"""Memories as the last sample of this process left them, found again by the bytes that were stored.

Reading them back from JSON takes a sixth of a sample of many partitions. Whatever was stored by
another process, or by nobody, has other bytes and is not found.
"""

from collections import OrderedDict
from functools import cache
from threading import Lock

from mirroring.measuring.memory import Memory

# Of 50,000 partitions, which then take about 25 MB of the function's 512.
MOST_BYTES = 8_000_000


class KeptMemories:
    """Memories by their packed bytes, of `most` bytes together; the oldest give way."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._size = 0
        self._kept: OrderedDict[bytes, Memory] = OrderedDict()
        self._lock = Lock()

    def keep(self, packed: bytes, memory: Memory) -> None:
        """Remember what `packed` was made of."""
        with self._lock:
            if packed not in self._kept:
                self._size += len(packed)
            self._kept[packed] = memory
            while self._size > self._most:
                self._size -= len(self._kept.popitem(last=False)[0])

    def take(self, packed: bytes | None) -> Memory | None:
        """What these bytes were made of, once: the next sample has others."""
        with self._lock:
            if packed is None or packed not in self._kept:
                return None
            self._size -= len(packed)
            return self._kept.pop(packed)


@cache
def kept_memories() -> KeptMemories:
    """Those of this process."""
    return KeptMemories()
