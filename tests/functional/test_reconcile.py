"""reconcile_mirrors with its event, on the stack's tables and a Connect that speaks HTTP."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from mirroring import reconcile
from mirroring.cluster import ConnectCluster, KafkaCluster
from mirroring.errors import MirrorNotFound
from mirroring.history import History
from mirroring.mirror import Intent, Mirror, Source
from mirroring.observation import (
    Change,
    ChangeKind,
    Code,
    Observation,
    Reason,
    Severity,
    Status,
)
from mirroring.observed import Outcome, State
from mirroring.registry import Registry
from mirroring.samples import Samples
from mirroring.store import Store
from mirroring.vault import Credentials, Vault
from pydantic import SecretStr

from functions.reconcile_mirrors.app import handler
from tests.functional import aws
from tests.functional import connect_server as fake
from tests.functional.connect_server import ConnectServer
from tests.stack import ROOT

EVENT = json.loads((ROOT / "events/reconcile_mirrors.json").read_text(encoding="utf-8"))
NAME, OTHER = "eu.us-core.k3x9q", "eu.us-core.zzzzz"
SOURCE, CHECKPOINT = f"{NAME}.source", f"{NAME}.checkpoint"
OLD = datetime(2026, 1, 1, tzinfo=UTC)
PASSWORD = "hunter2-hunter2"
PROPERTIES = SecretStr(
    "security.protocol=SASL_PLAINTEXT\n"
    "sasl.mechanism=PLAIN\n"
    "sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required "
    f'username="u" password="{PASSWORD}";\n'
)


class Context(LambdaContext):
    """What Lambda tells a function: here, that a minute is left."""

    def get_remaining_time_in_millis(self) -> int:  # type: ignore[override]  # static in the stub
        """One minute."""
        return 60_000


def run() -> int:
    """One run of the function; how many mirrors were settled."""
    return handler(EVENT, Context())["settled"]


def kafka_cluster(name: str, **more: Any) -> KafkaCluster:
    """A registered Kafka cluster."""
    return KafkaCluster(
        name=name,
        bootstrap_servers=(f"{name}:9092",),
        private_bootstrap_servers=(f"{name}.private:9092",),
        cluster_id=f"{name}-id",
        brokers=1,
        created_at=OLD,
        updated_at=OLD,
        **more,
    )


def connect_cluster(name: str, url: str, **more: Any) -> ConnectCluster:
    """A registered Connect cluster of us-core."""
    return ConnectCluster(
        name=name,
        urls=(url,),
        kafka_cluster="us-core",
        version="4.3.1",
        workers=1,
        created_at=OLD,
        updated_at=OLD,
        **more,
    )


def mirror(name: str = NAME, **more: Any) -> Mirror:
    """A mirror of eu-core, made long ago."""
    return Mirror(
        name=name,
        connect_cluster="us-connect",
        source=Source(alias="eu", managed="eu-core", cluster_id="eu-core-id"),
        target_cluster="us-core",
        target_cluster_id="us-core-id",
        max_tasks=2,
        created_at=OLD,
        updated_at=OLD,
    ).model_copy(update=more)


def written(of: Mirror) -> Change:
    """The line that says that a person changed the mirror."""
    return Change(mirror=of.name, at=OLD, kind=ChangeKind.WRITE, by="tester")


@pytest.fixture
def server() -> Iterator[ConnectServer]:
    """The Connect cluster's one worker."""
    with ConnectServer(shy=0) as server:
        yield server


@pytest.fixture
def store(mirrors: Store, clusters: Registry, secrets: Vault, server: ConnectServer) -> Store:
    """Two Kafka clusters, a Connect cluster and one mirror."""
    secrets.put_cluster_properties("eu-core", PROPERTIES)
    clusters.put_cluster(kafka_cluster("eu-core", security_protocol="SASL_PLAINTEXT"))
    clusters.put_cluster(kafka_cluster("us-core"))
    clusters.put_connect_cluster(connect_cluster("us-connect", server.url))
    add(mirrors, mirror())
    return mirrors


def add(store: Store, new: Mirror) -> None:
    """Creates a mirror."""
    store.create(new, store.fleet().revision, written(new))


