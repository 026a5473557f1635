"""PATCH of a mirror: what may change, what it changes, and what refuses it."""

from typing import Any

import pytest

from tests.functional.connect_server import busy
from tests.functional.http import Answer, call, invoke, sent
from tests.functional.world import EU, World, managed
from tests.functional.world import world as world


def effect(added: tuple[str, ...] = (), removed: tuple[str, ...] = ()) -> dict[str, Any]:
    """What a change answers of its topics."""
    return {
        "topicsAdded": list(added),
        "topicsAddedTotal": len(added),
        "topicsRemoved": list(removed),
        "topicsRemovedTotal": len(removed),
    }


NOTHING = effect()


def patch(name: str, body: Any, if_match: str | None = None) -> Answer:
    """Asks for a change."""
    headers = {} if if_match is None else {"If-Match": if_match}
    return call("PATCH", f"/mirrors/{name}", body, headers)


def config(world: World, name: str, kind: str = "source") -> dict[str, str]:
    """What Connect has of a mirror."""
    return world.connect.connectors[f"{name}.{kind}"].config


def test_the_event_of_the_function_names_a_mirror(world: World) -> None:
    assert invoke("change_mirror", sent("change_mirror")).slug == "mirror-not-found"


def test_other_topics_reach_connect_and_the_answer_tells_which(world: World) -> None:
    name = world.created()["name"]
    answer = patch(name, {"topicsRegex": "orders.new|payments"})

    assert answer.status == 202
    assert answer.json["effect"] == effect(("payments",), ("orders.paid",))
    assert (answer.json["topicsRegex"], answer.json["version"]) == ("orders.new|payments", 2)
    assert config(world, name)["topics"] == "orders.new|payments"
    assert config(world, name, "checkpoint")["topics"] == "orders.new|payments"


def test_excludes_alone_change_topics_too(world: World) -> None:
    name = world.created()["name"]
    answer = patch(name, {"topicsExclude": ["orders.paid"]})

    assert answer.json["effect"] == effect(removed=("orders.paid",))
    assert config(world, name)["topics.exclude"].endswith(",orders.paid")


@pytest.mark.parametrize(
    ("change", "kind", "key", "value"),
    [
        ({"maxTasks": 7}, "source", "tasks.max", "7"),
        ({"syncGroupOffsets": True}, "checkpoint", "sync.group.offsets.enabled", "true"),
        ({"groupsRegex": "app-.*"}, "checkpoint", "groups", "app-.*"),
    ],
)
def test_each_field_reaches_its_connector_and_leaves_the_topics_alone(
    world: World, change: dict[str, Any], kind: str, key: str, value: str
) -> None:
    mirror = world.created()
    answer = patch(mirror["name"], change)

    assert answer.json["effect"] == NOTHING
    assert config(world, mirror["name"], kind)[key] == value
    kept = mirror.keys() - change.keys() - {"version", "connectors", "warnings"}
    assert {field: answer.json[field] for field in kept} == {field: mirror[field] for field in kept}


def test_what_says_nothing_to_kafka_needs_no_kafka(world: World) -> None:
    name = world.created()["name"]
    del world.kafka.clusters[EU]
    answer = patch(name, {"description": "Ohio", "tags": {"team": "core"}})

    assert (answer.status, answer.json["tags"]) == (202, {"team": "core"})


def test_a_source_that_is_away_refuses_other_topics_and_changes_nothing(world: World) -> None:
    name = world.created()["name"]
    del world.kafka.clusters[EU]
    answer = patch(name, {"topicsRegex": "payments"})

    assert (answer.status, answer.slug) == (503, "kafka-unavailable")
    assert call("GET", f"/mirrors/{name}").json["version"] == 1


def test_what_does_not_change_makes_no_version(world: World) -> None:
    name = world.created()["name"]

    for body in ({}, {"topicsRegex": r"orders\..*"}, {"description": ""}):
        answer = patch(name, body)
        assert (answer.status, answer.json["version"]) == (202, 1)
        assert answer.json["effect"] == NOTHING


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"maxTasks": 0}, 422, "maxTasks"),
        ({"maxTasks": "3"}, 400, "maxTasks"),
        ({"maxTasks": None}, 400, "maxTasks"),
        ({"topicsRegex": "a{1,2}"}, 422, "topicsRegex"),
        ({"topicsRegex": "a("}, 422, "topicsRegex"),
        ({"topicsRegex": ""}, 422, "topicsRegex"),
        ({"groupsRegex": "["}, 422, "groupsRegex"),
        ({"topicsExclude": ["["]}, 422, "topicsExclude.0"),
        ({"topicsExclude": "x"}, 400, "topicsExclude"),
        ({"startFrom": "latest"}, 400, "startFrom"),
        ({"topics_regex": "x"}, 400, "topics_regex"),
    ],
)
def test_what_a_create_refuses_a_change_refuses_too(
    world: World, change: dict[str, Any], status: int, field: str
) -> None:
    name = world.created()["name"]
    answer = patch(name, change)

    assert (answer.status, answer.fields) == (status, [field])
    assert call("GET", f"/mirrors/{name}").json["version"] == 1


def test_a_topic_that_another_mirror_writes_is_refused(world: World) -> None:
    one = world.created(sourceCluster=managed("eu-core", "eu"))["name"]
    other = world.created(sourceCluster=managed("eu-core", "eu"), topicsRegex="payments")["name"]

    answer = patch(other, {"topicsRegex": "payments|orders.new"})
    assert (answer.status, answer.slug) == (409, "mirror-overlaps")
    assert one in answer.json["detail"]
    same = patch(other, {"topicsRegex": r"orders\..*"})
    assert (same.status, same.slug) == (409, "mirror-exists")
    assert call("GET", f"/mirrors/{other}").json["version"] == 1


def test_a_mirror_does_not_stand_in_its_own_way(world: World) -> None:
    name = world.created()["name"]

    assert patch(name, {"topicsRegex": "orders.*"}).status == 202


def test_if_match_fails_when_it_moved(world: World) -> None:
    name = world.created()["name"]

    assert patch(name, {"maxTasks": 2}, '"1"').status == 202
    assert patch(name, {"maxTasks": 3}, '"1"').slug == "version-moved"
    assert patch(name, {"topicsRegex": "x"}, '"1"').slug == "version-moved"


def test_a_mirror_that_is_being_removed_stays_so(world: World) -> None:
    name = world.created()["name"]
    world.connect.script(*[busy()] * 100, method="DELETE")
    assert call("DELETE", f"/mirrors/{name}").status == 202

    assert patch(name, {"maxTasks": 2}).status == 409


def test_a_change_while_connect_rebalances_is_taken_and_left_to_reconcile(world: World) -> None:
    name = world.created()["name"]
    world.connect.script(*[busy()] * 1000)
    answer = patch(name, {"maxTasks": 7})

    assert (answer.status, answer.json["maxTasks"]) == (202, 7)
    assert config(world, name)["tasks.max"] == "1"


def test_the_changes_tell_from_what_to_what(world: World) -> None:
    name = world.created()["name"]
    patch(name, {"maxTasks": 7, "topicsRegex": "orders.*"})
    line = call("GET", f"/mirrors/{name}/changes").json["changes"][0]

    assert line["kind"] == "write"
    assert line["from"] == {"maxTasks": 1, "topicsRegex": r"orders\..*"}
    assert line["to"] == {"maxTasks": 7, "topicsRegex": "orders.*"}
