"""Every write of a mirror leaves its line: who, when, what became of what, and no secret."""

from datetime import UTC, datetime
from typing import Any

import pytest
from mirroring.api.routing import Api
from mirroring.observation import Code
from mirroring.storing.observation_item import Outcome
from mirroring.storing.observations import Observations

from lockstep.openapi.operations import OPERATIONS
from tests.functional.http import call
from tests.functional.kafka import Cluster
from tests.functional.world import World, external
from tests.functional.world import world as world
from tests.given import a_reason, an_observation

WHO = "ada@example.com"
SECRET = "opens-nothing"
EXTERNAL = (
    "bootstrap.servers=ext:9092\nsecurity.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\n"
    "sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required "
    f'username="u" password="{SECRET}";\n'
)
# In this order each of them changes something.
WRITES: dict[str, tuple[Any, dict[str, object]]] = {
    "PATCH /mirrors/{name}": ({"description": "Sydney"}, {"description": "Sydney"}),
    "PUT /mirrors/{name}/target-latency": ({"targetLatency": 5000}, {"targetLatency": 5000}),
    "POST /mirrors/{name}/pause": (None, {"state": "PAUSED"}),
    "POST /mirrors/{name}/resume": (None, {"state": "RUNNING"}),
    "POST /mirrors/{name}/restart": ({"onlyFailed": True}, {"restart": "failed only"}),
    "POST /mirrors/{name}/stop": (None, {"state": "STOPPED"}),
    "POST /mirrors/{name}/acknowledge": (None, {}),
    "DELETE /mirrors/{name}": (None, {"state": "DELETING"}),
}
CREATES = {"POST /mirrors", "POST /mirrors/preview"}


@pytest.fixture
def name(world: World, taken: Observations, monkeypatch: pytest.MonkeyPatch) -> str:
    """A mirror of an external source that lost records; whoever calls from now on is WHO."""
    monkeypatch.setattr(Api, "caller", lambda _: WHO)
    world.kafka.clusters["ext:9092"] = Cluster("EXT-id", ["orders.x"], password=SECRET)
    name = str(world.created(sourceCluster=external(EXTERNAL))["name"])
    lost = an_observation(mirror=name, reasons=(a_reason(Code.DATA_LOSS),))
    assert taken.record(taken.states([name])[name], Outcome(lost, b""))
    return name


def lines(name: str) -> list[dict[str, Any]]:
    """The mirror's written changes, newest first."""
    changes = call("GET", f"/mirrors/{name}/changes").json["changes"]
    return [line for line in changes if line["kind"] == "write"]


def test_no_write_is_forgotten_here() -> None:
    operations = {
        f"{one.method} {one.path}"
        for one in OPERATIONS
        if one.method != "GET" and one.path.startswith("/mirrors")
    }
    assert operations <= set(WRITES) | CREATES


def test_each_write_tells_who_made_what_of_what(name: str) -> None:
    (created,) = lines(name)
    assert (created["by"], created["from"]) == (WHO, None)
    assert created["to"]["source"] == "[hidden]"
    for write, (body, expected) in WRITES.items():
        method, _, path = write.partition(" ")
        answer = call(method, path.replace("{name}", name), body)
        assert answer.status in (200, 202, 204), (write, answer.json)
        newest, *older = lines(name)
        assert newest["by"] == WHO
        assert len(older) + 1 == 2 + list(WRITES).index(write), write
        assert set(newest["from"]) == set(newest["to"]) != set()
        assert expected.items() <= newest["to"].items()
        assert newest["from"] != newest["to"]
        assert datetime.fromisoformat(newest["at"]) <= datetime.now(UTC)
    assert SECRET not in str(lines(name))
