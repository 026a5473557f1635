"""Pause, stop, resume, restart and acknowledge."""

from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from mirroring.observation import Code, Status
from mirroring.reasons import reason
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.observation_item import Outcome
from mirroring.storing.observations import Observations

from tests.functional.connect_server import busy
from tests.functional.events import Context, event
from tests.functional.http import Answer, call
from tests.functional.world import World
from tests.functional.world import world as world
from tests.given import after, an_observation

ACTS = ("pause", "stop", "resume", "restart", "acknowledge")


class Minute(Context):
    """What Lambda tells a function that a minute is left to."""

    def get_remaining_time_in_millis(self) -> int:
        """One minute."""
        return 60_000


def post(name: str, act: str, body: Any = None, if_match: str | None = None) -> Answer:
    """Asks for it."""
    headers = {} if if_match is None else {"If-Match": if_match}
    return call("POST", f"/mirrors/{name}/{act}", body, headers)


def reconcile() -> None:
    """One run of reconcile_mirrors."""
    import_module("functions.reconcile_mirrors.app").handler(event("reconcile_mirrors"), Minute())


def states(world: World, name: str) -> set[str]:
    """How Connect says that a mirror's connectors are."""
    return {world.connect.connectors[f"{name}.{one}"].state for one in ("source", "checkpoint")}


def restarts(world: World) -> list[str]:
    """The restarts that Connect was asked for."""
    return [path for path in world.connect.asked("POST") if "/restart" in path]


@pytest.mark.parametrize(("act", "state"), [("pause", "PAUSED"), ("stop", "STOPPED")])
def test_a_held_mirror_holds_its_connectors_until_it_is_resumed(
    world: World, act: str, state: str
) -> None:
    name = world.created()["name"]
    held = post(name, act)
    assert (held.status, held.json["status"], held.json["version"]) == (202, "CREATING", 2)
    (pending,) = held.json["reasons"]
    assert (pending["code"], pending["severity"]) == ("PAUSE_PENDING", "info")
    assert f"asked to {act} the mirror" in pending["message"]
    assert states(world, name) == {state}

    resumed = post(name, "resume")
    assert (resumed.status, resumed.json["version"]) == (202, 3)
    assert states(world, name) == {"RUNNING"}


@pytest.mark.parametrize("version", ["3.4.1", "7.4.0-ccs", "2.8.0"])
def test_a_stop_that_connect_cannot_do_is_refused_with_what_to_do(
    world: World, version: str
) -> None:
    world.connect.version = version
    urls = {"urls": [world.connect.url], "kafkaCluster": "us-core"}
    call("PUT", "/connect-clusters/us-connect", urls)
    name = world.created()["name"]
    refused = post(name, "stop")
    assert (refused.status, refused.slug) == (422, "stop-unsupported")
    assert f"POST /mirrors/{name}/pause" in refused.json["detail"]
    assert version in refused.json["detail"]
    assert call("GET", f"/mirrors/{name}").json["version"] == 1
    assert states(world, name) == {"RUNNING"}

    assert post(name, "pause").status == 202
    assert states(world, name) == {"PAUSED"}


def test_workers_that_were_upgraded_stop_without_being_registered_anew(world: World) -> None:
    world.connect.version = "3.4.1"
    urls = {"urls": [world.connect.url], "kafkaCluster": "us-core"}
    call("PUT", "/connect-clusters/us-connect", urls)
    name = world.created()["name"]
    world.connect.version = "7.5.0-ccs"
    assert post(name, "stop").status == 202
    assert states(world, name) == {"STOPPED"}


def test_a_mirror_that_older_workers_should_stop_is_paused_by_them(world: World) -> None:
    name = world.created()["name"]
    world.connect.script(*[busy()] * 1000)
    assert post(name, "stop").status == 202
    world.connect.mend()
    world.connect.version = "3.4.1"
    urls = {"urls": [world.connect.url], "kafkaCluster": "us-core"}
    call("PUT", "/connect-clusters/us-connect", urls)
    reconcile()
    assert states(world, name) == {"PAUSED"}

    world.connect.version = "3.9.0"
    reconcile()
    assert states(world, name) == {"STOPPED"}


def test_a_pause_while_connect_rebalances_is_left_to_reconcile(world: World) -> None:
    name = world.created()["name"]
    world.connect.script(*[busy()] * 1000)
    assert post(name, "pause").json["status"] == "CREATING"
    assert states(world, name) == {"RUNNING"}

    world.connect.mend()
    reconcile()
    assert states(world, name) == {"PAUSED"}


