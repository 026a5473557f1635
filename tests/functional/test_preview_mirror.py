"""POST /mirrors/preview: what a create would do and why it would be refused, nothing done."""

from typing import Any

import pytest
from mirroring.kafka_types import Creation
from mirroring.mirror import Source
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.registry import Registry

from tests.functional.certificates import authority
from tests.functional.http import Answer, call
from tests.functional.kafka import Cluster
from tests.functional.world import AP, EU, US, World, a_request, external, managed
from tests.functional.world import world as world
from tests.given import a_connect_cluster, a_write

PASSWORD = "ssl.truststore.password=hunter2-hunter2\n"


def preview(**fields: Any) -> Answer:
    """Asks what a create would do."""
    return call("POST", "/mirrors/preview", a_request(**fields))


@pytest.fixture(autouse=True)
def workers_show(world: World) -> None:
    """A connector of somebody else's runs, with a task, on two workers: Connect knows those."""
    world.connect.workers = ("a:8083", "b:8083")
    config = {"connector.class": "org.apache.kafka.connect.mirror.MirrorSourceConnector"}
    world.connect.answer("PUT", "/connectors/theirs/config", config | {"tasks.max": "2"})
    body = {"urls": [world.connect.url], "kafkaCluster": "us-core"}
    assert call("PUT", "/connect-clusters/us-connect", body).json["workers"] == 2


def codes(answer: Answer) -> set[str]:
    """What it warns of."""
    return {one["code"] for one in answer.json["warnings"]}


def test_it_shows_topics_partitions_and_connectors_and_creates_nothing(world: World) -> None:
    world.kafka.clusters[EU].partitions = 3
    answer = preview(maxTasks=2)

    assert answer.status == 200
    assert answer.json["topics"] == [
        {"name": name, "mirroredName": f"eu-core.{name}", "partitions": 3, "exists": False}
        for name in ("orders.new", "orders.paid")
    ]
    assert (answer.json["partitions"], answer.json["problems"]) == (6, [])
    first, second = answer.json["connectors"]
    assert [first["kind"], second["kind"]] == ["Mirror Connector", "Checkpoint Connector"]
    assert (first["config"]["topics"], first["config"]["tasks.max"]) == (r"orders\..*", "2")
    assert call("GET", "/mirrors").json["mirrors"] == []
    assert set(world.connect.connectors) == {"theirs"}


def test_a_sound_mirror_has_nothing_to_warn_of(world: World) -> None:
    assert codes(preview()) == set()


def test_a_preview_of_an_old_mirror_s_own_body_tells_the_loop_that_it_is_in(
    world: World, mirrors: MirrorStore, clusters: Registry
) -> None:
    """Lockstep 0.1 looked for none."""
    body = {"renameMirroredTopics": False, "topicsRegex": ".*"}
    name = world.created(**body)["name"]
    clusters.put_connect_cluster(a_connect_cluster("eu-connect", kafka_cluster="eu-core"))
    back = mirrors.mirror(name).model_copy(
        update={
            "name": "us-core.eu-core.old00",
            "connect_cluster": "eu-connect",
            "source": Source(alias="us-core", managed="us-core", cluster_id="US-id"),
            "target_cluster": "eu-core",
            "target_cluster_id": "EU-id",
        }
    )
    mirrors.create(back, mirrors.fleet().revision, a_write(mirror=back.name))

    told = preview(**body).json["problems"]

    assert "/problems/mirror-exists" in [one["type"] for one in told]
    assert any(back.name in one["message"] for one in told)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "an alias that is none": ({"sourceCluster": managed("eu-core", "a b")}, "invalid-mirror"),
    "an unknown source": ({"sourceCluster": managed("nobody")}, "unknown-cluster"),
    "an unknown Connect cluster": ({"connectCluster": "nobody"}, "unknown-cluster"),
    "a pattern that is none": ({"topicsRegex": "("}, "invalid-mirror"),
    "heartbeats without renaming": (
        {"topicsRegex": ".*heartbeats", "renameMirroredTopics": False},
        "invalid-mirror",
    ),
    "one cluster without renaming": (
        {"sourceCluster": managed("us-core", "x"), "renameMirroredTopics": False},
        "invalid-mirror",
    ),
    "copies that match again": (
        {"sourceCluster": managed("us-core", "x"), "topicsRegex": ".*"},
        "mirror-loop",
    ),
    "no READ": ({"topicsRegex": "payments"}, "invalid-mirror"),
    "a target that would not make it": ({"topicsRegex": "vast"}, "invalid-mirror"),
    "an external source that is away": (
        {"sourceCluster": external("bootstrap.servers=gone:9092")},
        "cluster-unreachable",
    ),
    "what cannot be honoured": (
        {"sourceCluster": external("bootstrap.servers=e:9\nsecurity.protocol=X")},
        "unsupported-property",
    ),
}


