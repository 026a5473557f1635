"""Pause, stop, resume, restart and change, on real MirrorMaker 2."""

from collections.abc import Iterator

import pytest

from tests.e2e.kafka_records import Record
from tests.e2e.local_stack import LocalStack, eventually

pytestmark = pytest.mark.e2e


@pytest.fixture
def mirror(registered: LocalStack, prefix: str) -> Iterator[str]:
    """A mirror of one topic whose connectors run."""
    registered.source.create(f"{prefix}one", f"{prefix}two", partitions=2)
    source = {
        "alias": prefix.removesuffix("."),
        "managedCluster": {"sourceKafkaClusterId": "eu-core"},
    }
    body = {"connectCluster": "us-connect", "sourceCluster": source, "topicsRegex": f"{prefix}one"}
    answer = registered.post("/mirrors", body)
    assert answer.status == 202, answer.body
    name = answer.json["name"]
    is_in(registered, name, "RUNNING")
    yield name
    registered.delete(f"/mirrors/{name}")


def is_in(stack: LocalStack, name: str, state: str) -> None:
    """Waits until Connect says so of both connectors."""

    def look() -> bool:
        answers = [
            stack.connect("GET", f"/connectors/{name}.{one}/status")
            for one in ("source", "checkpoint")
        ]
        return all(one.status == 200 and one.json["connector"]["state"] == state for one in answers)

    eventually(look, within_s=60, what=f"{name} {state}")


def is_told_paused(stack: LocalStack, path: str) -> None:
    """Waits until a sample saw that nothing of the mirror runs."""
    eventually(
        lambda: stack.get(path).json["status"] == "PAUSED", within_s=60, what=f"{path} PAUSED"
    )
    assert "PAUSE_PENDING" not in {one["code"] for one in stack.get(path).json["reasons"]}


@pytest.mark.timeout(300)
def test_a_mirror_is_held_resumed_restarted_and_changed(
    registered: LocalStack, mirror: str, prefix: str
) -> None:
    path = f"/mirrors/{mirror}"
    for verb, state in (("pause", "PAUSED"), ("resume", "RUNNING"), ("stop", "STOPPED")):
        assert registered.post(f"{path}/{verb}").status == 202
        is_in(registered, mirror, state)
        if state != "RUNNING":
            is_told_paused(registered, path)
    assert registered.post(f"{path}/restart").json["type"] == "/problems/mirror-held"
    assert registered.post(f"{path}/resume").status == 202
    is_in(registered, mirror, "RUNNING")

    changed = registered.call("PATCH", path, {"topicsRegex": f"{prefix}(one|two)", "maxTasks": 2})
    assert changed.status == 202, changed.body
    assert changed.json["effect"] == {
        "topicsAdded": [f"{prefix}two"],
        "topicsAddedTotal": 1,
        "topicsRemoved": [],
        "topicsRemovedTotal": 0,
    }
    assert registered.post(f"{path}/restart", {"onlyFailed": False}).status == 202
    registered.source.produce(f"{prefix}two", Record(b"late"))
    copy = f"{prefix}{prefix}two"
    eventually(lambda: registered.target.read(copy), within_s=120, what="the added topic's record")
    is_in(registered, mirror, "RUNNING")
    lines = registered.get(f"{path}/changes?limit=100").json["changes"]
    assert sum(one["kind"] == "write" for one in lines) >= 7
