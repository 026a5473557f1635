"""A process of sample_latency that has read everything, says so, and then records nothing."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

HAS_READ = "has read"


@contextmanager
def halfway(event: dict[str, Any]) -> Iterator[None]:
    """The process, in this environment, once it has read; killed (-9) at the end."""
    command = [sys.executable, "-m", __name__, json.dumps(event)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert any(line.strip() == HAS_READ for line in process.stdout), "it ended by itself"
        yield
    finally:
        process.kill()
        process.wait()


def _stop_before_recording(event: dict[str, Any]) -> None:
    from mirroring.storing.observations import Observations

    from functions.sample_latency.app import handler
    from tests.functional.events import Context

    def hang(*_: object) -> bool:
        print(HAS_READ, flush=True)
        return threading.Event().wait()

    Observations.record = hang  # type: ignore[method-assign, assignment]  # the moment before anything is written
    handler(event, Context())  # type: ignore[arg-type]  # all that it reads


if __name__ == "__main__":
    _stop_before_recording(json.loads(sys.argv[1]))
