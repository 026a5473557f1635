"""Writes while Kafka Connect misbehaves: each ends in time, says so, and can be repeated."""

import time
from collections.abc import Callable

import pytest
from mirroring.managing import remove, update

from tests.functional.connect_server import Fault, busy, half_body, html, slow
from tests.functional.http import Answer, call
from tests.functional.world import World
from tests.functional.world import world as world

FIRST_TRY_S, LONGEST_S = 1.0, 9.0
"""Writes try for 5 s in life, a registration for 8; machines are busy."""
FAULTS: dict[str, Callable[[], Fault]] = {
    "rebalancing": busy,
    "slow": lambda: slow(30),
    "HTML": html,
    "half a body": half_body,
    "failing": lambda: busy(500, "Request timed out"),
}
WRITES: dict[str, tuple[str, str, object]] = {
    "change": ("PATCH", "", {"maxTasks": 7}),
    "pause": ("POST", "/pause", None),
    "restart": ("POST", "/restart", None),
    "delete": ("DELETE", "", None),
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave it to reconcile sooner."""
    for module in (update, remove):
        monkeypatch.setattr(module, "FIRST_TRY_S", FIRST_TRY_S)


def timed(method: str, path: str, body: object = None) -> Answer:
    """The answer, which must come in time."""
    began = time.monotonic()
    answer = call(method, path, body)
    assert time.monotonic() - began < LONGEST_S
    return answer


def done(world: World, name: str, write: str) -> bool:
    """Whether Connect is as the write wants it."""
    known = world.connect.connectors.get(f"{name}.source")
    if write == "delete":
        return known is None
    assert known is not None
    asked = any(f"{name}.source/restart" in path for path in world.connect.asked("POST"))
    return {
        "change": known.config["tasks.max"] == "7",
        "pause": known.state == "PAUSED",
        "restart": asked,
    }[write]


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
@pytest.mark.parametrize("write", WRITES)
def test_a_write_is_taken_and_can_be_repeated(
    world: World, write: str, fault: Callable[[], Fault]
) -> None:
    name = world.created()["name"]
    method, path, body = WRITES[write]
    world.connect.script(*[fault() for _ in range(1000)])
    first = timed(method, f"/mirrors/{name}{path}", body)
    assert first.status == 202

    world.connect.mend()
    world.connect.requests.clear()
    again = timed(method, f"/mirrors/{name}{path}", body)
    assert again.status == (204 if write == "delete" else 202)
    assert done(world, name, write)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_create_is_taken_and_waits_for_connect(world: World, fault: Callable[[], Fault]) -> None:
    world.connect.script(*[fault() for _ in range(1000)])
    answer = timed(
        "POST",
        "/mirrors",
        {
            "connectCluster": "us-connect",
            "sourceCluster": {"managedCluster": {"sourceKafkaClusterId": "eu-core"}},
        },
    )

    assert (answer.status, answer.json["status"]) == (202, "CREATING")


@pytest.mark.parametrize("fault", [html, half_body, FAULTS["slow"]])
def test_a_registration_says_what_is_wrong_and_can_be_repeated(
    world: World, fault: Callable[[], Fault]
) -> None:
    body = {"urls": [world.connect.url], "kafkaCluster": "us-core"}
    world.connect.script(*[fault() for _ in range(1000)])
    answer = timed("PUT", "/connect-clusters/other", body)
    assert (answer.status, answer.slug) == (422, "connect-unreachable")
    assert answer.json["detail"]

    world.connect.mend()
    assert call("PUT", "/connect-clusters/other", body).status == 201
