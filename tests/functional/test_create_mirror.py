"""POST /mirrors: what is taken and how it is answered."""

import re
from typing import Any

import boto3
import pytest
from mirroring.storing.mirror_store import MirrorStore

from tests.functional.connect_server import busy
from tests.functional.http import Answer, call, invoke, sent
from tests.functional.kafka import Cluster
from tests.functional.world import AP, EU, US, World, external, managed
from tests.functional.world import world as world

SECRET = "hunter2-hunter2"
SASL = (
    "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\n"
    "sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required "
    f'username="u" password="{SECRET}";\n'
)


def test_the_event_of_the_function_creates_the_mirror_of_the_contract(world: World) -> None:
    answer = invoke("create_mirror", sent("create_mirror"))

    assert answer.status == 202
    assert re.fullmatch(r"eu\.us-core\.[a-z0-9]{5}", answer.json["name"])
    assert answer.headers["location"] == f"/mirrors/{answer.json['name']}"
    assert answer.json["sourceCluster"] == {
        "alias": "eu",
        "managedCluster": {"sourceKafkaClusterId": "eu-core", "usePrivateIps": False},
    }
    assert answer.json["targetCluster"] == "us-core"
    assert answer.json["status"] == "CREATING"
    assert answer.json["version"] == 1
    assert answer.json["latency"] == {
        "average": None,
        "max": None,
        "behind": None,
        "lagRecords": None,
    }


def test_what_is_left_out_has_its_default(world: World) -> None:
    mirror = world.created(topicsRegex=...)

    assert mirror["sourceCluster"]["alias"] == "eu-core"
    defaults = {
        "renameMirroredTopics": True,
        "topicsRegex": ".*",
        "topicsExclude": [],
        "maxTasks": 1,
        "targetLatency": 30_000,
        "startFrom": "earliest",
        "syncGroupOffsets": False,
        "groupsRegex": ".*",
        "description": "",
        "tags": {},
    }
    assert {name: mirror[name] for name in defaults} == defaults


def test_the_default_of_max_tasks_is_the_number_of_workers(world: World) -> None:
    urls = [world.connect.url, "http://127.0.0.1:9", "http://127.0.0.1:10"]
    call("PUT", "/connect-clusters/us-connect", {"urls": urls, "kafkaCluster": "us-core"})

    assert world.created()["maxTasks"] == 3


def test_both_connectors_are_there_when_it_is_answered(world: World) -> None:
    name = world.created()["name"]

    assert set(world.connect.connectors) == {f"{name}.source", f"{name}.checkpoint"}


def test_its_source_becomes_a_connected_cluster(world: World) -> None:
    name = world.created()["name"]

    assert call("GET", "/connect-clusters/us-connect").json["connectedClusters"] == ["eu-core"]
    assert call("GET", "/clusters/eu-core").json["usedBy"] == [name]
    assert call("GET", "/clusters/us-core").json["usedBy"] == [name, "us-connect"]


def test_an_external_source_is_never_shown_again(world: World) -> None:
    world.kafka.clusters["ext:9092"] = Cluster("EXT-id", ["orders.x"], password=SECRET)
    mirror = world.created(sourceCluster=external(f"bootstrap.servers=ext:9092\n{SASL}"))

    assert mirror["sourceCluster"] == {
        "alias": "ext",
        "externalCluster": {"sourceConnectionProperties": "[hidden]"},
    }
    for path in ("", "/changes"):
        assert SECRET not in str(call("GET", f"/mirrors/{mirror['name']}{path}").json)
    given = world.connect.connectors[f"{mirror['name']}.source"].config
    assert SECRET in given["source.cluster.sasl.jaas.config"]
    assert call("GET", "/connect-clusters/us-connect").json["connectedClusters"] == ["ext"]


