"""What reconcile_mirrors finishes, puts right and puts back, and what it tells of that."""

from datetime import UTC, datetime, timedelta

import pytest
from mirroring.observation import Code
from mirroring.reconciling import reconcile
from mirroring.storing.history import History
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.observations import Observations
from mirroring.storing.registry import Registry

from tests.functional import connect_server as fake
from tests.functional.connect_server import ConnectServer
from tests.functional.reconciling.acts import (
    CHECKPOINT,
    OTHER,
    PASSWORD,
    SOURCE,
    add,
    change,
    repairs,
    run,
    sample,
)
from tests.given import NAME, a_connect_cluster, a_mirror


def test_what_connect_could_not_do_is_done_when_it_can(
    store: MirrorStore, server: ConnectServer
) -> None:
    server.script(fake.html(), fake.html(), path="checkpoint/config")
    assert run() == 0
    assert set(server.connectors) == {SOURCE}
    assert run() == 0
    assert run() == 1
    assert [name for name, _ in server.puts] == [SOURCE, CHECKPOINT]


def test_what_connect_did_without_an_answer_is_not_done_again(
    store: MirrorStore, server: ConnectServer
) -> None:
    lost = fake.Fault(500, b"{}", does_it=True, cut=1)
    server.script(lost, method="PUT", path="source/config")
    run()
    run()
    assert [name for name, _ in server.puts] == [SOURCE, CHECKPOINT]


def test_a_connect_cluster_that_is_away_costs_no_other(
    store: MirrorStore, server: ConnectServer, clusters: Registry
) -> None:
    clusters.put_connect_cluster(a_connect_cluster("gone", urls=("http://127.0.0.1:1",)))
    add(store, a_mirror(OTHER, connect_cluster="gone"))
    assert run() == 1
    assert set(server.connectors) == {SOURCE, CHECKPOINT}


def test_a_vanished_connector_is_put_back_after_a_sample_recorded_it(
    store: MirrorStore, server: ConnectServer, past: History, taken: Observations
) -> None:
    run()
    del server.connectors[SOURCE]
    assert run() == 0
    assert SOURCE not in server.connectors
    sample(taken, Code.CONNECTOR_MISSING)
    assert run() == 1
    assert SOURCE in server.connectors
    told = ({"connector": SOURCE, "state": "MISSING"}, {"connector": SOURCE, "state": "PUT BACK"})
    assert repairs(past) == [told]
    run()
    assert len(server.puts) == 3


def test_a_drifted_configuration_is_put_right_and_told(
    store: MirrorStore, server: ConnectServer, past: History
) -> None:
    run()
    server.connectors[SOURCE].config["tasks.max"] = "9"
    run()
    assert server.connectors[SOURCE].config["tasks.max"] == "2"
    told = ({"connector": SOURCE, "tasks.max": "9"}, {"connector": SOURCE, "tasks.max": "2"})
    assert repairs(past) == [told]


def test_a_drifted_password_is_put_right_and_not_shown(
    store: MirrorStore, server: ConnectServer, past: History
) -> None:
    run()
    server.connectors[SOURCE].config["source.cluster.sasl.jaas.config"] = "theirs-theirs"
    run()
    assert PASSWORD in server.connectors[SOURCE].config["source.cluster.sasl.jaas.config"]
    (told,) = repairs(past)
    assert "theirs" not in str(told)
    assert PASSWORD not in str(told)


def test_a_refusal_does_not_tell_what_a_placeholder_became(
    store: MirrorStore, clusters: Registry, server: ConnectServer
) -> None:
    connect = a_connect_cluster(urls=(server.url,), config_provider="aws")
    clusters.put_connect_cluster(connect)
    server.refusal = f"Invalid value {PASSWORD} for configuration x"
    run()

    assert PASSWORD not in str(server.connectors)
    assert store.reconciled(NAME).refused == "Invalid value [hidden] for configuration x"


def test_a_refused_configuration_is_told_and_not_tried_until_it_changes(
    store: MirrorStore, server: ConnectServer
) -> None:
    server.refusal = f"Invalid value {PASSWORD} for configuration x"
    assert run() == 0
    assert run() == 0
    assert len(server.puts) == 1
    assert store.reconciled(NAME).refused == "Invalid value [hidden] for configuration x"
    server.refusal = None
    change(store, topics_regex="audit.*")
    assert run() == 1
    assert store.reconciled(NAME).refused is None


def test_a_failed_task_is_restarted_and_told(
    store: MirrorStore, server: ConnectServer, past: History, taken: Observations
) -> None:
    run()
    server.fail(SOURCE, "java.lang.IllegalStateException: no")
    run()
    assert server.asked("POST") == []
    sample(taken, Code.TASK_FAILED, ago=timedelta(minutes=2))
    run()
    assert server.connectors[SOURCE].tasks[0]["state"] == "RUNNING"
    assert [after["state"] for _, after in repairs(past)] == ["RESTARTED"]
    run()
    assert len(server.asked("POST")) == 1


def test_the_first_try_is_short_and_leaves_the_rest(
    store: MirrorStore, server: ConnectServer
) -> None:
    server.script(*[fake.busy()] * 50)
    began = datetime.now(UTC)
    assert not reconcile.reconciler().apply(store.mirror(NAME))
    assert datetime.now(UTC) - began < timedelta(seconds=2)
    assert server.connectors == {}


def test_the_first_try_makes_the_connectors_when_connect_answers(
    store: MirrorStore, server: ConnectServer
) -> None:
    assert reconcile.reconciler().apply(store.mirror(NAME))
    assert set(server.connectors) == {SOURCE, CHECKPOINT}
    assert run() == 1
    assert len(server.puts) == 2


def test_no_secret_is_logged(
    store: MirrorStore, server: ConnectServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.refusal = f"Invalid value {PASSWORD} for configuration x"
    run()
    server.refusal = None
    change(store, topics_regex="audit.*")
    run()
    server.connectors[SOURCE].config["source.cluster.sasl.jaas.config"] = "theirs-theirs"
    run()
    said = str([vars(record) for record in caplog.records])
    assert "asked Connect" in said
    assert PASSWORD not in said
    assert "theirs-theirs" not in said
