"""PUT and DELETE of Kafka clusters and Connect clusters, verified against the real thing."""

import json
from typing import Any

import pytest
from mirroring.storing import vault
from mirroring.storing.registry import Registry

from tests.functional.connect_server import ConnectServer, half_body, html
from tests.functional.http import call, invoke, sent
from tests.functional.kafka import Cluster
from tests.functional.world import AP, EU, US, World, external, managed
from tests.functional.world import world as world

PASSWORD = "opens-nothing"
PROPERTIES = (
    "# a comment\n"
    "security.protocol : SASL_PLAINTEXT\n"
    "sasl.mechanism=PLAIN\n"
    "sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \\\n"
    f'    username="u" password="{PASSWORD}";\n'
)


def put(name: str, **fields: Any) -> Any:
    """PUT /clusters/{name}."""
    return call("PUT", f"/clusters/{name}", {"bootstrapServers": [AP]} | fields)


def put_connect(world: World, name: str = "us-connect", **fields: Any) -> Any:
    """PUT /connect-clusters/{name}."""
    body = {"urls": [world.connect.url], "kafkaCluster": "us-core"} | fields
    return call("PUT", f"/connect-clusters/{name}", body)


def test_the_event_of_the_function_registers_a_cluster(world: World) -> None:
    event = sent("register_cluster")
    for server in json.loads(event["body"])["bootstrapServers"]:
        world.kafka.clusters[server] = Cluster("EU-id", password=PASSWORD)
    answer = invoke("register_cluster", event)

    assert answer.status == 200
    assert answer.json["securityProtocol"] == "SASL_SSL"
    assert answer.json["saslMechanism"] == "SCRAM-SHA-512"


def test_a_new_cluster_is_asked_who_it_is(world: World) -> None:
    answer = put("ap-core", description="Sydney", tags={"team": "core"})

    assert answer.status == 201
    shown = answer.json
    times = (shown.pop("createdAt"), shown.pop("updatedAt"))
    assert times[0] == times[1]
    assert shown == {
        "name": "ap-core",
        "bootstrapServers": [AP],
        "privateBootstrapServers": [],
        "clusterId": "AP-id",
        "brokers": 3,
        "securityProtocol": "PLAINTEXT",
        "saslMechanism": None,
        "description": "Sydney",
        "tags": {"team": "core"},
        "usedBy": [],
    }


def test_the_same_name_again_replaces_and_keeps_its_birthday(world: World) -> None:
    first = put("ap-core", description="Sydney").json
    answer = put("ap-core")

    assert answer.status == 200
    assert answer.json["createdAt"] == first["createdAt"]
    assert answer.json["updatedAt"] > first["updatedAt"]
    assert answer.json["description"] == ""


def test_connection_properties_are_kept_and_never_shown(world: World) -> None:
    world.kafka.clusters[AP].password = PASSWORD
    answer = put("ap-core", connectionProperties=PROPERTIES)

    assert answer.status == 201
    assert PASSWORD not in str(answer) + str(call("GET", "/clusters/ap-core"))
    assert answer.json["saslMechanism"] == "PLAIN"
    assert vault.opened().cluster_properties("ap-core").get_secret_value() == PROPERTIES


def test_a_wrong_password_changes_nothing(world: World) -> None:
    world.kafka.clusters[AP].password = PASSWORD
    before = put("ap-core", connectionProperties=PROPERTIES).json
    answer = put("ap-core", connectionProperties=PROPERTIES.replace(PASSWORD, "guess-guess"))

    assert (answer.status, answer.slug) == (422, "cluster-unauthorized")
    assert "guess-guess" not in str(answer)
    assert call("GET", "/clusters/ap-core").json == before
    assert vault.opened().cluster_properties("ap-core").get_secret_value() == PROPERTIES


@pytest.mark.parametrize(
    ("fields", "slug"),
    [
        ({"bootstrapServers": ["nowhere:1"]}, "cluster-unreachable"),
        (
            {"connectionProperties": "security.protocol=SASL_SSL\nsasl.mechanism=GSSAPI"},
            "unsupported-property",
        ),
        ({"connectionProperties": "security.protocol=CARRIER_PIGEON"}, "unsupported-property"),
    ],
)
def test_a_cluster_that_cannot_be_used_is_not_registered(
    world: World, fields: dict[str, Any], slug: str
) -> None:
    answer = put("ap-core", **fields)

    assert (answer.status, answer.slug) == (422, slug)
    assert call("GET", "/clusters/ap-core").status == 404


