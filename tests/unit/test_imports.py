"""What a cold start pays: each function's imports in a fresh process."""

import json
import subprocess
import sys
from dataclasses import dataclass
from functools import cache

import pytest

from tests.stack import HTTP, ROOT, functions

FUNCTIONS = sorted(functions().values())
CONNECT = {
    "change_mirror",
    "create_mirror",
    "delete_mirror",
    "reconcile_mirrors",
    "register_cluster",
    "sample_latency",
}
# create_mirror, change_mirror and register_cluster reach Kafka too, and import it only once a
# request deserves it.
KAFKA = {"sample_latency"}
# The X-Ray SDK costs 130-190 ms and pydantic-settings 97: nobody needs them. What ends here is the
# development environment, which Lambda does not have.
NOWHERE = {"aws_xray_sdk", "pydantic_settings", "moto", "lockstep", "samtranslator"}
# CPU seconds beside those of boto3 and pydantic in the same run: machines differ and are busy.
SCHEDULED_BUDGET, HTTP_BUDGET, KAFKA_BUDGET = 2.2, 2.6, 3.0
# A start beside other work costs more CPU than one alone: the peer's cheapest of three is compared
# with the cheapest of five.
ATTEMPTS, PEERS = 5, 3
PEER = "import boto3, pydantic; pydantic.create_model('Peer', one=(int, 1))"
MEASURE = """
import json, sys, time
{code}
print(json.dumps([time.process_time(), sorted(sys.modules)]))
"""


@dataclass(frozen=True)
class Start:
    """A fresh process: its CPU seconds until the code had run, and the modules it then held."""

    cpu_s: float
    modules: frozenset[str]


def start(code: str, folder: str = ".") -> Start:
    """Runs the code as Lambda would: the function's folder and the layer on the path."""
    paths = [str(ROOT / folder), str(ROOT / "layers/mirroring")]
    done = subprocess.run(
        [sys.executable, "-c", MEASURE.format(code=f"sys.path[:0] = {paths!r}\n{code}")],
        capture_output=True,
        check=True,
        text=True,
        timeout=30,
    )
    cpu_s, modules = json.loads(done.stdout)
    return Start(cpu_s, frozenset(modules))


@cache
def of(function: str, attempt: int = 0) -> Start:
    """One start of a function: the first may have to compile, and a neighbour may be loud."""
    return start("import app", f"functions/{function}")


@cache
def peer_s() -> float:
    """The cheapest start of those who are no function."""
    return min(start(PEER).cpu_s for _ in range(PEERS))


def budget(function: str) -> float:
    """How often a function may cost what boto3 and pydantic do."""
    if function in KAFKA:
        return KAFKA_BUDGET
    return HTTP_BUDGET if function in HTTP else SCHEDULED_BUDGET


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_imports_within_its_budget(function: str) -> None:
    ratios = (of(function, attempt).cpu_s / peer_s() for attempt in range(ATTEMPTS))

    assert any(ratio <= budget(function) for ratio in ratios)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_loads_nothing_that_it_does_not_need(function: str) -> None:
    forbidden = set(NOWHERE)
    forbidden |= set() if function in KAFKA else {"kafka"}
    forbidden |= set() if function in CONNECT else {"requests"}
    forbidden |= set() if function in HTTP else {"aws_lambda_powertools.event_handler"}

    assert not forbidden & of(function).modules


def test_no_module_can_create_a_topic() -> None:
    layer = ROOT / "layers/mirroring/mirroring"
    makers = [
        path.name
        for path in layer.rglob("*.py")
        if any(word in path.read_text("utf-8") for word in ("CreateTopicsRequest", "create_topics"))
    ]

    assert makers == []
