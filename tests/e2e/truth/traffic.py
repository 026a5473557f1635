"""Steady traffic from a process of its own, so that it takes no time from who measures here."""

import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from itertools import count

VALUE = b"x" * 100
END_S = 20.0


@contextlib.contextmanager
def steady(address: str, topics: Sequence[str], partitions: int, rate: float) -> Iterator[None]:
    """Writes `rate` records a second to each partition of the topics, evenly spaced."""
    program = [
        sys.executable,
        "-m",
        __name__,
        address,
        ",".join(topics),
        str(partitions),
        str(rate),
    ]
    process = subprocess.Popen(program, stdin=subprocess.PIPE)
    try:
        yield
        assert process.poll() is None, "the traffic ended"
    finally:
        if process.stdin:
            process.stdin.close()
        process.wait(END_S)


def _write(address: str, topics: Sequence[str], partitions: int, rate: float) -> None:
    """Until standard input ends, which it does with whoever started this process."""
    from kafka import KafkaProducer

    ended = threading.Event()
    threading.Thread(target=_await_end, args=(ended,), daemon=True).start()
    places = [(topic, index) for index in range(partitions) for topic in topics]
    pause = 1 / (rate * len(places))
    producer = KafkaProducer(bootstrap_servers=address)
    began = time.monotonic()
    for number in count():
        topic, index = places[number % len(places)]
        producer.send(topic, VALUE, partition=index)
        if ended.wait(max(0.0, began + (number + 1) * pause - time.monotonic())):
            break
    with contextlib.suppress(AssertionError):
        producer.close(timeout=5)


def _await_end(ended: threading.Event) -> None:
    sys.stdin.read()
    ended.set()


if __name__ == "__main__":
    _write(sys.argv[1], sys.argv[2].split(","), int(sys.argv[3]), float(sys.argv[4]))
