"""DELETE /mirrors/{name}: gone at once where Connect answers, finished by reconcile where not."""

import pytest
from mirroring.reconciling import reconcile
from mirroring.storing import vault
from mirroring.storing.mirror_store import MirrorStore

from tests.functional.aws import spoil
from tests.functional.connect_server import busy
from tests.functional.http import Answer, call, invoke, sent
from tests.functional.kafka import Cluster
from tests.functional.world import US, World, external
from tests.functional.world import world as world
from tests.given import a_write


def test_the_event_of_the_function_names_a_mirror(world: World) -> None:
    assert invoke("delete_mirror", sent("delete_mirror")).slug == "mirror-not-found"


def test_a_mirror_goes_with_its_connectors(world: World) -> None:
    name = world.created()["name"]
    answer = call("DELETE", f"/mirrors/{name}")

    assert (answer.status, answer.json) == (204, None)
    assert world.connect.connectors == {}
    assert call("GET", f"/mirrors/{name}").slug == "mirror-not-found"
    assert call("GET", "/mirrors").json["mirrors"] == []
    assert call("GET", "/connect-clusters/us-connect").json["connectedClusters"] == []


def test_a_second_delete_finds_nothing(world: World) -> None:
    name = world.created()["name"]
    call("DELETE", f"/mirrors/{name}")

    assert call("DELETE", f"/mirrors/{name}").slug == "mirror-not-found"


def test_while_connect_is_away_it_is_deleting(world: World) -> None:
    name = world.created()["name"]
    world.connect.script(*[busy()] * 1000)
    answer = call("DELETE", f"/mirrors/{name}")

    assert (answer.status, answer.json["status"]) == (202, "DELETING")
    assert call("GET", f"/mirrors/{name}").json["status"] == "DELETING"
    (row,) = call("GET", "/mirrors?status=DELETING").json["mirrors"]
    assert row["name"] == name


def test_a_delete_that_was_cut_short_can_be_repeated(world: World) -> None:
    name = world.created()["name"]
    world.connect.script(*[busy()] * 1000, method="DELETE", path="checkpoint")
    first = call("DELETE", f"/mirrors/{name}")
    version = first.json["version"]
    world.connect.mend()

    assert (first.status, version) == (202, 2)
    assert call("DELETE", f"/mirrors/{name}").status == 204
    assert world.connect.connectors == {}


def test_one_that_is_being_removed_takes_no_changes(world: World) -> None:
    name = world.created()["name"]
    world.connect.script(*[busy()] * 1000)
    call("DELETE", f"/mirrors/{name}")
    answer = call("PUT", f"/mirrors/{name}/target-latency", {"targetLatency": 5000})

    assert (answer.status, answer.slug) == (409, "conflict")


def test_the_changes_tell_who_removed_it(world: World) -> None:
    name = world.created()["name"]
    world.connect.script(*[busy()] * 1000)
    event = sent("delete_mirror")
    event["pathParameters"]["name"] = name
    invoke("delete_mirror", event)
    line = call("GET", f"/mirrors/{name}/changes").json["changes"][0]

    assert line["by"] == "ada@example.com"
    assert (line["from"], line["to"]) == ({"state": "RUNNING"}, {"state": "DELETING"})


def test_the_secret_of_an_external_source_goes_too(world: World) -> None:
    world.kafka.clusters["ext:9092"] = Cluster("EXT-id", ["orders.x"])
    name = world.created(sourceCluster=external("bootstrap.servers=ext:9092"))["name"]
    assert vault.vault().mirror_properties(name).get_secret_value()
    call("DELETE", f"/mirrors/{name}")
    vault.vault.cache_clear()

    assert vault.vault().mirror_properties(name).get_secret_value() == ""


def cleaned(name: str) -> Answer:
    """DELETE with the internal topics; the parameter comes as API Gateway hands it over."""
    return call("DELETE", f"/mirrors/{name}?cleanup=internal")


def test_without_cleanup_internal_topics_and_offsets_stay(world: World) -> None:
    mirror = world.created()["name"]
    internal = ["eu-core.checkpoints.internal", "mm2-offset-syncs.eu-core.internal"]
    world.kafka.clusters[US].topics += internal
    call("DELETE", f"/mirrors/{mirror}")

    assert set(internal) <= set(world.kafka.clusters[US].topics)
    assert world.connect.asked("PUT") == [
        f"/connectors/{mirror}.{kind}/config" for kind in ("source", "checkpoint")
    ]


