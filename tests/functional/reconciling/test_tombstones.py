"""A connector that comes back after its mirror was removed is found by its name, and goes."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from mirroring.errors import MirrorNotFound
from mirroring.mirror import Intent
from mirroring.reconciling import reconcile
from mirroring.reconciling.orphans import tombstone
from mirroring.storing import mirror_store as stores
from mirroring.storing.history import History
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.registry import Registry

from tests.functional import aws
from tests.functional.connect_server import ConnectServer, busy, hung_up
from tests.functional.http import call
from tests.functional.reconciling.acts import CHECKPOINT, SOURCE, add, change, repairs, run
from tests.given import NAME, a_connect_cluster, a_mirror, a_tombstone

FOREIGN = "somebody.elses.k3x9q.source"


def removed(store: MirrorStore) -> None:
    """The mirror as a DELETE removes it while Connect answers."""
    assert reconcile.reconciler().apply(change(store, intent=Intent.DELETED))


def put_late(server: ConnectServer, *names: str) -> None:
    """What Connect does with a PUT that was on its way for long."""
    for name in names:
        config = {"connector.class": "org.apache.kafka.connect.mirror.MirrorSourceConnector"}
        server.answer("PUT", f"/connectors/{name}/config", config)


@pytest.mark.parametrize("late", [(SOURCE,), (CHECKPOINT,), (SOURCE, CHECKPOINT)], ids=str)
def test_a_put_that_arrives_after_the_delete_is_undone(
    store: MirrorStore, server: ConnectServer, past: History, late: tuple[str, ...]
) -> None:
    run()
    removed(store)
    put_late(server, *late, FOREIGN)
    run()
    assert set(server.connectors) == {FOREIGN}
    assert repairs(past)[-len(late) :] == [
        (
            {"connector": name, "state": "LEFT_BEHIND"},
            {"connector": name, "state": "REMOVED"},
        )
        for name in late
    ]


def test_a_put_whose_sender_died_is_undone_though_no_mirror_is_left(
    store: MirrorStore, server: ConnectServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The DELETE comes while Connect works on the PUT, and the answer to the PUT is lost."""
    answer = server.answer

    def overtaken(method: str, path: str, body: Any) -> tuple[int, Any]:
        if method == "PUT" and NAME in {one.name for one in store.fleet().mirrors}:
            store.remove(NAME, tombstone(store.mirror(NAME), datetime.now(UTC)))
            answer(method, path, body)
            return 502, {"message": "Bad Gateway"}
        return answer(method, path, body)

    monkeypatch.setattr(server, "answer", overtaken)
    run()
    assert set(server.connectors) == {SOURCE}
    run()
    assert server.connectors == {}


def test_the_next_run_tries_again_where_connect_was_busy(
    store: MirrorStore, server: ConnectServer
) -> None:
    run()
    removed(store)
    put_late(server, SOURCE)
    server.script(*[busy()] * 1000, method="DELETE")
    reconcile.reconciler().run(1)
    assert set(server.connectors) == {SOURCE}
    server.mend()
    run()
    assert server.connectors == {}


def test_a_living_mirror_of_the_same_cluster_keeps_its_connectors(
    store: MirrorStore, server: ConnectServer
) -> None:
    other = "eu.us-core.aaaaa"
    add(store, a_mirror(other, topics_regex="payments"))
    run()
    removed(store)
    run()
    assert set(server.connectors) == {f"{other}.source", f"{other}.checkpoint"}


def test_after_its_time_a_tombstone_touches_nothing(
    store: MirrorStore, server: ConnectServer, mirrors: MirrorStore
) -> None:
    old = datetime.now(UTC) - timedelta(seconds=1)
    store.remove(NAME, a_tombstone(until=old))
    put_late(server, SOURCE)
    run()
    assert set(server.connectors) == {SOURCE}


def test_no_mirror_is_made_under_a_name_whose_connectors_are_swept(store: MirrorStore) -> None:
    removed(store)
    with pytest.raises(MirrorNotFound):
        add(stores.mirror_store(), a_mirror())
    assert store.fleet().mirrors == ()


def test_a_connect_cluster_that_goes_is_swept_before_it_is_forgotten(
    store: MirrorStore, server: ConnectServer
) -> None:
    run()
    removed(store)
    put_late(server, SOURCE, FOREIGN)
    assert call("DELETE", "/connect-clusters/us-connect").status == 204
    assert set(server.connectors) == {FOREIGN}


def test_a_connect_cluster_stays_where_what_a_removed_mirror_left_does_not_go(
    store: MirrorStore, server: ConnectServer
) -> None:
    run()
    removed(store)
    put_late(server, SOURCE)
    server.script(*[busy()] * 1000, method="DELETE")
    kept = call("DELETE", "/connect-clusters/us-connect")
    assert (kept.status, kept.json["type"]) == (409, "/problems/connect-cluster-in-use")
    assert "removed mirror" in kept.json["detail"]


def test_a_connect_cluster_that_answers_nothing_goes_all_the_same(
    store: MirrorStore, server: ConnectServer
) -> None:
    run()
    removed(store)
    server.script(*[hung_up()] * 1000)
    assert call("DELETE", "/connect-clusters/us-connect").status == 204


def test_a_connect_cluster_that_is_gone_is_not_asked(
    store: MirrorStore, server: ConnectServer, clusters: Registry
) -> None:
    removed(store)
    clusters.delete_connect_cluster(a_connect_cluster(), store.fleet().revision)
    server.requests.clear()
    run()
    assert server.requests == []
    put_late(server, SOURCE)
    clusters.put_connect_cluster(a_connect_cluster(urls=(server.url,)))
    run()
    assert server.connectors == {}


def test_without_tombstones_a_run_reads_nothing_more(store: MirrorStore, calls: aws.Calls) -> None:
    for _ in range(2):
        run()
    calls.made.clear()
    run()
    expected: Mapping[str, set[str]] = {"MirrorsTable": {"dynamodb:Query", "dynamodb:GetItem"}}
    assert calls.made == expected
