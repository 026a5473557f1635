"""Functions as real processes: warm, alone with their event, and ended as Lambda ends them."""

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lockstep.local.function import Definition, Function
from lockstep.local.processes import Processes
from lockstep.local.runtime_api import Outcome

APP = """
import os, time

def handler(event, context):
    match event["do"]:
        case "answer":
            return {"pid": os.getpid(), "left_ms": context.get_remaining_time_in_millis()}
        case "environment":
            return dict(os.environ)
        case "raise":
            raise ValueError(event["text"])
        case "sleep":
            time.sleep(event["seconds"])
            return {"pid": os.getpid()}
        case "exit":
            os._exit(3)
        case "grow":
            held = b"x" * (300 << 20)
            time.sleep(30)
            return len(held)
"""

Make = Callable[..., Function]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Makes a function of APP with some of its definition changed."""
    with Processes() as processes:

        def build(app: str = APP, **changes: Any) -> Function:
            (tmp_path / "app.py").write_text(app)
            values: dict[str, Any] = {
                "name": "tried",
                "folder": tmp_path,
                "handler": "app.handler",
                "memory_mb": 256,
                "timeout_s": 20,
                "variables": {"MIRRORS_TABLE": "mirrors"},
            }
            return Function(Definition(**(values | changes)), processes, tmp_path / "logs")

        yield build


def call(function: Function, do: str, **event: Any) -> Outcome:
    return function.invoke(json.dumps({"do": do, **event}).encode())


def test_a_second_event_meets_the_same_warm_process_with_its_full_time(make: Make) -> None:
    function = make()

    first, second = (json.loads(call(function, "answer").payload) for _ in range(2))

    assert first["pid"] == second["pid"]
    assert 19_000 < second["left_ms"] <= 20_000


def test_it_sees_the_templates_variables_and_nothing_of_ours(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "HTTPS_PROXY", "AWS_CA_BUNDLE"):
        monkeypatch.setenv(name, "ours")

    seen = json.loads(call(make(), "environment").payload)

    assert seen["MIRRORS_TABLE"] == "mirrors"
    assert seen["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
    assert "ours" not in seen.values()


def test_an_exception_is_the_outcomes_error_and_the_process_stays(make: Make) -> None:
    function = make()

    failed = call(function, "raise", text="no such mirror")

    assert failed.error_type == "ValueError"
    assert json.loads(failed.payload)["errorMessage"] == "no such mirror"
    assert call(function, "answer").error_type is None


@pytest.mark.parametrize(
    ("do", "event", "error_type"),
    [
        ("sleep", {"seconds": 30}, "Sandbox.Timedout"),
        ("exit", {}, "Runtime.ExitError"),
        ("grow", {}, "Runtime.OutOfMemory"),
    ],
)
def test_what_does_not_end_well_is_ended_and_the_next_event_meets_a_new_process(
    make: Make, do: str, event: dict[str, Any], error_type: str
) -> None:
    function = make(timeout_s=1 if do == "sleep" else 20)

    assert call(function, do, **event).error_type == error_type
    assert call(function, "answer").error_type is None


def test_a_module_that_cannot_be_imported_says_so(make: Make) -> None:
    assert call(make("import nothing_like_it"), "x").error_type == "Runtime.ImportModuleError"


def test_a_slow_event_holds_up_no_other(make: Make) -> None:
    function = make()
    slow = threading.Thread(target=lambda: call(function, "sleep", seconds=15), daemon=True)
    slow.start()

    quick = call(function, "answer")

    assert quick.error_type is None
    assert slow.is_alive()