def test_cleanup_takes_internal_topics_and_offsets_along_and_no_other(world: World) -> None:
    mirror = world.created()["name"]
    topics = world.kafka.clusters[US].topics
    topics += ["eu-core.checkpoints.internal", "mm2-offset-syncs.eu-core.internal"]
    topics += ["eu-core.orders.new", "ap.checkpoints.internal"]
    world.connect.offsets[f"{mirror}.source"] = {("orders.new", 0): 7}

    assert cleaned(mirror).status == 204
    left = world.kafka.clusters[US].topics
    assert left == ["audit", "eu-core.orders.new", "ap.checkpoints.internal"]
    assert world.connect.offsets == {}
    assert world.connect.connectors == {}


def test_topics_that_another_mirror_uses_stay_until_it_goes_too(world: World) -> None:
    first = world.created()["name"]
    second = world.created(topicsRegex="payments")["name"]
    internal = ["eu-core.checkpoints.internal", "mm2-offset-syncs.eu-core.internal"]
    world.kafka.clusters[US].topics += internal

    assert cleaned(first).status == 204
    assert set(internal) <= set(world.kafka.clusters[US].topics)
    assert cleaned(second).status == 204
    assert world.kafka.clusters[US].topics == ["audit"]


@pytest.mark.parametrize(("alias", "stay"), [("eu-core", True), ("ap", False)])
def test_a_mirror_that_cannot_be_read_keeps_the_topics_that_it_may_share_and_no_others(
    world: World, mirrors: MirrorStore, alias: str, stay: bool
) -> None:
    name = world.created()["name"]
    other = mirrors.mirror(name).model_copy(update={"name": f"{alias}.us-core.other"})
    mirrors.create(other, mirrors.fleet().revision, a_write(mirror=other.name))
    spoil(other.name)
    internal = ["eu-core.checkpoints.internal", "mm2-offset-syncs.eu-core.internal"]
    world.kafka.clusters[US].topics += internal

    assert cleaned(name).status == 204
    assert world.kafka.clusters[US].topics == (["audit", *internal] if stay else ["audit"])


def test_the_wish_for_cleanup_outlives_a_delete_that_was_cut_short(world: World) -> None:
    name = world.created()["name"]
    world.kafka.clusters[US].topics.append("eu-core.checkpoints.internal")
    away = world.kafka.clusters.pop(US)
    assert cleaned(name).status == 202
    assert world.connect.connectors == {}
    world.kafka.clusters[US] = away

    assert reconcile.reconciler().run(10) == 1
    assert away.topics == ["audit"]
    assert call("GET", f"/mirrors/{name}").slug == "mirror-not-found"


def test_connectors_that_cannot_stop_now_are_stopped_by_the_next_run(world: World) -> None:
    name = world.created()["name"]
    world.connect.script(*[busy()] * 1000, path="offsets")
    assert cleaned(name).status == 202
    world.connect.mend()

    assert reconcile.reconciler().run(10) == 1
    assert world.connect.connectors == {}


def test_a_connect_that_cannot_delete_offsets_is_not_asked_to(world: World) -> None:
    world.connect.version = "3.5.2"
    body = {"urls": [world.connect.url], "kafkaCluster": "us-core"}
    assert call("PUT", "/connect-clusters/us-connect", body).status == 200
    assert cleaned(world.created()["name"]).status == 204
    assert not [path for path in world.connect.asked("DELETE") if path.endswith("offsets")]


@pytest.mark.parametrize("value", ["", "all", "INTERNAL", "internal,data"])
def test_another_cleanup_is_none_of_this_api(world: World, value: str) -> None:
    name = world.created()["name"]
    answer = call("DELETE", f"/mirrors/{name}?cleanup={value}")

    assert (answer.status, answer.json["errors"][0]["field"]) == (400, "cleanup")
    assert call("GET", f"/mirrors/{name}").status == 200