@pytest.mark.parametrize("state", ["PAUSED", "STOPPED"])
def test_a_resume_also_ends_what_somebody_else_did_and_only_once(world: World, state: str) -> None:
    name = world.created()["name"]
    world.connect.connectors[f"{name}.source"].state = state
    reconcile()
    assert states(world, name) == {state, "RUNNING"}

    assert post(name, "resume").status == 202
    assert states(world, name) == {"RUNNING"}
    world.connect.connectors[f"{name}.source"].state = state
    reconcile()
    assert states(world, name) == {state, "RUNNING"}


def test_a_resume_of_what_somebody_else_paused_waits_for_a_rebalance(world: World) -> None:
    name = world.created()["name"]
    world.connect.connectors[f"{name}.source"].state = "PAUSED"
    world.connect.script(*[busy()] * 1000)
    assert post(name, "resume").status == 202
    assert states(world, name) == {"PAUSED", "RUNNING"}

    world.connect.mend()
    reconcile()
    assert states(world, name) == {"RUNNING"}


@pytest.mark.parametrize("acts", [("resume", "restart"), ("restart", "resume")])
def test_a_resume_and_a_restart_that_both_wait_are_both_done_once(
    world: World, acts: tuple[str, str]
) -> None:
    name = world.created()["name"]
    world.connect.connectors[f"{name}.source"].state = "PAUSED"
    world.connect.script(*[busy()] * 1000)
    assert [post(name, act).status for act in acts] == [202, 202]
    assert states(world, name) == {"PAUSED", "RUNNING"}

    world.connect.mend()
    world.connect.requests.clear()
    reconcile()
    assert states(world, name) == {"RUNNING"}
    assert len(restarts(world)) == 2

    world.connect.connectors[f"{name}.source"].state = "PAUSED"
    reconcile()
    assert states(world, name) == {"PAUSED", "RUNNING"}
    assert len(restarts(world)) == 2


@pytest.mark.parametrize(
    ("body", "failed"),
    [
        (None, "true"),
        ({}, "true"),
        ({"onlyFailed": True}, "true"),
        ({"onlyFailed": False}, "false"),
    ],
)
def test_a_restart_is_asked_of_both_connectors_once(world: World, body: Any, failed: str) -> None:
    name = world.created()["name"]
    answer = post(name, "restart", body)
    reconcile()

    assert (answer.status, answer.json["version"]) == (202, 2)
    asked = restarts(world)
    assert len(asked) == 2 and all(one.endswith(f"onlyFailed={failed}") for one in asked)


def test_a_restart_that_connect_could_not_do_is_done_by_reconcile(world: World) -> None:
    name = world.created()["name"]
    world.connect.script(*[busy()] * 1000)
    assert post(name, "restart").status == 202
    world.connect.mend()
    world.connect.requests.clear()
    reconcile()
    reconcile()

    assert len(restarts(world)) == 2


def test_automatic_restarts_are_counted_anew_after_a_person_s(
    world: World, mirrors: MirrorStore
) -> None:
    name = world.created()["name"]
    done = mirrors.reconciled(name)
    last = {"count": 5, "at": after(hours=1)}
    counted = {f"{name}.source": last, f"{name}.checkpoint": last}
    mirrors.put_reconciled(type(done).model_validate(dict(done) | {"restarts": counted}))
    assert mirrors.reconciled(name).given_up()

    post(name, "restart")
    assert mirrors.reconciled(name).restarts == {}


@pytest.mark.parametrize("act", ["pause", "stop"])
def test_what_a_person_holds_is_not_restarted(world: World, act: str) -> None:
    name = world.created()["name"]
    post(name, act)
    answer = post(name, "restart")

    assert (answer.status, answer.slug) == (409, "mirror-held")
    assert restarts(world) == []


def lost(name: str, taken: Observations, *since: datetime) -> None:
    """The next sample of the mirror tells of a loss on so many partitions."""
    found = [
        reason(Code.DATA_LOSS, at, {"lost": 7}, topic="orders.new", partition=index)
        for index, at in enumerate(since)
    ]
    before = taken.states([name])[name]
    number = before.observation.sequence + 1 if before.observation else 1
    seen = an_observation(number, name, status=Status.OUT_OF_SYNC, reasons=tuple(found))
    assert taken.record(before, Outcome(seen, b"", None))


def test_what_was_lost_until_now_is_acknowledged_once(
    world: World, mirrors: MirrorStore, taken: Observations
) -> None:
    name = world.created()["name"]
    lost(name, taken, after(minutes=4))
    begun = datetime.now(UTC)
    answer = post(name, "acknowledge")

    assert (answer.status, answer.json["version"]) == (200, 2)
    acknowledged = mirrors.mirror(name).acknowledged
    assert acknowledged is not None
    assert acknowledged >= begun - timedelta(milliseconds=1)
    assert post(name, "acknowledge").json["version"] == 2


