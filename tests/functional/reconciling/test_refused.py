"""What can be done with a mirror whose last change Connect refused, or never answers to."""

import time
from typing import Any

import pytest
from mirroring.mirror import Intent
from mirroring.observation import Code
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.observations import Observations
from mirroring.storing.vault import Vault

from tests.functional import aws
from tests.functional import connect_server as fake
from tests.functional.connect_server import ConnectServer
from tests.functional.http import Answer, call
from tests.functional.reconciling.acts import CHECKPOINT, SOURCE, change, run, sample
from tests.given import NAME


def post(act: str) -> Answer:
    """Asks for it."""
    return call("POST", f"/mirrors/{NAME}/{act}")


def states(server: ConnectServer) -> set[str]:
    """How Connect says that the connectors are."""
    return {one.state for one in server.connectors.values()}


def status() -> str:
    """What the API says of the mirror."""
    return str(call("GET", f"/mirrors/{NAME}").json["status"])


@pytest.fixture
def refused(store: MirrorStore, server: ConnectServer) -> MirrorStore:
    """The mirror at work, with a change that Connect refuses."""
    run()
    server.refusal = "Invalid value for configuration topics"
    change(store, topics_regex="a.{1")
    run()
    assert status() == "FAILED"
    return store


@pytest.mark.parametrize(("act", "state"), [("pause", "PAUSED"), ("stop", "STOPPED")])
def test_it_is_held_and_resumed(
    refused: MirrorStore, server: ConnectServer, act: str, state: str
) -> None:
    assert post(act).status == 202
    assert states(server) == {state}
    assert post("resume").status == 202
    assert states(server) == {"RUNNING"}


def test_it_is_held_by_a_run_when_connect_was_away_at_first(
    refused: MirrorStore, server: ConnectServer
) -> None:
    server.script(*[fake.busy()] * 1000)
    post("stop")
    server.mend()
    run()
    assert states(server) == {"STOPPED"}


def test_it_is_removed(refused: MirrorStore, server: ConnectServer) -> None:
    assert call("DELETE", f"/mirrors/{NAME}").status == 204
    assert server.connectors == {}


def test_whatever_else_is_asked_of_it_is_taken(refused: MirrorStore) -> None:
    path = f"/mirrors/{NAME}"
    assert call("PUT", f"{path}/target-latency", {"targetLatency": 9_000}).status == 200
    assert call("POST", f"{path}/acknowledge").status == 200
    assert call("PATCH", path, {"description": "ours"}).status == 202
    assert refused.mirror(NAME).target_latency == 9_000


def test_its_failed_task_is_restarted(
    refused: MirrorStore, server: ConnectServer, taken: Observations
) -> None:
    server.fail(SOURCE, "java.lang.IllegalStateException")
    sample(taken, Code.TASK_FAILED)
    post("restart")
    assert server.connectors[SOURCE].tasks[0]["state"] == "RUNNING"


def test_the_refusal_ends_when_the_change_is_taken_back(
    refused: MirrorStore, server: ConnectServer
) -> None:
    puts = len(server.puts)
    change(refused, topics_regex=r"orders\..*")
    run()
    assert refused.reconciled(NAME).refused is None
    assert status() != "FAILED"
    assert len(server.puts) == puts


def test_the_refusal_ends_when_the_workers_take_it_now(
    refused: MirrorStore, server: ConnectServer
) -> None:
    server.refusal = None
    run()
    assert refused.reconciled(NAME).refused is not None
    post("restart")
    assert refused.reconciled(NAME).refused is None
    assert server.connectors[SOURCE].config["topics"] == "a.{1"


def test_a_mirror_is_removed_while_connect_hangs_on_its_configuration(
    store: MirrorStore, server: ConnectServer
) -> None:
    run()
    change(store, topics_regex="audit.*", intent=Intent.PAUSED)
    server.script(*[fake.slow(30) for _ in range(100)], method="PUT")
    assert call("DELETE", f"/mirrors/{NAME}").status == 204
    assert server.connectors == {}


@pytest.mark.parametrize("hangs", ["PUT /config", "GET", "the vault"])
@pytest.mark.parametrize("by", ["the API", "a run"])
def test_a_pause_waits_for_nothing_else(
    store: MirrorStore, server: ConnectServer, secrets: Vault, hangs: str, by: str
) -> None:
    run()
    change(store, topics_regex="audit.*")
    method, _, path = hangs.partition(" ")
    if hangs == "the vault":
        secrets.delete("cluster/eu-core")
        aws.forget()
    else:
        path = path or f"{SOURCE}|{CHECKPOINT}"
        server.script(*[fake.slow(30) for _ in range(100)], method=method, path=path)
    if by == "the API":
        began = time.monotonic()
        assert post("pause").status == 202
        assert time.monotonic() - began < 9
    else:
        change(store, intent=Intent.PAUSED)
        run()
    assert states(server) == {"PAUSED"}


def test_what_is_not_done_is_remembered_with_the_reason_until_it_is_done(
    store: MirrorStore, server: ConnectServer
) -> None:
    run()
    change(store, topics_regex="audit.*")
    server.script(*[fake.busy(500, "Timeout expired while fetching x")] * 1000, method="PUT")
    run()
    failing: Any = store.reconciled(NAME).failing
    assert "Timeout expired while fetching x" in failing.words
    run()
    assert store.reconciled(NAME).failing == failing
    server.mend()
    run()
    assert store.reconciled(NAME).failing is None
