"""`make local` as a person, a script or a supervisor ends it."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.local_stack import ROOT, alive, eventually, family


def interrupt_the_terminals_group(make: int) -> None:
    os.killpg(make, signal.SIGINT)


def interrupt_make_alone(make: int) -> None:
    os.kill(make, signal.SIGINT)


def terminate_make(make: int) -> None:
    os.kill(make, signal.SIGTERM)


def kill_make(make: int) -> None:
    os.kill(make, signal.SIGKILL)


@pytest.mark.parametrize(
    "end", [interrupt_the_terminals_group, interrupt_make_alone, terminate_make, kill_make]
)
def test_however_make_local_is_ended_nothing_is_left(
    tmp_path: Path, end: Callable[[int], None]
) -> None:
    output = tmp_path / "output.txt"
    arguments = f"--no-demo --port 0 --data {tmp_path / 'data'}"
    with output.open("wb") as file:
        process = subprocess.Popen(
            ["make", "local", f"ARGS={arguments}"],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            start_new_session=True,
        )
    pids: set[int] = set()
    try:
        eventually(lambda: "s  starting" in output.read_text(), within_s=60, what="a start")
        eventually(lambda: len(family(process.pid)) > 3, within_s=30, what="Java")
        pids = family(process.pid)

        end(process.pid)

        assert process.wait(30) != 0
        eventually(lambda: not alive(pids), within_s=20, what="every process ended")
    finally:
        _kill({process.pid, *pids, *family(process.pid)})
    assert "Traceback" not in output.read_text()


def _kill(pids: set[int]) -> None:
    """A test that fails leaves nothing running either."""
    for pid in alive(pids):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
