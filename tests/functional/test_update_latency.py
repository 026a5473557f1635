"""PUT /mirrors/{name}/target-latency."""

from typing import Any

import pytest

from tests.functional.http import Answer, call, invoke, sent
from tests.functional.world import World
from tests.functional.world import world as world


def put(name: str, target_latency: Any, if_match: str | None = None) -> Answer:
    """Asks for another target."""
    headers = {} if if_match is None else {"If-Match": if_match}
    return call(
        "PUT", f"/mirrors/{name}/target-latency", {"targetLatency": target_latency}, headers
    )


def test_the_event_of_the_function_names_a_mirror(world: World) -> None:
    assert invoke("update_latency", sent("update_latency")).slug == "mirror-not-found"


def test_the_mirror_is_answered_with_its_next_version(world: World) -> None:
    name = world.created()["name"]
    answer = put(name, 60_000)

    assert answer.status == 200
    assert (answer.json["targetLatency"], answer.json["version"]) == (60_000, 2)
    assert call("GET", f"/mirrors/{name}").json == answer.json


def test_what_does_not_change_makes_no_version(world: World) -> None:
    name = world.created()["name"]

    assert put(name, 30_000).json["version"] == 1
    assert len(call("GET", f"/mirrors/{name}/changes").json["changes"]) == 1


@pytest.mark.parametrize("if_match", ['"1"', "1", "*", ' "1" '])
def test_if_match_holds_for_the_version_that_was_seen(world: World, if_match: str) -> None:
    assert put(world.created()["name"], 60_000, if_match).status == 200


def test_if_match_fails_when_it_moved(world: World) -> None:
    name = world.created()["name"]
    put(name, 60_000)
    answer = put(name, 90_000, '"1"')

    assert (answer.status, answer.slug) == (412, "version-moved")
    assert call("GET", f"/mirrors/{name}").json["targetLatency"] == 60_000


@pytest.mark.parametrize("if_match", ['"x"', "", '"-1"', "W/1", '"' + "9" * 30 + '"'])
def test_if_match_that_is_no_version_is_refused(world: World, if_match: str) -> None:
    answer = put(world.created()["name"], 60_000, if_match)

    assert (answer.status, answer.fields) == (400, ["If-Match"])


@pytest.mark.parametrize("target", [999, 0, -1])
def test_a_target_below_a_second_is_refused(world: World, target: int) -> None:
    name = world.created()["name"]
    answer = put(name, target)

    assert (answer.status, answer.fields) == (422, ["targetLatency"])
    assert call("GET", f"/mirrors/{name}").json["version"] == 1


@pytest.mark.parametrize("name", ["nobody", "a%20b", "x" * 2000])
def test_a_mirror_that_is_not_there_is_404(world: World, name: str) -> None:
    assert put(name, 60_000).slug == "mirror-not-found"


def test_the_changes_tell_from_what_to_what(world: World) -> None:
    name = world.created()["name"]
    put(name, 60_000)
    line = call("GET", f"/mirrors/{name}/changes").json["changes"][0]

    assert line["kind"] == "write"
    assert (line["from"], line["to"]) == ({"targetLatency": 30_000}, {"targetLatency": 60_000})
