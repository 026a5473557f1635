"""Two at once, and what is cut short: a record and its secret are of one registration, or of none.

What comes in between is put there by the test, at the write that it must not spoil.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from mirroring.errors import Unavailable
from mirroring.reconciling import unused_secrets
from mirroring.storing import mirror_store, registry, vault
from mirroring.storing.dynamo import Dynamo
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.registry import Registry

from tests.functional import aws
from tests.functional.connect_server import ConnectServer
from tests.functional.http import Answer, call
from tests.functional.kafka import Cluster
from tests.functional.world import AP, EU, World, a_request, external
from tests.functional.world import world as world

NODE_2 = "eu-2:9092"
LATER = timedelta(minutes=11)


class DiedError(Exception):
    """The process is gone at this point."""


def properties(password: str) -> str:
    """A login with this password."""
    return (
        "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.jaas.config="
        "org.apache.kafka.common.security.plain.PlainLoginModule required "
        f'username="u" password="{password}";'
    )


def put(
    server: str, password: str | None = None, version: int | None = None, name: str = "eu-core"
) -> Answer:
    """PUT /clusters/{name}."""
    body: dict[str, Any] = {"bootstrapServers": [server]}
    if password is not None:
        body["connectionProperties"] = properties(password)
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return call("PUT", f"/clusters/{name}", body, headers)


def held(name: str = "eu-core") -> tuple[list[str], str]:
    """The servers and the properties that a reader finds in a new process."""
    aws.forget()
    found = registry.registry().cluster(name)
    text = vault.vault().cluster_properties(name, found.secret).get_secret_value()
    return list(found.bootstrap_servers), text


def secrets() -> list[str]:
    """The names of all secrets."""
    listed = boto3.client("secretsmanager").list_secrets()["SecretList"]
    return sorted(one["Name"] for one in listed)


def sweep(later: timedelta = LATER) -> None:
    """What reconcile does about secrets, so much later."""
    aws.forget()
    unused_secrets.unused_secrets().sweep(datetime.now(UTC) + later)


def once_before(
    monkeypatch: pytest.MonkeyPatch, of: type, method: str, act: Callable[[], Any]
) -> None:
    """The next call of the method comes after `act`."""
    real = getattr(of, method)

    def slower(self: Any, *what: Any, **more: Any) -> Any:
        monkeypatch.setattr(of, method, real)
        act()
        return real(self, *what, **more)

    monkeypatch.setattr(of, method, slower)


@pytest.fixture
def eu(world: World) -> World:
    """The source takes any password, at two addresses."""
    world.kafka.clusters[NODE_2] = world.kafka.clusters[EU]
    return world


def test_of_two_registrations_at_once_one_stands_whole(
    eu: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[Answer] = []
    once_before(monkeypatch, Registry, "put_cluster", lambda: answers.append(put(NODE_2, "second")))
    first = put(EU, "first")

    assert (first.status, answers[0].status) == (200, 200)
    assert held() == ([EU], properties("first"))
    sweep()
    assert held() == ([EU], properties("first"))
    assert len(secrets()) == 1


def test_with_if_match_the_slower_of_two_is_told_and_leaves_nothing(
    eu: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = call("GET", "/clusters/eu-core")
    assert seen.headers["etag"] == '"1"'
    once_before(monkeypatch, Registry, "put_cluster", lambda: put(NODE_2, "second", 1))
    slower = put(EU, "first", version=1)

    assert (slower.status, slower.slug) == (412, "version-moved")
    assert held() == ([NODE_2], properties("second"))
    assert len(secrets()) == 1


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/clusters/eu-core", {"bootstrapServers": [EU]}),
        ("DELETE", "/clusters/eu-core", None),
        ("PUT", "/connect-clusters/us-connect", None),
        ("DELETE", "/connect-clusters/us-connect", None),
    ],
)
def test_every_write_of_a_cluster_honours_if_match(
    eu: World, method: str, path: str, body: dict[str, Any] | None
) -> None:
    if method == "PUT" and body is None:
        body = {"urls": [eu.connect.url], "kafkaCluster": "us-core"}
    before = call("GET", path)
    moved = call(method, path, body, {"If-Match": '"7"'})

    assert (moved.status, moved.slug) == (412, "version-moved")
    assert call("GET", path).json == before.json
    assert call(method, path, body, {"If-Match": before.headers["etag"]}).status in (200, 204)


def test_if_match_of_what_is_not_registered_is_moved(eu: World) -> None:
    answer = put(AP, version=1, name="ap-core")
    assert (answer.status, answer.slug) == (412, "version-moved")
    assert call("GET", "/clusters/ap-core").status == 404


@pytest.mark.parametrize("before", [None, "old"], ids=["new", "registered before"])
def test_a_process_that_dies_between_secret_and_record_leaves_the_old_registration(
    eu: World, monkeypatch: pytest.MonkeyPatch, before: str | None
) -> None:
    if before:
        put(EU, before, name="ap-core")

    def dies(*_: Any, **__: Any) -> None:
        raise DiedError

    with monkeypatch.context() as patch:
        patch.setattr(Registry, "put_cluster", dies)
        assert put(NODE_2, "new", name="ap-core").status == 500

    if before:
        assert held("ap-core") == ([EU], properties("old"))
    sweep(timedelta(minutes=5))
    assert len(secrets()) == (2 if before else 1)
    sweep()
    assert len(secrets()) == (1 if before else 0)
    if before:
        assert held("ap-core") == ([EU], properties("old"))


def lost(monkeypatch: pytest.MonkeyPatch, table_says: str) -> None:
    """The next transaction that writes such an item is done, and its answer does not arrive."""
    transact = Dynamo.transact

    def deaf(self: Dynamo, *writes: Any) -> None:
        transact(self, *writes)
        items = [write["Put"]["Item"] for write in writes if "Put" in write]
        if any(item.get("kind") == {"S": table_says} for item in items):
            monkeypatch.setattr(Dynamo, "transact", transact)
            raise Unavailable("DynamoDB does not answer; try again in a few seconds")

    monkeypatch.setattr(Dynamo, "transact", deaf)


def test_a_registration_whose_answer_was_lost_keeps_its_secret(
    eu: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost(monkeypatch, "cluster")
    assert put(NODE_2, "new").status == 503
    sweep()
    assert held() == ([NODE_2], properties("new"))


def test_a_mirror_whose_creation_was_done_without_an_answer_lives_with_its_secret(
    eu: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    eu.kafka.clusters["ext:9092"] = Cluster("EXT-id", ["orders.x"])
    lost(monkeypatch, "mirror")
    name = eu.created(sourceCluster=external("bootstrap.servers=ext:9092"))["name"]
    sweep()
    assert secrets() == [f"lockstep/mirror/{name}"]
    assert call("GET", f"/mirrors/{name}").status == 200


def test_what_cannot_be_found_out_is_found_by_reconcile_and_by_the_next_try(
    eu: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    eu.kafka.clusters["ext:9092"] = Cluster("EXT-id", ["orders.x"])
    body = a_request(sourceCluster=external("bootstrap.servers=ext:9092"))
    lost(monkeypatch, "mirror")

    def away(*_: Any) -> None:
        raise Unavailable("DynamoDB does not answer")

    with monkeypatch.context() as patch:
        patch.setattr(MirrorStore, "mirror", away)
        assert call("POST", "/mirrors", body, {"Idempotency-Key": "k"}).status == 503
    sweep()
    (mirror,) = mirror_store.mirror_store().fleet().mirrors
    assert secrets() == [f"lockstep/mirror/{mirror.name}"]
    again = call("POST", "/mirrors", body, {"Idempotency-Key": "k"})
    assert (again.status, again.slug) == (409, "in-progress")


@pytest.mark.parametrize("dies_at", ["put_mirror_properties", "create"])
def test_a_creation_that_dies_leaves_no_secret_for_long(
    eu: World, monkeypatch: pytest.MonkeyPatch, dies_at: str
) -> None:
    eu.kafka.clusters["ext:9092"] = Cluster("EXT-id", ["orders.x"])
    of: Any = vault.Vault if dies_at == "put_mirror_properties" else MirrorStore
    real = getattr(of, dies_at)

    def dies(self: Any, *what: Any) -> None:
        if of is vault.Vault:
            real(self, *what)
        raise DiedError

    with monkeypatch.context() as patch:
        patch.setattr(of, dies_at, dies)
        answer = eu.create(sourceCluster=external("bootstrap.servers=ext:9092"))
    assert answer.status == 500
    assert len(secrets()) == 1
    sweep()
    assert secrets() == []


def test_a_source_that_is_registered_anew_while_the_mirror_is_made_is_looked_at_again(
    eu: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    once_before(monkeypatch, MirrorStore, "create", lambda: put(AP))
    eu.kafka.clusters[AP].topics = ["orders.elsewhere"]
    eu.created()

    (mirror,) = mirror_store.mirror_store().fleet().mirrors
    assert mirror.source.cluster_id == "AP-id"


def test_what_the_second_look_finds_wrong_is_refused(
    eu: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    once_before(monkeypatch, MirrorStore, "create", lambda: put("us:9092"))
    answer = eu.create(renameMirroredTopics=False)

    assert (answer.status, answer.slug) == (422, "invalid-mirror")
    assert mirror_store.mirror_store().fleet().mirrors == ()


def test_a_target_that_moves_under_every_look_is_a_conflict(
    eu: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = MirrorStore.create

    def moving(self: MirrorStore, *what: Any) -> None:
        body = {"bootstrapServers": ["us:9092"], "description": str(datetime.now(UTC))}
        assert call("PUT", "/clusters/us-core", body).status == 200
        create(self, *what)

    monkeypatch.setattr(MirrorStore, "create", moving)
    answer = eu.create()

    assert (answer.status, answer.slug) == (409, "conflict")
    assert mirror_store.mirror_store().fleet().mirrors == ()


def test_other_workers_that_come_while_a_mirror_is_made_are_seen(
    eu: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ConnectServer("US-id", shy=0) as other:
        body = {"urls": [other.url], "kafkaCluster": "us-core"}
        once_before(
            monkeypatch,
            MirrorStore,
            "create",
            lambda: call("PUT", "/connect-clusters/us-connect", body),
        )
        eu.created()
        assert len(other.connectors) == 2
        assert eu.connect.connectors == {}


def test_a_mirror_that_comes_while_other_workers_are_registered_keeps_its_group(
    eu: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ConnectServer("US-id", shy=0) as other:
        once_before(monkeypatch, Registry, "put_connect_cluster", eu.created)
        body = {"urls": [other.url], "kafkaCluster": "us-core"}
        answer = call("PUT", "/connect-clusters/us-connect", body)

    assert (answer.status, answer.slug) == (409, "connect-other-group")
    assert call("GET", "/connect-clusters/us-connect").json["urls"] == [eu.connect.url]


def test_a_cluster_that_is_registered_anew_while_it_is_removed_stays_with_its_secret(
    eu: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(AP, "old", name="ap-core")
    answers: list[Answer] = []
    once_before(
        monkeypatch,
        vault.Vault,
        "delete",
        lambda: answers.append(put(AP, "new", name="ap-core")),
    )
    assert call("DELETE", "/clusters/ap-core").status == 204

    assert answers[0].status == 201
    assert held("ap-core") == ([AP], properties("new"))
    sweep()
    assert held("ap-core") == ([AP], properties("new"))
    assert len(secrets()) == 1