def change(store: Store, **changes: Any) -> Mirror:
    """What a person changed of the mirror."""
    now = store.mirror(NAME)
    new = now.model_copy(update={**changes, "version": now.version + 1})
    store.replace(new, written(new))
    return new


@pytest.fixture
def sampled(taken: Samples) -> Callable[..., None]:
    """Records a sample of the mirror that was taken just now."""

    def record(*codes: Code, ago: timedelta = timedelta(0)) -> None:
        now = datetime.now(UTC)
        before = taken.states([NAME])[NAME]
        reasons = tuple(
            Reason(
                code=code,
                severity=Severity.CRITICAL,
                connector=SOURCE,
                since=now - ago,
                message="m",
                action="a",
            )
            for code in codes
        )
        seen = Observation(
            mirror=NAME,
            sequence=_next(before),
            measured_at=now,
            status=Status.OUT_OF_SYNC,
            status_since=now,
            reasons=reasons,
        )
        assert taken.record(before, Outcome(seen, b""))

    return record


def _next(state: State) -> int:
    return state.observation.sequence + 1 if state.observation else 1


def repairs(past: History) -> list[tuple[Any, Any]]:
    """What reconcile told of its repairs, oldest first."""
    changes = past.changes(NAME, 50).items
    found = [(one.before, one.after) for one in changes if one.kind is ChangeKind.REPAIR]
    return found[::-1]


def test_a_new_mirror_gets_its_connectors(
    store: Store, server: ConnectServer, past: History
) -> None:
    assert run() == 1
    assert set(server.connectors) == {SOURCE, CHECKPOINT}
    config = server.connectors[SOURCE].config
    assert config["source.cluster.bootstrap.servers"] == "eu-core:9092"
    assert config["source.cluster.security.protocol"] == "SASL_PLAINTEXT"
    assert PASSWORD in config["source.cluster.sasl.jaas.config"]
    assert config["target.cluster.bootstrap.servers"] == "us-core:9092"
    assert repairs(past) == []


def test_an_unchanged_configuration_is_never_put_again(store: Store, server: ConnectServer) -> None:
    for _ in range(3):
        assert run() == 1
    assert [name for name, _ in server.puts] == [SOURCE, CHECKPOINT]


def test_a_second_run_asks_connect_once_and_reads_nothing_of_the_mirror(
    store: Store, server: ConnectServer, calls: aws.Calls
) -> None:
    run()
    server.requests.clear()
    calls.made.clear()
    run()
    assert server.requests == [("GET", "/connectors?expand=status&expand=info")]
    assert calls.made["MirrorsTable"] == {"dynamodb:Query", "dynamodb:GetItem"}


def test_private_servers_are_used_when_they_are_wished(store: Store, server: ConnectServer) -> None:
    source = store.mirror(NAME).source.model_copy(update={"use_private_ips": True})
    change(store, source=source)
    run()
    config = server.connectors[SOURCE].config
    assert config["source.cluster.bootstrap.servers"] == "eu-core.private:9092"


def test_an_external_source_is_read_with_the_properties_that_came_with_it(
    store: Store, server: ConnectServer, secrets: Vault
) -> None:
    secrets.put_mirror_properties(OTHER, SecretStr("bootstrap.servers=far:1,away:2\n"))
    add(store, mirror(OTHER, source=Source(alias="far", cluster_id="far-id")))
    assert run() == 2
    config = server.connectors[f"{OTHER}.source"].config
    assert config["source.cluster.bootstrap.servers"] == "far:1,away:2"


def test_an_external_mirror_whose_secret_is_lost_costs_no_other(
    store: Store, server: ConnectServer
) -> None:
    add(store, mirror(OTHER, source=Source(alias="far", cluster_id="far-id")))
    assert run() == 1
    assert set(server.connectors) == {SOURCE, CHECKPOINT}


def test_a_lost_secret_never_overwrites_a_good_configuration(
    store: Store, server: ConnectServer, secrets: Vault
) -> None:
    run()
    secrets.delete_cluster_properties("eu-core")
    aws.forget()
    assert run() == 0
    assert len(server.puts) == 2


