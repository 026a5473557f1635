"""DELETE /mirrors/{name}: gone at once where Connect answers, finished by reconcile where not."""

from mirroring.storing import vault

from tests.functional.connect_server import busy
from tests.functional.http import call, invoke, sent
from tests.functional.kafka import Cluster
from tests.functional.world import World, external
from tests.functional.world import world as world


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
    assert (line["from"], line["to"]) == ({"intent": "RUNNING"}, {"intent": "DELETED"})


def test_the_secret_of_an_external_source_goes_too(world: World) -> None:
    world.kafka.clusters["ext:9092"] = Cluster("EXT-id", ["orders.x"])
    name = world.created(sourceCluster=external("bootstrap.servers=ext:9092"))["name"]
    assert vault.opened().mirror_properties(name).get_secret_value()
    call("DELETE", f"/mirrors/{name}")
    vault.opened.cache_clear()

    assert vault.opened().mirror_properties(name).get_secret_value() == ""
