"""What reconcile_mirrors gives Connect: complete configurations, once."""

import json

import pytest
from mirroring.mirror import Ask, Asked, Intent
from mirroring.observation import Code
from mirroring.reconciling import reconcile
from mirroring.storing.history import History
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.observations import Observations
from mirroring.storing.registry import Registry
from mirroring.storing.vault import Credentials, Vault
from pydantic import SecretStr

from tests.functional import aws
from tests.functional.connect_server import ConnectServer
from tests.functional.reconciling.acts import (
    CHECKPOINT,
    OTHER,
    PASSWORD,
    PROPERTIES,
    SOURCE,
    add,
    change,
    external,
    repairs,
    run,
    sample,
)
from tests.given import BEGIN, NAME, a_cluster, a_connect_cluster, a_mirror
from tests.template.test_roles import granted


def test_a_new_mirror_gets_its_connectors(
    store: MirrorStore, server: ConnectServer, past: History
) -> None:
    assert run() == 1
    assert set(server.connectors) == {SOURCE, CHECKPOINT}
    config = server.connectors[SOURCE].config
    assert config["source.cluster.bootstrap.servers"] == "broker:9092"
    assert config["source.cluster.security.protocol"] == "SASL_PLAINTEXT"
    assert PASSWORD in config["source.cluster.sasl.jaas.config"]
    assert config["target.cluster.bootstrap.servers"] == "us:9092"
    assert repairs(past) == []


def test_an_unchanged_configuration_is_never_put_again(
    store: MirrorStore, server: ConnectServer
) -> None:
    for _ in range(3):
        assert run() == 1
    assert [name for name, _ in server.puts] == [SOURCE, CHECKPOINT]


@pytest.mark.parametrize("asked", [None, Asked(ask=Ask.RESTART, at=BEGIN)], ids=["", "restarted"])
def test_a_later_run_asks_connect_once_and_reads_nothing_of_the_mirror(
    store: MirrorStore, server: ConnectServer, calls: aws.Calls, asked: Asked | None
) -> None:
    change(store, asked=asked)
    for _ in range(2):  # the first sees no worker yet, the second counts them
        run()
    server.requests.clear()
    calls.made.clear()
    run()
    assert server.requests == [("GET", "/connectors?expand=status&expand=info")]
    assert calls.made["MirrorsTable"] == {"dynamodb:Query", "dynamodb:GetItem"}


def test_private_servers_are_used_when_they_are_wished(
    store: MirrorStore, server: ConnectServer
) -> None:
    source = store.mirror(NAME).source.model_copy(update={"use_private_ips": True})
    change(store, source=source)
    run()
    config = server.connectors[SOURCE].config
    assert config["source.cluster.bootstrap.servers"] == "private:9092"


def test_an_external_source_is_read_with_the_properties_that_came_with_it(
    store: MirrorStore, server: ConnectServer, secrets: Vault
) -> None:
    secrets.put_mirror_properties(OTHER, SecretStr("bootstrap.servers=far:1,away:2\n"))
    add(store, external())
    assert run() == 2
    config = server.connectors[f"{OTHER}.source"].config
    assert config["source.cluster.bootstrap.servers"] == "far:1,away:2"


def test_an_external_mirror_whose_secret_is_lost_costs_no_other(
    store: MirrorStore, server: ConnectServer
) -> None:
    add(store, external())
    assert run() == 1
    assert set(server.connectors) == {SOURCE, CHECKPOINT}


def test_a_lost_secret_never_overwrites_a_good_configuration(
    store: MirrorStore, server: ConnectServer, secrets: Vault
) -> None:
    run()
    secrets.delete("cluster/eu-core")
    aws.forget()
    assert run() == 0
    assert len(server.puts) == 2


def test_with_a_config_provider_connect_never_sees_a_secret(
    store: MirrorStore, server: ConnectServer, clusters: Registry
) -> None:
    clusters.put_connect_cluster(a_connect_cluster(urls=(server.url,), config_provider="secrets"))
    run()
    given = server.connectors[SOURCE].config["source.cluster.sasl.jaas.config"]
    assert given == "${secrets:lockstep/cluster/eu-core:sasl.jaas.config}"
    assert PASSWORD not in json.dumps(server.puts)