def test_with_a_config_provider_connect_never_sees_a_secret(
    store: Store, server: ConnectServer, clusters: Registry
) -> None:
    clusters.put_connect_cluster(
        connect_cluster("us-connect", server.url, config_provider="secrets")
    )
    run()
    given = server.connectors[SOURCE].config["source.cluster.sasl.jaas.config"]
    assert given == "${secrets:lockstep/cluster/eu-core:sasl.jaas.config}"
    assert PASSWORD not in json.dumps(server.puts)


def test_a_placeholder_names_a_key_of_the_secret(store: Store, secrets: Vault) -> None:
    value = json.loads(secrets._read(secrets.cluster_secret("eu-core")).get_secret_value())
    assert PASSWORD in value["sasl.jaas.config"]
    assert value["properties"] == PROPERTIES.get_secret_value()


def test_new_credentials_of_the_source_reach_connect_at_once(
    store: Store, server: ConnectServer, clusters: Registry, secrets: Vault, past: History
) -> None:
    run()
    changed = PROPERTIES.get_secret_value().replace(PASSWORD, "new-password")
    secrets.put_cluster_properties("eu-core", SecretStr(changed))
    renewed = kafka_cluster("eu-core", security_protocol="SASL_PLAINTEXT")
    clusters.put_cluster(renewed.model_copy(update={"updated_at": datetime.now(UTC)}))
    run()
    assert "new-password" in server.connectors[SOURCE].config["source.cluster.sasl.jaas.config"]
    assert repairs(past) == []


def test_connect_is_asked_as_its_user(mirrors: Store, clusters: Registry, secrets: Vault) -> None:
    with ConnectServer(username="admin", password=PASSWORD, shy=0) as guarded:
        clusters.put_cluster(kafka_cluster("eu-core"))
        clusters.put_cluster(kafka_cluster("us-core"))
        clusters.put_connect_cluster(connect_cluster("us-connect", guarded.url))
        known = Credentials(username="admin", password=SecretStr(PASSWORD))
        secrets.put_connect_credentials("us-connect", known)
        add(mirrors, mirror())
        assert run() == 1


def test_what_connect_could_not_do_is_done_when_it_can(store: Store, server: ConnectServer) -> None:
    server.script(fake.html(), fake.html(), path="checkpoint/config")
    assert run() == 0
    assert set(server.connectors) == {SOURCE}
    assert run() == 0
    assert run() == 1
    assert [name for name, _ in server.puts] == [SOURCE, CHECKPOINT]


def test_what_connect_did_without_an_answer_is_not_done_again(
    store: Store, server: ConnectServer
) -> None:
    lost = fake.Fault(500, b"{}", does_it=True, cut=1)
    server.script(lost, method="PUT", path="source/config")
    run()
    run()
    assert [name for name, _ in server.puts] == [SOURCE, CHECKPOINT]


def test_a_connect_cluster_that_is_away_costs_no_other(
    store: Store, server: ConnectServer, clusters: Registry
) -> None:
    clusters.put_connect_cluster(connect_cluster("gone", "http://127.0.0.1:1"))
    add(store, mirror(OTHER, connect_cluster="gone"))
    assert run() == 1
    assert set(server.connectors) == {SOURCE, CHECKPOINT}


def test_a_vanished_connector_is_put_back_after_a_sample_recorded_it(
    store: Store, server: ConnectServer, past: History, sampled: Callable[..., None]
) -> None:
    run()
    del server.connectors[SOURCE]
    assert run() == 0
    assert SOURCE not in server.connectors
    sampled(Code.CONNECTOR_MISSING)
    assert run() == 1
    assert SOURCE in server.connectors
    told = ({"connector": SOURCE, "state": "MISSING"}, {"connector": SOURCE, "state": "PUT BACK"})
    assert repairs(past) == [told]
    run()
    assert len(server.puts) == 3


def test_a_drifted_configuration_is_put_right_and_told(
    store: Store, server: ConnectServer, past: History
) -> None:
    run()
    server.connectors[SOURCE].config["tasks.max"] = "9"
    run()
    assert server.connectors[SOURCE].config["tasks.max"] == "2"
    told = ({"connector": SOURCE, "tasks.max": "9"}, {"connector": SOURCE, "tasks.max": "2"})
    assert repairs(past) == [told]


