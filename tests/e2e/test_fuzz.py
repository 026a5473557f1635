"""Requests that nobody thought of: each is answered as docs/openapi.json says, and never 5xx."""

import time
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error, status_code_conformance
from schemathesis.core.result import Ok

from tests.e2e.local_stack import ROOT, LocalStack

pytestmark = pytest.mark.e2e
SECONDS = 2.0
"""For each call of the contract; together less than a minute."""
SHARED = {"eu-core", "us-core", "us-connect"}
CHECKS = [not_a_server_error, status_code_conformance]
CONTRACT = schemathesis.openapi.from_path(ROOT / "docs/openapi.json")
CALLS = [one.ok() for one in CONTRACT.get_all_operations() if isinstance(one, Ok)]


@pytest.fixture(scope="module")
def mirror(registered: LocalStack) -> Iterator[str]:
    """A mirror of no topic, for the calls that need one."""
    source = {"alias": "fuzzed", "managedCluster": {"sourceKafkaClusterId": "eu-core"}}
    body = {"connectCluster": "us-connect", "sourceCluster": source, "topicsRegex": "no such"}
    answer = registered.post("/mirrors", body)
    assert answer.status == 202, answer.body
    yield answer.json["name"]
    for one in registered.get("/mirrors?limit=200").json["mirrors"]:
        if one["sourceCluster"]["alias"] == "fuzzed":
            registered.delete(f"/mirrors/{one['name']}")


def harms(case: Case[Any]) -> bool:
    """Whether it would take away or replace what other tests need."""
    named = case.path_parameters.get("name")
    return case.method in ("PUT", "DELETE") and named in SHARED


def aimed(case: Case[Any], mirror: str) -> Case[Any]:
    """At the mirror, where the call is about one and leaves it there."""
    if "/mirrors/{name}" in case.path and case.method != "DELETE":
        case.path_parameters["name"] = mirror
    return case


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("call", CALLS, ids=[one.label for one in CALLS])
def test_no_request_is_answered_otherwise_than_promised(
    registered: LocalStack, mirror: str, call: Any, mode: GenerationMode
) -> None:
    until = time.monotonic() + SECONDS / 2
    numbers = count()

    @settings(
        max_examples=12,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=call.as_strategy(generation_mode=mode))
    def ask(case: Case[Any]) -> None:
        if time.monotonic() > until or harms(case):
            return
        chosen = aimed(case, mirror) if next(numbers) % 2 else case
        answer = chosen.call(base_url=registered.url, timeout=30)
        chosen.validate_response(answer, checks=CHECKS)

    ask()