def test_a_placeholder_names_a_key_of_the_secret(store: MirrorStore, secrets: Vault) -> None:
    value = json.loads(secrets._read(secrets.cluster_secret("eu-core")).get_secret_value())
    assert PASSWORD in value["sasl.jaas.config"]
    assert value["properties"] == PROPERTIES.get_secret_value()


def test_connect_is_asked_as_its_user(
    mirrors: MirrorStore, clusters: Registry, secrets: Vault
) -> None:
    with ConnectServer(username="admin", password=PASSWORD, shy=0) as guarded:
        clusters.put_cluster(a_cluster())
        clusters.put_cluster(a_cluster("us-core"))
        clusters.put_connect_cluster(a_connect_cluster(urls=(guarded.url,)))
        known = Credentials(username="admin", password=SecretStr(PASSWORD))
        secrets.put_connect_credentials("us-connect", known)
        add(mirrors, a_mirror())
        assert run() == 1


def test_a_persons_change_reaches_connect_and_is_no_repair(
    store: MirrorStore, server: ConnectServer, past: History
) -> None:
    run()
    change(store, topics_regex="audit.*")
    run()
    assert server.connectors[SOURCE].config["topics"] == "audit.*"
    assert repairs(past) == []


def test_it_asks_for_no_more_than_its_role_allows(
    store: MirrorStore, server: ConnectServer, secrets: Vault, taken: Observations, calls: aws.Calls
) -> None:
    run()
    server.connectors.clear()
    sample(taken, Code.CONNECTOR_MISSING)
    for name, intent in ((OTHER, Intent.RUNNING), ("gone.us-core.yyyyy", Intent.DELETED)):
        secrets.put_mirror_properties(name, SecretStr("bootstrap.servers=far:1"))
        add(store, external(name, intent=intent))
    calls.made.clear()
    assert run() == 3
    allowed = granted("ReconcileMirrorsRole")
    assert calls.made["secret mirror/*"]
    assert {where: asked - allowed[where] for where, asked in calls.made.items()} == {
        where: set() for where in calls.made
    }


def test_workers_are_counted_anew_with_every_run(
    store: MirrorStore, server: ConnectServer, clusters: Registry
) -> None:
    clusters.put_connect_cluster(a_connect_cluster(urls=(server.url,), workers=None))
    run()
    assert clusters.connect_cluster("us-connect").workers is None
    server.workers = ("a:8083", "b:8083", "c:8083")
    run()
    assert clusters.connect_cluster("us-connect").workers == 2
    change(store, max_tasks=3)
    for _ in range(2):
        run()
    assert clusters.connect_cluster("us-connect").workers == 3


def test_a_version_that_workers_were_upgraded_to_is_remembered_and_written_once(
    store: MirrorStore,
    server: ConnectServer,
    clusters: Registry,
    calls: aws.Calls,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reconcile, "VERSION_S", 0)
    run()
    server.version = "4.4.0"
    run()
    assert clusters.connect_cluster("us-connect").version == "4.4.0"
    calls.made.clear()
    run()
    assert not {"dynamodb:PutItem", "dynamodb:UpdateItem"} & calls.made["MirrorsTable"]


def test_a_count_of_workers_never_overwrites_a_new_registration(clusters: Registry) -> None:
    clusters.put_cluster(a_cluster("us-core"))
    seen = a_connect_cluster(revision=1)
    clusters.put_connect_cluster(seen)
    clusters.put_connect_cluster(a_connect_cluster(revision=2, urls=("http://new:8083",)))
    clusters.saw(seen, "4.9.0", 9)
    now = clusters.connect_cluster("us-connect")
    assert (now.revision, now.workers, now.urls) == (2, 3, ("http://new:8083",))
    assert now.version == seen.version
