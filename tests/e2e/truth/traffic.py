"""Steady traffic from a process of its own, so that it takes no time from who measures here."""

import contextlib
import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from itertools import count

VALUE = b"x" * 100
END_S = 20.0


@dataclass(frozen=True)
class Dated:
    """Event time: records are `ago_ms` older than their writing, and up to `spread_ms` more."""

    ago_ms: int = 0
    spread_ms: int = 0


@contextlib.contextmanager
def steady(
    address: str,
    topics: Sequence[str],
    partitions: int,
    rate: float,
    *,
    linger_ms: int = 0,
    dated: Mapping[str, Dated] | None = None,
) -> Iterator[None]:
    """Writes `rate` records a second to each partition of the topics, evenly spaced, from now on.

    A producer that lingers holds each record back for up to `linger_ms`.
    """
    stamps = {topic: astuple(how) for topic, how in (dated or {}).items()}
    how = json.dumps([address, list(topics), partitions, rate, linger_ms, stamps])
    command = [sys.executable, "-m", __name__, how]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert process.stdout and process.stdout.readline(), "the traffic does not begin"
        yield
        assert process.poll() is None, "the traffic ended"
    finally:
        process.communicate(timeout=END_S)


def _write(
    address: str,
    topics: Sequence[str],
    partitions: int,
    rate: float,
    linger_ms: int,
    stamps: Mapping[str, tuple[int, int]],
) -> None:
    """Until standard input ends, which it does with whoever started this process."""
    from kafka import KafkaProducer

    ended = threading.Event()
    threading.Thread(target=_await_end, args=(ended,), daemon=True).start()
    places = [(topic, index) for index in range(partitions) for topic in topics]
    pause = 1 / (rate * len(places))
    producer = KafkaProducer(bootstrap_servers=address, linger_ms=linger_ms)
    began = time.monotonic()
    for number in count():
        topic, index = places[number % len(places)]
        ago, spread = stamps.get(topic, (0, 0))
        stamp = time.time_ns() // 1_000_000 - ago - random.randint(0, spread)  # noqa: S311 - no secret
        producer.send(topic, VALUE, partition=index, timestamp_ms=stamp)
        if number == len(places):
            producer.flush()
            print("every partition has a record", flush=True)
        if ended.wait(max(0.0, began + (number + 1) * pause - time.monotonic())):
            break
    with contextlib.suppress(AssertionError):
        producer.close(timeout=5)


def _await_end(ended: threading.Event) -> None:
    sys.stdin.read()
    ended.set()


if __name__ == "__main__":
    _write(*json.loads(sys.argv[1]))