def test_a_used_cluster_cannot_become_another_one(world: World) -> None:
    name = world.created()["name"]
    answer = put("eu-core")

    assert (answer.status, answer.slug) == (409, "cluster-in-use")
    assert name in answer.json["detail"]
    assert call("GET", "/clusters/eu-core").json["clusterId"] == "EU-id"


def test_an_unused_cluster_can_become_another_one(world: World) -> None:
    assert put("eu-core").json["clusterId"] == "AP-id"


def test_private_servers_that_a_mirror_reads_cannot_go(world: World) -> None:
    world.kafka.clusters["private:9092"] = world.kafka.clusters[EU]
    call(
        "PUT",
        "/clusters/eu-core",
        {"bootstrapServers": [EU], "privateBootstrapServers": ["private:9092"]},
    )
    name = world.created(sourceCluster=managed("eu-core", usePrivateIps=True))["name"]
    answer = call("PUT", "/clusters/eu-core", {"bootstrapServers": [EU]})

    assert (answer.status, answer.slug) == (409, "cluster-in-use")
    assert name in answer.json["detail"]


def test_an_unused_cluster_is_removed_with_its_secret(world: World) -> None:
    world.kafka.clusters[AP].password = PASSWORD
    put("ap-core", connectionProperties=PROPERTIES)

    assert call("DELETE", "/clusters/ap-core").status == 204
    assert call("GET", "/clusters/ap-core").slug == "cluster-not-found"
    assert vault.opened().cluster_properties("ap-core").get_secret_value() == ""
    assert call("DELETE", "/clusters/ap-core").slug == "cluster-not-found"


def test_a_used_cluster_stays_and_its_users_are_named(world: World) -> None:
    name = world.created()["name"]

    for cluster, users in (("eu-core", [name]), ("us-core", [name, "us-connect"])):
        answer = call("DELETE", f"/clusters/{cluster}")
        assert (answer.status, answer.slug) == (409, "cluster-in-use")
        assert all(user in answer.json["detail"] for user in users)


def test_a_connect_cluster_is_registered_with_two_questions(world: World) -> None:
    world.connect.requests.clear()
    answer = put_connect(world, "another", offsetFlushMs=10_000)

    assert answer.status == 201
    assert world.connect.requests == [("GET", "/"), ("GET", "/connector-plugins")]
    shown = {name: value for name, value in answer.json.items() if not name.endswith("At")}
    assert shown == {
        "name": "another",
        "urls": [world.connect.url],
        "kafkaCluster": "us-core",
        "configProvider": None,
        "offsetFlushMs": 10_000,
        "version": "4.3.1",
        "workers": 1,
        "connectedClusters": [],
    }


def test_a_password_opens_kafka_connect_and_is_never_shown(world: World) -> None:
    with ConnectServer("US-id", username="admin", password=PASSWORD) as server:
        fields: dict[str, Any] = {"urls": [server.url], "username": "admin", "password": PASSWORD}
        answer = put_connect(world, **fields)
        refused = put_connect(world, **fields | {"password": "guess-guess"})

    assert answer.status == 200
    assert PASSWORD not in str(answer) + str(call("GET", "/connect-clusters/us-connect"))
    assert (refused.status, refused.slug) == (422, "connect-unreachable")
    assert "guess-guess" not in str(refused)


def test_a_password_may_hold_any_letter(world: World) -> None:
    secret = "pässwörd…"
    with ConnectServer("US-id", username="müller", password=secret) as server:
        fields: dict[str, Any] = {"urls": [server.url], "username": "müller", "password": secret}

        assert put_connect(world, **fields).status == 200


def test_any_worker_may_answer(world: World) -> None:
    assert put_connect(world, urls=["http://127.0.0.1:9", world.connect.url]).json["workers"] == 2


def test_workers_of_another_cluster_are_refused(world: World) -> None:
    answer = put_connect(world, "another", kafkaCluster="eu-core")

    assert (answer.status, answer.slug) == (422, "connect-wrong-cluster")
    assert "US-id" in answer.json["detail"]
    assert call("GET", "/connect-clusters/another").slug == "connect-cluster-not-found"


def test_workers_without_mirror_maker_are_refused(world: World) -> None:
    world.connect.plugins = ("org.apache.kafka.connect.file.FileStreamSinkConnector",)
    answer = put_connect(world, "another")

    assert (answer.status, answer.slug) == (422, "connect-no-mirror-maker")


