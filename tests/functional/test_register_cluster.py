"""PUT and DELETE of Kafka clusters and Connect clusters, verified against the real thing."""

import json
from typing import Any

import boto3
import pytest
from mirroring.client_properties.reach import Reach
from mirroring.errors import ClusterNotFound
from mirroring.storing import registry, vault
from mirroring.storing.history import History
from mirroring.storing.registry import Registry

from tests.functional.connect_server import ConnectServer, Fault, half_body, html
from tests.functional.http import call, invoke, sent
from tests.functional.kafka import Cluster
from tests.functional.world import AP, EU, US, World, a_request, external, managed
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


def kept(name: str) -> str:
    """The connection properties that the cluster's record names; empty without a record."""
    try:
        mark = registry.registry().cluster(name).secret
    except ClusterNotFound:
        return ""
    return vault.vault().cluster_properties(name, mark).get_secret_value()


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
        "revision": 1,
        "usedBy": [],
        "usedByTotal": 0,
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
    assert kept("ap-core") == PROPERTIES


def test_a_wrong_password_changes_nothing(world: World) -> None:
    world.kafka.clusters[AP].password = PASSWORD
    before = put("ap-core", connectionProperties=PROPERTIES).json
    answer = put("ap-core", connectionProperties=PROPERTIES.replace(PASSWORD, "guess-guess"))

    assert (answer.status, answer.slug) == (422, "cluster-unauthorized")
    assert "guess-guess" not in str(answer)
    assert call("GET", "/clusters/ap-core").json == before
    assert kept("ap-core") == PROPERTIES


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
    assert boto3.client("secretsmanager").list_secrets()["SecretList"] == []
    assert call("DELETE", "/clusters/ap-core").slug == "cluster-not-found"


def test_a_used_cluster_stays_and_its_users_are_named(world: World) -> None:
    name = world.created()["name"]

    for cluster, users in (("eu-core", [name]), ("us-core", [name, "us-connect"])):
        answer = call("DELETE", f"/clusters/{cluster}")
        assert (answer.status, answer.slug) == (409, "cluster-in-use")
        assert all(user in answer.json["detail"] for user in users)


