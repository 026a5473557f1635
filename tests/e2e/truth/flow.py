"""Traffic that stories begin and end as they like, and when each of its records was written.

`written` is by the clock of this machine, in ms by topic and offset of partition 0, whatever the
records' own timestamps say.
"""

import random
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from types import TracebackType

from tests.e2e.truth.side import Side

STEP_S = 0.05


@dataclass(frozen=True)
class Flow:
    """A record to one partition of a topic every `every_s`, by a clock that is `skew_ms` ahead.

    `spread_ms`: event time, each record's being so much older at random.
    """

    topic: str
    every_s: float = 0.1
    skew_ms: int = 0
    spread_ms: int = 0
    partition: int = 0


@dataclass
class Flows:
    """All flows to one cluster, on one thread; usable in a `with` block."""

    side: Side
    written: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    _next: dict[Flow, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Flows":
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        alive = self._thread.is_alive()
        self._over.set()
        self._thread.join()
        assert alive, "the traffic ended"

    def begin(self, flow: Flow) -> Flow:
        """Let it flow from now on."""
        with self._lock:
            self._next[flow] = time.monotonic()
        return flow

    def end(self, flow: Flow) -> None:
        """Nothing of it is sent any more once this returns, and all of it is written."""
        with self._lock:
            self._next.pop(flow, None)
            self.side.producer.flush(30)

    def _run(self) -> None:
        while not self._over.wait(STEP_S):
            with self._lock:
                for flow, due in self._next.items():
                    if due <= time.monotonic():
                        self._next[flow] = max(due, time.monotonic() - 1) + flow.every_s
                        self._send(flow)

    def _send(self, flow: Flow) -> None:
        now = time.time_ns() // 1_000_000
        stamp = now + flow.skew_ms - random.randint(0, flow.spread_ms)  # noqa: S311 - no secret
        sent = self.side.producer.send(
            flow.topic, b"flow", partition=flow.partition, timestamp_ms=stamp
        )
        if flow.partition == 0:
            sent.add_callback(lambda written: self._note(flow, written.offset, now))

    def _note(self, flow: Flow, offset: int, at: int) -> None:
        self.written[flow.topic][offset] = at