def test_workers_that_do_not_answer_are_refused(world: World) -> None:
    answer = put_connect(world, "another", urls=["http://127.0.0.1:9"])

    assert (answer.status, answer.slug) == (422, "connect-unreachable")


@pytest.mark.parametrize("fault", [html(), half_body()], ids=["HTML", "half a body"])
def test_what_does_not_answer_as_kafka_connect_does_is_refused(world: World, fault: Any) -> None:
    world.connect.script(*[fault] * 100)
    answer = put_connect(world, "another")

    assert (answer.status, answer.slug) == (422, "connect-unreachable")


@pytest.mark.parametrize("name", ["nowhere", "", "x" * 2000])
def test_an_unknown_kafka_cluster_is_named(world: World, name: str) -> None:
    answer = put_connect(world, "another", kafkaCluster=name)

    assert (answer.status, answer.slug) == (422, "unknown-cluster")
    assert answer.fields == ["kafkaCluster"]


def test_a_used_connect_cluster_stays_where_it_is(world: World) -> None:
    name = world.created()["name"]
    world.connect.cluster_id = "EU-id"

    for answer in (
        put_connect(world, kafkaCluster="eu-core"),
        call("DELETE", "/connect-clusters/us-connect"),
    ):
        assert (answer.status, answer.slug) == (409, "connect-cluster-in-use")
        assert name in answer.json["detail"]


def test_an_unused_connect_cluster_is_removed(world: World) -> None:
    assert call("DELETE", "/connect-clusters/us-connect").status == 204
    assert call("DELETE", "/connect-clusters/us-connect").slug == "connect-cluster-not-found"
    assert call("GET", "/clusters/us-core").json["usedBy"] == []


def test_an_external_source_uses_no_registered_cluster(world: World) -> None:
    world.created(sourceCluster=external(f"bootstrap.servers={EU}"))

    assert call("GET", "/clusters/eu-core").json["usedBy"] == []
    assert world.kafka.clusters[US].cluster_id == "US-id"


def test_a_cluster_that_is_taken_into_use_meanwhile_stays(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove, names = Registry.delete_cluster, []

    def slower(registry: Registry, *what: Any) -> None:
        monkeypatch.setattr(Registry, "delete_cluster", remove)
        names.append(world.created()["name"])
        remove(registry, *what)

    monkeypatch.setattr(Registry, "delete_cluster", slower)
    answer = call("DELETE", "/clusters/eu-core")

    assert (answer.status, answer.slug) == (409, "cluster-in-use")
    assert names[0] in answer.json["detail"]


def test_its_mirrors_tell_who_gave_a_cluster_other_properties(world: World) -> None:
    mirror = world.created()["name"]
    world.kafka.clusters[EU].password = PASSWORD
    event = sent("register_cluster")
    event["pathParameters"]["name"] = "eu-core"
    body = {"bootstrapServers": [EU], "connectionProperties": PROPERTIES}
    for _ in range(2):
        assert invoke("register_cluster", event | {"body": json.dumps(body)}).status == 200
    line, beginning = call("GET", f"/mirrors/{mirror}/changes").json["changes"]

    assert (line["kind"], line["by"]) == ("write", "ada@example.com")
    assert line["from"] == {"cluster": "eu-core", "connectionProperties": "[hidden]"}
    assert line["to"] == {"cluster": "eu-core", "connectionProperties": "[hidden] (new)"}
    assert beginning["from"] is None


def test_its_mirrors_tell_who_gave_a_connect_cluster_other_workers(world: World) -> None:
    mirror = world.created()["name"]
    urls = [world.connect.url, "http://second:8083"]
    body = {"urls": urls, "kafkaCluster": "us-core", "configProvider": "vault"}
    for _ in range(2):
        assert call("PUT", "/connect-clusters/us-connect", body).status == 200
    line, _ = call("GET", f"/mirrors/{mirror}/changes").json["changes"]

    assert line["from"] == {"cluster": "us-connect", "urls": urls[:1], "configProvider": None}
    assert line["to"] == {"cluster": "us-connect", "urls": urls, "configProvider": "vault"}


def test_a_password_is_proven_by_a_new_connection(world: World) -> None:
    world.kafka.forgotten.clear()
    put("ap-core")

    assert [list(one.servers) for one in world.kafka.forgotten] == [[AP]]
