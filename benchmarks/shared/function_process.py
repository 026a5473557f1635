"""A function of template.yaml in a process of its own, as Lambda runs it: `… -m … FOLDER`.

Events come as lines of JSON; what each invocation took goes back as one. Of the sampler it tells
how long it listened, too, which is time and no work.
"""

import importlib
import io
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kafka.net.connection import KafkaConnection
from kafka.net.transport import KafkaTCPTransport

from benchmarks.shared.bill import Bill, counted

ROOT = Path(__file__).parents[2]
LISTENED, REQUESTS, RECEIVED, SENT, LOGGED = "listened_s", "requests", "received", "sent", "logged"


class Context:
    """What our handlers read of Lambda's context."""

    function_name = "function"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:function"
    aws_request_id = "52fdfc07-2182-154f-163f-5f0f9a621d72"

    def get_remaining_time_in_millis(self) -> int:
        """Enough."""
        return 45_000


class Logged(io.TextIOBase):
    """Standard output, of which only the bytes count."""

    def __init__(self, counts: Counter[str]) -> None:
        self._counts = counts

    def write(self, text: str) -> int:
        """Count what Lambda would send to CloudWatch."""
        self._counts[LOGGED] += len(text.encode())
        return len(text)


def main() -> None:
    """Serve until standard input ends."""
    folder = ROOT / "functions" / sys.argv[1]
    counts: Counter[str] = Counter()
    answers, sys.stdout = sys.stdout, Logged(counts)
    sys.path.insert(0, str(folder))
    handler = importlib.import_module("app").handler
    _watch(counts)
    with counted() as bill:
        for line in sys.stdin:
            print(json.dumps(_invoked(handler, json.loads(line), counts, bill)), file=answers)
            answers.flush()


def _invoked(
    handler: Callable[..., Any], event: Any, counts: Counter[str], bill: Bill
) -> dict[str, Any]:
    counts.clear()
    bill.clear()
    wall, cpu = time.perf_counter(), time.process_time()
    answer = handler(event, Context())
    took = {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}
    dynamo = {"writes": bill.writes, "reads": bill.reads, "calls": bill.requests.total()}
    return {"answer": answer, **took, **dynamo, **counts, "resident": resident()}


def resident() -> int:
    """The most bytes that this process was ever resident with (proc(5), VmHWM)."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmHWM"))


def _watch(counts: Counter[str]) -> None:
    """Count what goes to Kafka and comes from it, and the seconds of listening."""
    send, receive = KafkaTCPTransport._sock_send, KafkaTCPTransport._sock_recv
    request = KafkaConnection._send_request

    def sent(self: Any) -> Any:
        result = send(self)
        counts[SENT] += result[0]
        return result

    def received(self: Any) -> Any:
        result = receive(self)
        counts[RECEIVED] += len(result[0])
        return result

    def requested(self: Any, *args: Any, **named: Any) -> Any:
        counts[REQUESTS] += 1
        return request(self, *args, **named)

    KafkaTCPTransport._sock_send, KafkaTCPTransport._sock_recv = sent, received
    KafkaConnection._send_request = requested
    from mirroring.measuring import listen as listening

    listen = listening.listen

    def listened(*args: Any, **named: Any) -> None:
        began = time.perf_counter()
        listen(*args, **named)
        counts[LISTENED] += time.perf_counter() - began  # type: ignore[assignment]  # seconds

    listening.listen = listened


if __name__ == "__main__":
    os.environ.setdefault("ALLOW_LOOPBACK", "true")
    main()
