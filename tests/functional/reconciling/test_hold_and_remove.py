"""Pause, resume and removal, whatever comes between."""

from typing import Any

import pytest
from mirroring.errors import MirrorNotFound
from mirroring.mirror import Intent
from mirroring.observation import Code
from mirroring.reconciling import reconcile
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.observations import Observations
from mirroring.storing.vault import Vault
from pydantic import SecretStr

from tests.functional import connect_server as fake
from tests.functional.connect_server import ConnectServer
from tests.functional.reconciling.acts import (
    OTHER,
    SOURCE,
    add,
    change,
    external,
    run,
    sample,
)
from tests.given import NAME, a_tombstone


def test_a_pause_is_carried_out_and_a_resume_too(store: MirrorStore, server: ConnectServer) -> None:
    run()
    change(store, intent=Intent.PAUSED)
    run()
    assert {one.state for one in server.connectors.values()} == {"PAUSED"}
    run()
    assert len(server.asked("PUT")) == 4
    change(store, intent=Intent.RUNNING)
    run()
    assert {one.state for one in server.connectors.values()} == {"RUNNING"}


def test_a_resume_follows_a_pause_that_connect_did_without_an_answer(
    store: MirrorStore, server: ConnectServer
) -> None:
    run()
    lost = [fake.Fault(500, b"{}", does_it=True, cut=1)] * 2
    server.script(*lost, method="PUT", path="source/pause")
    change(store, intent=Intent.PAUSED)
    assert run() == 0
    change(store, intent=Intent.RUNNING)
    run()
    assert server.connectors[SOURCE].state == "RUNNING"


def test_somebody_elses_pause_is_never_resumed(
    store: MirrorStore, server: ConnectServer, taken: Observations
) -> None:
    run()
    server.connectors[SOURCE].state = "PAUSED"
    sample(taken, Code.CONNECTOR_PAUSED)
    run()
    assert server.connectors[SOURCE].state == "PAUSED"


def test_a_removed_mirror_loses_its_connectors_and_then_its_record(
    store: MirrorStore, server: ConnectServer, secrets: Vault
) -> None:
    run()
    change(store, intent=Intent.DELETED)
    server.script(fake.starting(), method="DELETE", path="checkpoint")
    assert run() == 0
    assert store.mirror(NAME).intent is Intent.DELETED
    assert run() == 1
    assert server.connectors == {}
    with pytest.raises(MirrorNotFound):
        store.mirror(NAME)


def test_a_removed_external_mirror_takes_its_secret_along(
    store: MirrorStore, server: ConnectServer, secrets: Vault
) -> None:
    secrets.put_mirror_properties(OTHER, SecretStr("bootstrap.servers=far:1"))
    add(store, external())
    run()
    change(store, OTHER, intent=Intent.DELETED)
    run()
    assert secrets.mirror_properties(OTHER).get_secret_value() == ""


def test_a_mirror_removed_while_it_is_made_leaves_no_connector(
    store: MirrorStore, server: ConnectServer
) -> None:
    stale = store.mirror(NAME)
    removed = change(store, intent=Intent.DELETED)
    assert reconcile.reconciler().apply(removed)
    assert not reconcile.reconciler().apply(stale)
    assert server.connectors == {}


def test_a_connector_made_after_its_mirror_was_removed_is_taken_back(
    store: MirrorStore, server: ConnectServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = server.answer

    def remove_and_put(method: str, path: str, body: Any) -> tuple[int, Any]:
        if method == "PUT" and NAME in {one.name for one in store.fleet().mirrors}:
            store.remove(NAME, a_tombstone())
        return put(method, path, body)

    monkeypatch.setattr(server, "answer", remove_and_put)
    run()
    assert len(server.puts) >= 1
    assert server.connectors == {}