def test_what_came_after_the_person_looked_is_not_acknowledged(
    world: World, mirrors: MirrorStore, taken: Observations
) -> None:
    name = world.created()["name"]
    lost(name, taken, after(minutes=4), after(minutes=6))
    looked = call("GET", f"/mirrors/{name}").json["reasons"]
    lost(name, taken, after(minutes=9), after(minutes=6))
    newest = max(one["since"] for one in looked)
    answer = call("POST", f"/mirrors/{name}/acknowledge", {"upTo": newest})

    assert (answer.status, answer.json["version"]) == (200, 2)
    assert mirrors.mirror(name).acknowledged == after(minutes=6)
    assert post(name, "acknowledge").json["version"] == 3


def test_an_earlier_time_takes_nothing_back(
    world: World, mirrors: MirrorStore, taken: Observations
) -> None:
    name = world.created()["name"]
    for minutes in (6, 5):
        body = {"upTo": f"2026-01-01T00:0{minutes}:00Z"}
        assert call("POST", f"/mirrors/{name}/acknowledge", body).status == 200
    assert mirrors.mirror(name).acknowledged == after(minutes=6)
    assert mirrors.mirror(name).version == 2


@pytest.mark.parametrize("up_to", ["2999-01-01T00:00:00Z", "2026-01-01T00:00:00", "now", None, 5])
def test_a_time_that_nobody_saw_or_that_is_none_is_refused(world: World, up_to: object) -> None:
    name = world.created()["name"]
    answer = call("POST", f"/mirrors/{name}/acknowledge", {"upTo": up_to})

    assert (answer.status, answer.fields) == (400, ["upTo"])


def test_nothing_to_acknowledge_changes_nothing(world: World) -> None:
    name = world.created()["name"]
    answer = post(name, "acknowledge")

    assert (answer.status, answer.json["version"]) == (200, 1)


@pytest.mark.parametrize("act", ACTS)
def test_each_takes_an_if_match(world: World, act: str) -> None:
    name = world.created()["name"]

    assert post(name, act, None, '"7"').slug == "version-moved"
    assert post(name, act, None, '"x"').fields == ["If-Match"]
    assert post(name, act, None, '"1"').status in (200, 202)


@pytest.mark.parametrize("act", ACTS)
def test_each_needs_a_mirror_that_stays(world: World, act: str) -> None:
    assert post("nobody", act).slug == "mirror-not-found"
    name = world.created()["name"]
    world.connect.script(*[busy()] * 100, method="DELETE")
    assert call("DELETE", f"/mirrors/{name}").status == 202

    answer = post(name, act)
    assert (answer.status, answer.slug) == (409, "conflict")
    assert f"wait until GET /mirrors/{name} answers 404" in answer.json["detail"]
    assert "retry-after" not in answer.headers


@pytest.mark.parametrize("body", ["{", "[]", {"onlyFailed": "yes"}, {"all": True}])
def test_a_restart_with_another_body_is_refused(world: World, body: Any) -> None:
    assert post(world.created()["name"], "restart", body).status == 400


def test_the_changes_tell_who_asked_for_what(world: World) -> None:
    name = world.created()["name"]
    post(name, "pause")
    post(name, "resume")
    post(name, "restart", {"onlyFailed": False})
    restarted, resumed, paused = call("GET", f"/mirrors/{name}/changes").json["changes"][:3]

    assert (paused["from"], paused["to"]) == ({"state": "RUNNING"}, {"state": "PAUSED"})
    assert resumed["to"]["state"] == "RUNNING"
    assert restarted["to"] == {"restart": "all"}
    assert {one["kind"] for one in (restarted, resumed, paused)} == {"write"}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"extra": 1}, 400, "extra"),
        ([], 400, "body"),
        ("{", 400, "body"),
        ("x" * 1_000_001, 413, None),
    ],
    ids=["a field", "a list", "no JSON", "above 1 MB"],
)
def test_a_body_that_says_more_than_the_call_takes_does_nothing(
    world: World, act: str, body: Any, status: int, field: str | None
) -> None:
    name = world.created()["name"]
    answer = post(name, act, body)

    assert (answer.status, answer.fields) == (status, [field] if field else [])
    assert call("GET", f"/mirrors/{name}").json["version"] == 1


@pytest.mark.parametrize("act", ACTS)
def test_an_empty_object_is_a_body_that_every_act_takes(world: World, act: str) -> None:
    assert post(world.created()["name"], act, {}).status in (200, 202)