def test_a_drifted_password_is_put_right_and_not_shown(
    store: Store, server: ConnectServer, past: History
) -> None:
    run()
    server.connectors[SOURCE].config["source.cluster.sasl.jaas.config"] = "theirs-theirs"
    run()
    assert PASSWORD in server.connectors[SOURCE].config["source.cluster.sasl.jaas.config"]
    (told,) = repairs(past)
    assert "theirs" not in str(told)
    assert PASSWORD not in str(told)


def test_a_persons_change_reaches_connect_and_is_no_repair(
    store: Store, server: ConnectServer, past: History
) -> None:
    run()
    change(store, topics_regex="audit.*")
    run()
    assert server.connectors[SOURCE].config["topics"] == "audit.*"
    assert repairs(past) == []


def test_a_refused_configuration_is_told_and_not_tried_until_it_changes(
    store: Store, server: ConnectServer
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


def test_a_pause_is_carried_out_and_a_resume_too(store: Store, server: ConnectServer) -> None:
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
    store: Store, server: ConnectServer
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
    store: Store, server: ConnectServer, sampled: Callable[..., None]
) -> None:
    run()
    server.connectors[SOURCE].state = "PAUSED"
    sampled(Code.CONNECTOR_PAUSED)
    run()
    assert server.connectors[SOURCE].state == "PAUSED"


def test_a_failed_task_is_restarted_and_told(
    store: Store, server: ConnectServer, past: History, sampled: Callable[..., None]
) -> None:
    run()
    server.fail(SOURCE, "java.lang.IllegalStateException: no")
    run()
    assert server.asked("POST") == []
    sampled(Code.TASK_FAILED, ago=timedelta(minutes=2))
    run()
    assert server.connectors[SOURCE].tasks[0]["state"] == "RUNNING"
    assert [after["state"] for _, after in repairs(past)] == ["RESTARTED"]
    run()
    assert len(server.asked("POST")) == 1


def test_a_removed_mirror_loses_its_connectors_and_then_its_record(
    store: Store, server: ConnectServer, secrets: Vault
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
    store: Store, server: ConnectServer, secrets: Vault
) -> None:
    secrets.put_mirror_properties(OTHER, SecretStr("bootstrap.servers=far:1"))
    add(store, mirror(OTHER, source=Source(alias="far", cluster_id="far-id")))
    run()
    gone = store.mirror(OTHER).model_copy(update={"intent": Intent.DELETED, "version": 2})
    store.replace(gone, written(gone))
    run()
    assert secrets.mirror_properties(OTHER).get_secret_value() == ""


def test_a_mirror_removed_while_it_is_made_leaves_no_connector(
    store: Store, server: ConnectServer
) -> None:
    stale = store.mirror(NAME)
    removed = change(store, intent=Intent.DELETED)
    assert reconcile.opened().apply(removed)
    assert not reconcile.opened().apply(stale)
    assert server.connectors == {}


def test_a_connector_made_after_its_mirror_was_removed_is_taken_back(
    store: Store, server: ConnectServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = server.answer

    def remove_and_put(method: str, path: str, body: Any) -> tuple[int, Any]:
        if method == "PUT" and NAME in {one.name for one in store.fleet().mirrors}:
            store.remove(NAME)
        return put(method, path, body)

    monkeypatch.setattr(server, "answer", remove_and_put)
    run()
    assert len(server.puts) >= 1
    assert server.connectors == {}


def test_the_first_try_is_short_and_leaves_the_rest(store: Store, server: ConnectServer) -> None:
    server.script(*[fake.busy()] * 50)
    began = datetime.now(UTC)
    assert not reconcile.opened().apply(store.mirror(NAME))
    assert datetime.now(UTC) - began < timedelta(seconds=2)
    assert server.connectors == {}


def test_the_first_try_makes_the_connectors_when_connect_answers(
    store: Store, server: ConnectServer
) -> None:
    assert reconcile.opened().apply(store.mirror(NAME))
    assert set(server.connectors) == {SOURCE, CHECKPOINT}
    assert run() == 1
    assert len(server.puts) == 2


def test_no_secret_is_logged(
    store: Store, server: ConnectServer, caplog: pytest.LogCaptureFixture
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