def test_a_connect_cluster_is_asked_who_it_is_and_what_runs_there(world: World) -> None:
    world.connect.requests.clear()
    answer = put_connect(world, "another", offsetFlushMs=10_000)

    assert answer.status == 201
    assert world.connect.requests == [
        ("GET", "/"),
        ("GET", "/connector-plugins"),
        ("GET", "/connectors?expand=status&expand=info"),
        ("GET", "/connectors"),
    ]
    shown = {name: value for name, value in answer.json.items() if not name.endswith("At")}
    assert shown == {
        "name": "another",
        "urls": [world.connect.url],
        "kafkaCluster": "us-core",
        "caCertificate": None,
        "configProvider": None,
        "offsetFlushMs": 10_000,
        "version": "4.3.1",
        "workers": None,
        "connectedClusters": [],
        "revision": 1,
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
    assert put_connect(world, urls=["http://127.0.0.1:9", world.connect.url]).status == 200


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


def test_workers_that_send_elsewhere_are_not_followed(world: World) -> None:
    asked = len(world.connect.asked("GET"))
    with ConnectServer(shy=0) as moved:
        moved.script(*[Fault(307, b"", location=world.connect.url)] * 100)
        answer = put_connect(world, "another", urls=[moved.url])

    assert (answer.status, answer.slug) == (422, "connect-unreachable")
    assert len(world.connect.asked("GET")) == asked


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost", "169.254.169.254"])
def test_in_an_account_workers_beside_the_function_are_refused(
    world: World, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setattr("mirroring.client_properties.reach.reach", Reach)
    answer = put_connect(world, "another", urls=[f"http://{host}:8083"])

    assert (answer.status, [one["field"] for one in answer.json["errors"]]) == (422, ["urls"])


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


def test_workers_that_do_not_run_its_mirrors_are_another_group(world: World) -> None:
    names = [world.created(topicsRegex=one)["name"] for one in ("payments", r"orders\..*")]
    before = call("GET", "/connect-clusters/us-connect").json
    with ConnectServer("US-id", shy=0) as other:
        config = world.connect.connectors[f"{names[0]}.source"].config
        for kind in ("source", "checkpoint"):
            other.answer("PUT", f"/connectors/{names[0]}.{kind}/config", config)
            config = world.connect.connectors[f"{names[0]}.checkpoint"].config
        answer = put_connect(world, urls=[other.url])

    assert (answer.status, answer.slug) == (409, "connect-other-group")
    assert f"{names[1]}.source" in answer.json["detail"]
    assert names[0] not in answer.json["detail"]
    assert call("GET", "/connect-clusters/us-connect").json == before


def test_of_many_missing_connectors_the_first_are_named_and_the_rest_counted(
    world: World,
) -> None:
    for topic in "abcdefg":
        world.created(topicsRegex=topic)
    with ConnectServer("US-id", shy=0) as other:
        detail = put_connect(world, urls=[other.url]).json["detail"]

    assert detail.count(".source") + detail.count(".checkpoint") == 10
    assert "and 4 more" in detail


def test_other_urls_of_the_same_group_are_taken_though_a_mirror_is_on_its_way_out(
    world: World,
) -> None:
    world.created()
    leaving = world.created(topicsRegex="payments")["name"]
    world.connect.script(*[half_body()] * 9, method="DELETE", path="checkpoint")
    assert call("DELETE", f"/mirrors/{leaving}").status == 202
    urls = [world.connect.url, "http://127.0.0.1:9"]

    assert put_connect(world, urls=urls).json["urls"] == urls


@pytest.mark.parametrize("group", [("a:8083",), tuple(f"w{n}:8083" for n in range(10))], ids=len)
def test_workers_are_those_that_connect_knows_behind_one_url(
    world: World, group: tuple[str, ...]
) -> None:
    world.connect.workers = group
    world.connect.partitions = [f"t-{n}" for n in range(20)]
    world.created(maxTasks=20)
    assert put_connect(world).json["workers"] == len(group)
    assert world.created(topicsRegex="payments")["maxTasks"] == len(group)


def test_workers_that_do_not_show_are_unknown_and_a_preview_says_so(world: World) -> None:
    assert call("GET", "/connect-clusters/us-connect").json["workers"] is None
    warned = call("POST", "/mirrors/preview", a_request()).json["warnings"]

    assert "WORKERS_UNKNOWN" in [one["code"] for one in warned]
    assert world.created()["maxTasks"] == 1


def test_a_registration_writes_one_line_however_many_mirrors_there_are(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirrors = [world.created(topicsRegex=topic)["name"] for topic in "abc"]
    lines = []
    monkeypatch.setattr(History, "add_change", lambda _, line: lines.append(line))
    assert call("PUT", "/clusters/eu-core", {"bootstrapServers": ["eu:9092", EU]}).status == 200

    assert lines == []
    for mirror in mirrors:
        newest, *_ = call("GET", f"/mirrors/{mirror}/changes").json["changes"]
        assert newest["to"] == {"cluster": "eu-core", "bootstrapServers": ["eu:9092", EU]}


def test_changes_of_clusters_stay_readable_page_by_page_after_the_mirror_is_gone(
    world: World,
) -> None:
    call("PUT", "/clusters/eu-core", {"bootstrapServers": [EU, "before:1"]})
    mirror = world.created()["name"]
    for server in ("b:1", "c:1"):
        call("PUT", "/clusters/eu-core", {"bootstrapServers": [EU, server]})
    put_connect(world, configProvider="vault")
    call("DELETE", f"/mirrors/{mirror}")
    call("PUT", "/clusters/eu-core", {"bootstrapServers": [EU, "after:1"]})
    seen, token = [], ""
    while token is not None:
        page = call("GET", f"/mirrors/{mirror}/changes?limit=2{token}").json
        seen += page["changes"]
        token = page["nextToken"] and f"&nextToken={page['nextToken']}"

    assert [one["to"].get("cluster") for one in seen if one["from"]] == [
        None,
        None,
        "us-connect",
        "eu-core",
        "eu-core",
    ]
    assert [one["at"] for one in seen] == sorted((one["at"] for one in seen), reverse=True)
