"""What one mirror or one Connect cluster fails at costs the others nothing."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError
from mirroring.mirror import Cleanup, Intent, StartFrom
from mirroring.reconciling import reconcile
from mirroring.reconciling.reconcile import MirrorsFailedError
from mirroring.storing import cursors
from mirroring.storing.history import History
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.observations import Observations
from mirroring.storing.registry import Registry

from tests.functional import connect_server as fake
from tests.functional.aws import spoil
from tests.functional.connect_server import ConnectServer
from tests.functional.reconciling.acts import OTHER, add, change, run
from tests.given import NAME, a_connect_cluster, a_mirror

FIRST = "eu.us-core.00000"


@pytest.fixture
def ten(
    store: MirrorStore, server: ConnectServer, clusters: Registry
) -> Iterator[list[ConnectServer]]:
    """Nine Connect clusters more, with a mirror each."""
    with ExitStack() as stack:
        others = [stack.enter_context(ConnectServer(shy=0)) for _ in range(9)]
        for index, one in enumerate(others):
            clusters.put_connect_cluster(a_connect_cluster(f"c{index}", urls=(one.url,)))
            add(store, a_mirror(f"eu.us-core.c{index}", connect_cluster=f"c{index}"))
        yield [server, *others]


@pytest.mark.parametrize("silent", ["", "/connectors/"], ids=["of all", "of single connectors"])
def test_a_connect_cluster_of_ten_that_answers_nothing_costs_the_nine_no_minute(
    ten: list[ConnectServer], silent: str
) -> None:
    ten[4].script(*[fake.slow(30) for _ in range(100)], path=silent)
    began = time.monotonic()
    assert [reconcile.reconciler().run(3) for _ in range(2)] == [9, 9]
    assert time.monotonic() - began < 15
    assert [len(one.connectors) for one in ten] == [2, 2, 2, 2, 0, 2, 2, 2, 2, 2]


def test_a_stored_mirror_that_does_not_read_is_told_by_its_error_and_costs_no_other(
    store: MirrorStore, server: ConnectServer, caplog: pytest.LogCaptureFixture
) -> None:
    add(store, a_mirror(FIRST))
    spoil(FIRST)
    with pytest.raises(MirrorsFailedError, match=f"{FIRST}: ValidationError"):
        run()
    assert f"{NAME}.source" in server.connectors
    assert [vars(one)["error"] for one in caplog.records if one.levelname == "ERROR"] == [
        "ValidationError"
    ]


@pytest.mark.parametrize(
    "later",
    [
        {"intent": Intent("ARCHIVED")},
        {"start_from": StartFrom("ARCHIVED")},
        {"intent": Intent.DELETED, "cleanup": Cleanup("ARCHIVED")},
    ],
)
def test_a_word_of_a_later_version_changes_nothing_of_its_mirror_and_costs_no_other(
    store: MirrorStore,
    server: ConnectServer,
    later: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    add(store, a_mirror(OTHER, start_from=StartFrom.LATEST))
    run()
    change(store, max_tasks=3)
    change(store, OTHER, **later)
    server.requests.clear()

    assert run() == 1
    assert server.connectors[f"{NAME}.source"].config["tasks.max"] == "3"
    assert [path for method, path in server.requests if OTHER in path and method != "GET"] == []
    failing = store.reconciled(OTHER).failing
    assert failing is not None
    assert "later version" in failing.words
    assert "ARCHIVED" in failing.words
    assert OTHER in [vars(one).get("mirror") for one in caplog.records]


@pytest.mark.parametrize("error", [KeyError("given"), ClientError({"Error": {}}, "PutItem")])
def test_an_error_that_nobody_expects_of_one_mirror_costs_no_other(
    store: MirrorStore,
    server: ConnectServer,
    taken: Observations,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    add(store, a_mirror(FIRST))
    put = MirrorStore.put_reconciled

    def refuse(self: MirrorStore, done: Any) -> None:
        if done.mirror == FIRST:
            raise error
        put(self, done)

    monkeypatch.setattr(MirrorStore, "put_reconciled", refuse)
    with pytest.raises(MirrorsFailedError, match=f"{FIRST}: {type(error).__name__}"):
        run()
    assert f"{NAME}.source" in server.connectors
    assert store.reconciled(NAME).applied


def test_a_mirror_of_0_1_whose_source_cannot_be_indexed_costs_no_other(
    store: MirrorStore, server: ConnectServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store, a_mirror(FIRST))
    of_0_1 = replace(store.stored(), unindexed=[a_mirror(FIRST)])
    monkeypatch.setattr(MirrorStore, "stored", lambda _: of_0_1)
    monkeypatch.setattr(
        MirrorStore, "index", Mock(side_effect=ClientError({"Error": {}}, "Update"))
    )
    with pytest.raises(MirrorsFailedError, match="index of sources: ClientError"):
        run()
    assert {f"{FIRST}.source", f"{NAME}.source"} <= set(server.connectors)


def test_a_run_that_is_cut_goes_on_where_it_stopped_and_holds_come_first(
    store: MirrorStore, server: ConnectServer, past: History
) -> None:
    for index in range(4):
        add(store, a_mirror(f"eu.us-core.{index}"))
    run()
    server.requests.clear()
    hung = [fake.slow(30) for _ in range(100)]
    server.script(*hung, method="PUT", path="eu.us-core.[013].*/config")
    for index in range(4):
        change(store, f"eu.us-core.{index}", topics_regex="audit.*")
    change(store, intent=Intent.PAUSED)

    def clock() -> float:
        """The time is over once the second of those that hang was asked for."""
        return 100 if [path for path in server.asked("PUT") if "us-core.1." in path] else 0

    assert replace(reconcile.reconciler(), clock=clock).run(4) < 4
    assert server.connectors[f"{NAME}.source"].state == "PAUSED"
    assert cursors.cursors().read() == {"us-connect": "eu.us-core.1"}

    server.mend()
    server.requests.clear()
    run()
    assert server.asked("PUT")[0] == "/connectors/eu.us-core.2.source/config"
    assert cursors.cursors().read() == {}


def test_a_left_connector_that_does_not_go_holds_up_no_mirror(
    store: MirrorStore, server: ConnectServer
) -> None:
    run()
    change(store, intent=Intent.DELETED)
    run()
    server.answer("PUT", f"/connectors/{NAME}.source/config", {"connector.class": "x"})
    server.script(*[fake.busy(500)] * 1000, method="DELETE")
    add(store, a_mirror(FIRST))
    assert reconcile.reconciler().run(2) == 1


def test_a_mirror_of_a_connect_cluster_that_is_not_registered_costs_no_other(
    store: MirrorStore, server: ConnectServer, clusters: Registry
) -> None:
    clusters.put_connect_cluster(a_connect_cluster("gone"))
    add(store, a_mirror(OTHER, connect_cluster="gone"))
    clusters.delete_connect_cluster(a_connect_cluster("gone"), store.fleet().revision)
    assert run() == 1