@pytest.mark.parametrize(("fields", "slug"), REFUSED.values(), ids=REFUSED.keys())
def test_its_problems_are_what_a_create_is_refused_with(
    world: World, fields: dict[str, Any], slug: str
) -> None:
    source, target = world.kafka.clusters[EU], world.kafka.clusters[US]
    source.topics += ["us-core.orders", "my.heartbeats", "vast"]
    source.hidden = {"payments"}
    if fields.get("topicsRegex") == "vast":
        target.creation = Creation(True, 5, False, False)
    refused = world.create(**fields)
    answer = preview(**fields)

    assert (refused.status, refused.slug) == (422, slug)
    assert answer.status == 200
    told = [(one["type"], one["field"], one["message"]) for one in answer.json["problems"]]
    errors = refused.json.get("errors") or [{"field": None, "message": refused.json["detail"]}]
    assert told == [(refused.json["type"], one["field"], one["message"]) for one in errors]


def test_a_conflict_is_a_problem_too(world: World) -> None:
    world.created()

    same, overlapping = preview(), preview(topicsRegex="orders.new")
    assert [one["type"] for one in same.json["problems"]] == ["/problems/mirror-exists"]
    assert [one["type"] for one in overlapping.json["problems"]] == ["/problems/mirror-overlaps"]
    assert overlapping.json["topics"]


def test_a_loop_over_the_fleet_is_a_problem(world: World) -> None:
    body = {"urls": [world.connect.url], "kafkaCluster": "eu-core"}
    world.connect.cluster_id = "EU-id"
    assert call("PUT", "/connect-clusters/eu-connect", body).status == 201
    world.created(
        connectCluster="eu-connect",
        sourceCluster=managed("us-core"),
        renameMirroredTopics=False,
        topicsRegex="orders.*",
    )

    answer = preview(renameMirroredTopics=False)
    assert [one["field"] for one in answer.json["problems"]] == ["renameMirroredTopics"]


def test_a_registered_source_that_is_away_can_be_tried_again(world: World) -> None:
    del world.kafka.clusters[EU]

    assert preview().slug == "kafka-unavailable"


def test_a_target_that_is_away_is_a_warning_and_hinders_no_create(world: World) -> None:
    del world.kafka.clusters[US]
    answer = preview()

    assert codes(answer) == {"TARGET_NOT_SEEN"}
    assert {one["exists"] for one in answer.json["topics"]} == {None}
    assert world.create().status == 202


WARNED: dict[str, tuple[dict[str, Any], str]] = {
    "no topic": ({"topicsRegex": "nothing"}, "NO_TOPICS"),
    "tasks without work": ({"maxTasks": 9}, "MORE_TASKS_THAN_PARTITIONS"),
    "idle workers": ({"maxTasks": 1}, "FEWER_TASKS_THAN_WORKERS"),
    "a secret in Connect": (
        {"sourceCluster": external(f"bootstrap.servers=ext:9092\n{PASSWORD}")},
        "SECRETS_IN_CONFIG",
    ),
    "records that will be gone": ({"sourceCluster": managed("big")}, "RETENTION_SHORT"),
}