def test_private_servers_are_read_where_they_are_wanted(world: World) -> None:
    body = {"bootstrapServers": [EU], "privateBootstrapServers": ["10.0.0.1:9092"]}
    call("PUT", "/clusters/eu-core", body)
    world.kafka.clusters["10.0.0.1:9092"] = world.kafka.clusters[EU]
    mirror = world.created(sourceCluster=managed("eu-core", usePrivateIps=True))

    given = world.connect.connectors[f"{mirror['name']}.source"].config
    assert given["source.cluster.bootstrap.servers"] == "10.0.0.1:9092"
    shown = mirror["connectors"][0]["config"]
    assert shown["source.cluster.bootstrap.servers"] == "10.0.0.1:9092"


def test_a_rebalancing_connect_is_left_to_reconcile(world: World) -> None:
    world.connect.script(*[busy()] * 100)

    assert world.created()["status"] == "CREATING"
    assert world.connect.connectors == {}


def test_a_configuration_that_connect_refuses_shows_at_once(world: World) -> None:
    world.connect.refusal = "Connector configuration is invalid"
    mirror = world.created()

    assert mirror["status"] == "FAILED"
    assert [reason["code"] for reason in mirror["reasons"]] == ["CONFIG_REFUSED"]
    assert "Connector configuration is invalid" in mirror["reasons"][0]["message"]


def test_the_changes_tell_who_created_it(world: World) -> None:
    name = invoke("create_mirror", sent("create_mirror")).json["name"]
    (line,) = call("GET", f"/mirrors/{name}/changes").json["changes"]

    assert (line["kind"], line["by"], line["from"]) == ("write", "ada@example.com", None)
    assert line["to"]["topicsRegex"] == r"orders\..*"


def nothing_was_created(world: World) -> bool:
    """Whether no trace of a mirror is left."""
    return not call("GET", "/mirrors").json["mirrors"] and not world.connect.connectors