def test_the_changes_of_a_removed_mirror_stay_readable(world: World) -> None:
    name = world.created()["name"]
    cleaned(name)
    end, wish, beginning = call("GET", f"/mirrors/{name}/changes").json["changes"]

    assert end["to"] == {
        "state": "REMOVED",
        "eu-core.checkpoints.internal": "DELETED",
        "mm2-offset-syncs.eu-core.internal": "DELETED",
    }
    assert wish["to"] == {"state": "DELETING", "cleanup": "internal"}
    assert beginning["from"] is None
    assert call("GET", "/mirrors/eu.us-core.never/changes").slug == "mirror-not-found"


def forced(name: str, more: str = "") -> Answer:
    """DELETE by force."""
    return call("DELETE", f"/mirrors/{name}?force=true{more}")


def test_by_force_a_mirror_is_forgotten_though_connect_is_gone_and_its_clusters_can_go(
    world: World,
) -> None:
    name = world.created()["name"]
    world.connect.script(*[busy()] * 1000)
    answer = forced(name)

    assert answer.status == 200
    assert answer.json["left"] == [
        {"kind": "connector", "name": f"{name}.{kind}", "where": "us-connect"}
        for kind in ("source", "checkpoint")
    ]
    assert call("GET", f"/mirrors/{name}").slug == "mirror-not-found"
    for path in ("/connect-clusters/us-connect", "/clusters/us-core", "/clusters/eu-core"):
        assert call("DELETE", path).status == 204
    end, wish, _ = call("GET", f"/mirrors/{name}/changes").json["changes"]
    assert end["to"] == {
        "state": "REMOVED",
        f"connector {name}.source": "LEFT",
        f"connector {name}.checkpoint": "LEFT",
    }
    assert wish["by"] == "local"


def test_what_was_left_by_force_goes_when_its_connect_cluster_comes_back(world: World) -> None:
    name = world.created()["name"]
    world.connect.script(*[busy()] * 1000)
    assert forced(name).status == 200
    assert call("DELETE", "/connect-clusters/us-connect").status == 204
    world.connect.mend()
    reconcile.reconciler().run(10)
    assert set(world.connect.connectors) == {f"{name}.source", f"{name}.checkpoint"}
    body = {"urls": [world.connect.url], "kafkaCluster": "us-core"}
    assert call("PUT", "/connect-clusters/us-connect", body).status == 201
    reconcile.reconciler().run(10)
    assert world.connect.connectors == {}


def test_by_force_what_the_cleanup_could_not_do_is_told_and_the_secret_goes(world: World) -> None:
    world.kafka.clusters["ext:9092"] = Cluster("EXT-id", ["orders.x"])
    name = world.created(sourceCluster=external("bootstrap.servers=ext:9092"))["name"]
    world.connect.script(*[busy()] * 1000)
    left = forced(name, "&cleanup=internal").json["left"]

    assert [(one["kind"], one["name"], one["where"]) for one in left[2:]] == [
        ("topic", "ext.checkpoints.internal", "us-core"),
        ("topic", "mm2-offset-syncs.ext.internal", "us-core"),
        ("offsets", f"{name}.source", "us-connect"),
        ("offsets", f"{name}.checkpoint", "us-connect"),
    ]
    vault.vault.cache_clear()
    assert vault.vault().mirror_properties(name).get_secret_value() == ""


def test_force_leaves_nothing_where_connect_answers(world: World) -> None:
    name = world.created()["name"]
    assert (forced(name).status, world.connect.connectors) == (200, {})
    assert forced(name).slug == "mirror-not-found"


@pytest.mark.parametrize("value", ["", "yes", "TRUE", "1"])
def test_force_is_true_or_false(world: World, value: str) -> None:
    name = world.created()["name"]
    answer = call("DELETE", f"/mirrors/{name}?force={value}")

    assert (answer.status, answer.fields) == (400, ["force"])
    assert call("GET", f"/mirrors/{name}").status == 200


@pytest.mark.parametrize("query", ["", "?force=true"])
def test_a_delete_honours_if_match(world: World, query: str) -> None:
    name = world.created()["name"]
    moved = call("DELETE", f"/mirrors/{name}{query}", headers={"If-Match": '"7"'})

    assert (moved.status, moved.slug) == (412, "version-moved")
    assert len(world.connect.connectors) == 2
    gone = call("DELETE", f"/mirrors/{name}{query}", headers={"If-Match": '"1"'})
    assert gone.status in (200, 204)