@pytest.mark.parametrize(("fields", "code"), WARNED.values(), ids=WARNED.keys())
def test_it_warns_of_what_refuses_nothing(world: World, fields: dict[str, Any], code: str) -> None:
    world.kafka.clusters["ext:9092"] = Cluster("EXT-id", ["orders.x"])
    day = {"orders.big": {"retention.ms": "86400000"}}
    world.kafka.clusters["big:9092"] = Cluster("BIG-id", [*day], configs=day, records=10**10)
    call("PUT", "/clusters/big", {"bootstrapServers": ["big:9092"]})
    answer = preview(**fields)

    assert (answer.status, answer.json["problems"]) == (200, [])
    assert code in codes(answer)
    assert "hunter2" not in str(answer.json)


def test_latest_needs_no_backfill(world: World) -> None:
    day = {"orders.big": {"retention.ms": "86400000"}}
    world.kafka.clusters[EU] = Cluster("EU-id", [*day], configs=day, records=10**10)

    assert "RETENTION_SHORT" in codes(preview())
    assert "RETENTION_SHORT" not in codes(preview(startFrom="latest"))


def test_it_tells_what_is_on_the_target_already_and_who_writes_it(world: World) -> None:
    name = world.created(topicsRegex="orders.new")["name"]
    world.kafka.clusters[US].topics += ["eu-core.orders.paid", "eu-core.orders.new"]
    answer = preview(topicsExclude=["orders.new"])

    assert [one["exists"] for one in answer.json["topics"]] == [True]
    (warning,) = (one for one in answer.json["warnings"] if one["code"] == "TOPIC_EXISTS")
    assert "of no mirror" in warning["message"]
    both = preview()
    assert name in next(o["message"] for o in both.json["warnings"] if o["code"] == "TOPIC_EXISTS")


@pytest.mark.parametrize("known", [True, False])
def test_it_warns_of_a_target_with_its_own_time(world: World, known: bool) -> None:
    target = world.kafka.clusters[US]
    if known:
        target.topics.append("eu-core.orders.new")
        target.configs["eu-core.orders.new"] = {"message.timestamp.type": "LogAppendTime"}
    else:
        target.creation = Creation(True, 1, True, False)

    assert "LOG_APPEND_TIME" in codes(preview())


def test_a_certificate_that_ends_soon_is_a_warning(world: World) -> None:
    pem = authority("ours").pem.replace("\n", "\\n")
    text = (
        f"bootstrap.servers={AP}\nsecurity.protocol=SSL\nssl.truststore.type=PEM\n"
        f"ssl.truststore.certificates={pem}"
    )
    warnings = preview(sourceCluster=external(text)).json["warnings"]
    (words,) = [one["message"] for one in warnings if one["code"] == "CERTIFICATE_EXPIRES"]
    assert "ssl.truststore.certificates is valid until 20" in words


def test_iam_puts_no_secret_into_connect(world: World) -> None:
    text = (
        f"bootstrap.servers={AP}\nsecurity.protocol=SASL_SSL\nsasl.mechanism=AWS_MSK_IAM\n"
        "sasl.jaas.config=software.amazon.msk.auth.iam.IAMLoginModule required;"
    )
    warnings = preview(sourceCluster=external(text)).json["warnings"]
    assert "SECRETS_IN_CONFIG" not in {one["code"] for one in warnings}


UNCERTAIN = {
    "CREATE": Creation(False, 1, False, False),
    "granted on their names": Creation(None, 1, False, False),
    "creation policy": Creation(True, 1, False, True),
    "replicas": Creation(True, None, None, None),
}


@pytest.mark.parametrize(("words", "creation"), UNCERTAIN.items(), ids=UNCERTAIN.keys())
def test_what_only_making_the_topics_would_show_is_said(
    world: World, words: str, creation: Creation
) -> None:
    target = world.kafka.clusters[US]
    target.creation = creation
    (warning,) = preview().json["warnings"]

    assert warning["code"] == "CREATION_UNCERTAIN"
    assert words in warning["message"]
    target.topics += ["eu-core.orders.new", "eu-core.orders.paid"]
    assert codes(preview()) == {"TOPIC_EXISTS"}