def test_a_registered_source_that_is_away_can_be_tried_again(world: World) -> None:
    del world.kafka.clusters[EU]
    answer = world.create()

    assert (answer.status, answer.slug) == (503, "kafka-unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert nothing_was_created(world)


def test_a_source_that_did_not_answer_is_asked_over_a_new_connection(world: World) -> None:
    away = world.kafka.clusters.pop(EU)
    world.kafka.forgotten.clear()
    world.create()
    assert [one.servers for one in world.kafka.forgotten] == [(EU,)]

    world.kafka.clusters[EU] = away
    world.created()


def test_an_external_source_that_does_not_answer_is_wrong(world: World) -> None:
    answer = world.create(sourceCluster=external("bootstrap.servers=nowhere:9092"))

    assert (answer.status, answer.slug) == (422, "cluster-unreachable")
    assert nothing_was_created(world)


def test_a_source_that_refuses_the_password_is_wrong(world: World) -> None:
    world.kafka.clusters[EU].password = "another"
    answer = world.create()

    assert (answer.status, answer.slug) == (422, "cluster-unauthorized")
    assert nothing_was_created(world)


def test_another_cluster_at_the_registered_place_is_wrong(world: World) -> None:
    world.kafka.clusters[EU].cluster_id = "somebody-else"
    answer = world.create()

    assert answer.status == 422
    assert "PUT /clusters/eu-core" in answer.json["detail"]
    assert nothing_was_created(world)


@pytest.mark.parametrize("text", ["", "security.protocol=PLAINTEXT", "bootstrap.servers=nonsense"])
def test_external_properties_say_where_the_cluster_is(world: World, text: str) -> None:
    answer = world.create(sourceCluster=external(text))

    assert (answer.status, answer.slug) == (400, "bad-request")
    assert answer.fields == ["sourceCluster.externalCluster.sourceConnectionProperties"]


def test_an_unsupported_property_is_named(world: World) -> None:
    text = "bootstrap.servers=ext:9092\nsecurity.protocol=SSL\nssl.truststore.location=/a.jks\n"
    answer = world.create(sourceCluster=external(text))

    assert (answer.status, answer.slug) == (422, "unsupported-property")
    assert answer.fields == ["ssl.truststore.location"]


def test_the_same_mirror_is_not_made_twice(world: World) -> None:
    name = world.created()["name"]
    answer = world.create()

    assert (answer.status, answer.slug) == (409, "mirror-exists")
    assert name in answer.json["detail"]


def test_a_topic_is_not_written_twice(world: World) -> None:
    name = world.created()["name"]
    answer = world.create(topicsRegex=r".*\.new")

    assert (answer.status, answer.slug) == (409, "mirror-overlaps")
    assert name in answer.json["detail"]
    assert "eu-core.orders.new" in answer.json["detail"]


def test_the_same_topics_under_another_alias_are_another_mirror(world: World) -> None:
    world.created()

    assert world.create(sourceCluster=managed("eu-core", alias="copy")).status == 202


def test_two_mirrors_that_come_and_go_between_leave_one_picture(world: World) -> None:
    names = {world.created(topicsRegex=f"{one}.*")["name"] for one in ("orders", "pay", "x")}

    assert {one["name"] for one in call("GET", "/mirrors").json["mirrors"]} == names


def unprocessable(answer: Answer) -> tuple[str, list[str]]:
    """The slug and the fields of a 422."""
    assert answer.status == 422
    return answer.slug, answer.fields


# What POST /mirrors refuses with 422, a line each.
RULES: list[tuple[str, dict[str, Any], str]] = [
    ("unknown Connect cluster", {"connectCluster": "no"}, "connectCluster"),
    (
        "unknown source cluster",
        {"sourceCluster": managed("no")},
        "sourceCluster.managedCluster.sourceKafkaClusterId",
    ),
    (
        "usePrivateIps without private servers",
        {"sourceCluster": managed("eu-core", usePrivateIps=True)},
        "sourceCluster.managedCluster.usePrivateIps",
    ),
    ("a name that none can have", {"connectCluster": "x" * 2000}, "connectCluster"),
    ("an empty name", {"connectCluster": ""}, "connectCluster"),
    ("alias with a dot", {"sourceCluster": managed("eu-core", "e.u")}, "sourceCluster.alias"),
    ("empty alias", {"sourceCluster": managed("eu-core", "")}, "sourceCluster.alias"),
    ("alias of 41", {"sourceCluster": managed("eu-core", "a" * 41)}, "sourceCluster.alias"),
    (
        "alias is the target's",
        {"sourceCluster": managed("eu-core", "us-core")},
        "sourceCluster.alias",
    ),
    ("regex that Java refuses", {"topicsRegex": "orders.("}, "topicsRegex"),
    ("regex of another dialect", {"topicsRegex": "(?P<x>orders)"}, "topicsRegex"),
    ("regex with a comma", {"topicsRegex": "a{1,3}"}, "topicsRegex"),
    ("empty regex", {"topicsRegex": ""}, "topicsRegex"),
    ("exclude with a comma", {"topicsExclude": ["a", "b,c"]}, "topicsExclude.1"),
    ("exclude that Java refuses", {"topicsExclude": ["["]}, "topicsExclude.0"),
    ("groups that Java refuses", {"groupsRegex": "*"}, "groupsRegex"),
    ("no task", {"maxTasks": 0}, "maxTasks"),
    ("a target below a second", {"targetLatency": 999}, "targetLatency"),
    (
        "without renaming, one cluster",
        {"sourceCluster": managed("us-core", "us"), "renameMirroredTopics": False},
        "renameMirroredTopics",
    ),
]


@pytest.mark.parametrize(
    ("fields", "field"), [rule[1:] for rule in RULES], ids=[r[0] for r in RULES]
)
def test_a_rule_refuses(world: World, fields: dict[str, Any], field: str) -> None:
    slug, wrong = unprocessable(world.create(**fields))

    assert wrong == [field]
    assert slug == (
        "unknown-cluster" if field.endswith(("ClusterId", "connectCluster")) else "invalid-mirror"
    )
    assert nothing_was_created(world)


def told(created: dict[str, Any]) -> list[dict[str, Any]]:
    """The warnings of a creation, but that Connect shows no worker before its first connector."""
    return [one for one in created["warnings"] if one["code"] != "WORKERS_UNKNOWN"]


def test_topics_that_mirrormaker_skips_are_told_by_name(world: World) -> None:
    names = ["us-core.orders", "payments-internal", "__consumer_offsets"]
    world.kafka.clusters[EU].topics += names
    warnings = told(world.created(topicsRegex=".*", topicsExclude=["orders.*"]))

    assert [one["code"] for one in warnings] == ["TOPICS_SKIPPED", "TOPICS_SKIPPED"]
    cycle, internal = (one["message"] for one in warnings)
    assert "us-core.orders:" in cycle
    assert internal.startswith("payments-internal ")
    assert told(world.created(topicsRegex="orders.*")) == []


def test_another_connect_clusters_own_topics_are_told_by_name(world: World) -> None:
    own = ["dbz_configs", "dbz_offsets", "dbz_statuses"]
    world.kafka.clusters[EU].topics += [*own, "app.config", "app.status"]
    (warning,) = told(world.created(topicsRegex=".*"))

    assert warning["code"] == "CONNECT_TOPICS"
    assert all(name in warning["message"] for name in own)
    assert "app." not in warning["message"]


def test_a_mirror_made_again_is_told_that_all_history_is_copied_again(world: World) -> None:
    name = world.created()["name"]
    assert call("DELETE", f"/mirrors/{name}").status == 204
    world.kafka.clusters[US].topics.append("eu-core.orders.new")
    (warning,) = told(world.created())

    assert warning["code"] == "TOPIC_EXISTS"
    assert "once more where an earlier mirror copied it" in warning["message"]


def test_a_name_too_long_for_a_copy_is_refused(world: World) -> None:
    world.kafka.clusters[EU].topics.append(f"orders.{'x' * 240}")

    assert unprocessable(world.create()) == ("invalid-mirror", ["topicsRegex"])
    assert world.create(topicsExclude=["orders.x*"]).status == 202


def back(world: World, **fields: Any) -> dict[str, Any]:
    """What makes a mirror from us-core to eu-core, whose Connect cluster is registered for it."""
    body = {"urls": [world.connect.url], "kafkaCluster": "eu-core"}
    world.connect.cluster_id = "EU-id"
    assert call("PUT", "/connect-clusters/eu-connect", body).status in (200, 201)
    return {"connectCluster": "eu-connect", **fields}


def test_active_and_active_under_registered_names_is_allowed(world: World) -> None:
    world.created(topicsRegex=".*")

    assert (
        world.create(**back(world, sourceCluster=managed("us-core"), topicsRegex=".*")).status
        == 202
    )


@pytest.mark.parametrize("renaming", [True, False])
def test_mirrors_whose_copies_come_round_are_refused(world: World, renaming: bool) -> None:
    world.created(sourceCluster=managed("eu-core", "eu"), topicsRegex=".*")
    loops = back(
        world,
        sourceCluster=managed("us-core", "us"),
        topicsRegex=".*",
        renameMirroredTopics=renaming,
    )

    assert unprocessable(world.create(**loops)) == ("mirror-loop", ["topicsRegex"])
    mirror = world.created(**loops | {"topicsRegex": "[a-z]+"})
    changed = call("PATCH", f"/mirrors/{mirror['name']}", {"topicsRegex": ".*"})
    assert (changed.status, changed.slug) == (422, "mirror-loop")


def test_two_sources_under_one_alias_are_refused(world: World) -> None:
    world.created(sourceCluster=managed("eu-core", "shop"))
    call("PUT", "/clusters/ap-core", {"bootstrapServers": [AP]})
    other = {"sourceCluster": managed("ap-core", "shop"), "topicsRegex": "other"}

    assert unprocessable(world.create(**other)) == ("alias-taken", ["sourceCluster.alias"])
    plain = world.created(**other, renameMirroredTopics=False)
    assert "ALIAS_SHARED" in {one["code"] for one in plain["warnings"]}
    changed = call("PATCH", f"/mirrors/{plain['name']}", {"syncGroupOffsets": True})
    assert (changed.status, changed.slug) == (422, "alias-taken")


def test_without_renaming_heartbeats_are_refused(world: World) -> None:
    world.kafka.clusters[EU].topics.append("orders.heartbeats")

    answer = world.create(renameMirroredTopics=False)
    assert unprocessable(answer) == ("invalid-mirror", ["topicsRegex"])
    assert world.create().status == 202


def test_without_renaming_no_second_mirror_closes_a_loop(world: World) -> None:
    world.created(renameMirroredTopics=False)
    body = {"urls": [world.connect.url], "kafkaCluster": "eu-core"}
    world.connect.cluster_id = "EU-id"
    assert call("PUT", "/connect-clusters/eu-connect", body).status == 201
    back = {
        "connectCluster": "eu-connect",
        "sourceCluster": managed("us-core"),
        "renameMirroredTopics": False,
    }

    answer = world.create(**back)
    assert unprocessable(answer) == ("invalid-mirror", ["renameMirroredTopics"])
    assert world.create(**back, topicsRegex="audit").status == 202


def test_a_loop_is_followed_by_real_cluster_ids(world: World) -> None:
    world.created(renameMirroredTopics=False)
    world.kafka.clusters["other-name:9092"] = world.kafka.clusters[US]
    world.connect.cluster_id = "EU-id"
    call(
        "PUT",
        "/connect-clusters/eu-connect",
        {"urls": [world.connect.url], "kafkaCluster": "eu-core"},
    )

    answer = world.create(
        connectCluster="eu-connect",
        sourceCluster=external("bootstrap.servers=other-name:9092", "disguised"),
        renameMirroredTopics=False,
    )
    assert unprocessable(answer) == ("invalid-mirror", ["renameMirroredTopics"])


def test_of_two_that_ask_at_once_one_is_told_of_the_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, names = MirrorStore.create, []

    def slower(store: MirrorStore, *what: Any) -> None:
        monkeypatch.setattr(MirrorStore, "create", write)
        names.append(world.created()["name"])
        write(store, *what)

    monkeypatch.setattr(MirrorStore, "create", slower)
    answer = world.create()

    assert (answer.status, answer.slug) == (409, "mirror-exists")
    assert names[0] in answer.json["detail"]
    assert [one["name"] for one in call("GET", "/mirrors").json["mirrors"]] == names


def test_a_source_that_is_removed_meanwhile_is_unknown(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = MirrorStore.create

    def slower(store: MirrorStore, *what: Any) -> None:
        monkeypatch.setattr(MirrorStore, "create", write)
        assert call("DELETE", "/clusters/eu-core").status == 204
        write(store, *what)

    monkeypatch.setattr(MirrorStore, "create", slower)
    answer = world.create()

    assert (answer.status, answer.slug) == (422, "unknown-cluster")
    assert nothing_was_created(world)


@pytest.mark.parametrize(
    "line",
    [
        "fetch.min.bytes=${aws:lockstep/cluster/eu-core:sasl.jaas.config}",
        "client.id=\\u0024{env:AWS_SECRET_ACCESS_KEY}",
        "ssl.keystore.key=$\\\n  {file:/etc/passwd:root}",
    ],
)
def test_no_placeholder_of_a_caller_reaches_the_workers(world: World, line: str) -> None:
    text = f"bootstrap.servers={AP}\n{line}\n"

    assert world.create(sourceCluster=external(text)).slug == "unsupported-property"
    registered = {"bootstrapServers": [AP], "connectionProperties": line}
    assert call("PUT", "/clusters/ap-core", registered).slug == "unsupported-property"
    assert nothing_was_created(world)


@pytest.mark.parametrize("field", ["description", "tags.team"])
def test_no_text_of_a_mirror_holds_a_placeholder(world: World, field: str) -> None:
    text = "${env:HOME}"
    fields = {"description": text} if field == "description" else {"tags": {"team": text}}

    assert unprocessable(world.create(**fields)) == ("invalid-mirror", [field])
    name = world.created()["name"]
    assert unprocessable(call("PATCH", f"/mirrors/{name}", fields)) == ("invalid-mirror", [field])


def test_nothing_is_left_of_an_external_source_that_was_refused(world: World) -> None:
    world.created()
    text = f"bootstrap.servers={EU}\n"
    answer = world.create(sourceCluster=external(text, "eu-core"))

    assert (answer.status, answer.slug) == (409, "mirror-exists")
    assert boto3.client("secretsmanager").list_secrets()["SecretList"] == []
