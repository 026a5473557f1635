"""Sources that ask who we are, through Connect workers that ask too, on real MirrorMaker 2."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.clusters import PASSWORD, secured
from tests.e2e.local_stack import LocalStack, eventually
from tests.e2e.secured_connect import LOGIN, secured_connect
from tests.e2e.secured_world import (
    FIRST,
    SECOND,
    SETTLED_S,
    World,
    begin,
    end,
    give,
    of,
    prepare,
    scram,
)


@pytest.fixture(scope="module")
def world(registered: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Three sources registered, each with a mirror on its way."""
    with secured(tmp_path_factory.mktemp("source")) as source:
        prepare(source)
        folder = tmp_path_factory.mktemp("workers")
        with secured_connect(registered, folder, source.authority) as workers:
            found = World(registered, source, workers, source.authority.identity("client"))
            workers.register()
            begin(found)
            yield found
            end(found)


def test_records_flow_from_sources_that_ask_who_we_are(world: World) -> None:
    for name in world.mirrors:
        world.copies(name)
    for name in world.mirrors:
        world.is_in_sync(name)


def test_with_a_config_provider_the_workers_keep_placeholders_only(world: World) -> None:
    told = world.workers.connect(0).connectors()
    by_scram = told[f"{of(world, 'a')}.source"].config["source.cluster.sasl.jaas.config"]
    by_key = told[f"{of(world, 'c')}.source"].config["source.cluster.ssl.keystore.key"]
    mark = "[0-9a-f]{12}"
    scram = rf"\$\{{file:.*/cluster/by-scram/{mark}:sasl\.jaas\.config\}}"
    assert re.fullmatch(scram, by_scram)
    assert re.fullmatch(rf"\$\{{.*/cluster/by-key/{mark}:ssl\.keystore\.key\}}", by_key)
    kept = str([one.config for one in told.values()])
    assert not [secret for secret in hidden(world) if secret in kept]


def test_without_a_config_provider_the_mirror_warns_of_it(world: World) -> None:
    codes = {
        name: {reason["code"] for reason in world.mirror(name)["reasons"]} for name in world.mirrors
    }
    assert {name for name, found in codes.items() if "PLAIN_SECRETS" in found} == {of(world, "d")}


def hidden(world: World) -> list[str]:
    """Every secret, the private key by a line of it."""
    return [FIRST, SECOND, PASSWORD, LOGIN, world.client.key.splitlines()[5]]


def test_a_wrong_password_is_refused_and_changes_nothing(world: World) -> None:
    before = world.stack.get("/clusters/by-scram").json
    wrong = scram(world.source.authority.pem, "wrong-wrong")
    answer = world.register("by-scram", "SASL_SSL", wrong)
    assert (answer.status, answer.json["type"]) == (422, "/problems/cluster-unauthorized")
    assert b"wrong-wrong" not in answer.body
    assert world.stack.get("/clusters/by-scram").json == before
    world.copies(of(world, "a"))


def test_a_new_password_reaches_the_mirrors_one_after_the_other(world: World) -> None:
    give(world.source, SECOND)
    outdated = scram(world.source.authority.pem, FIRST)
    assert world.register("by-scram", "SASL_SSL", outdated).status == 422
    answer = world.register("by-scram", "SASL_SSL", scram(world.source.authority.pem, SECOND))
    assert answer.status == 200, answer
    world.workers.sync()
    mine = [of(world, topic) for topic in ("a", "b")]
    steps = eventually(lambda: renewed(world, mine), within_s=SETTLED_S, what="two renewals")
    assert [step for _, _, step in sorted(steps)] == ["GIVEN", "PROVEN", "GIVEN", "PROVEN"]
    assert {name for _, name, _ in sorted(steps)[:2]} != {name for _, name, _ in sorted(steps)[2:]}
    for name in mine:
        world.copies(name)
        world.is_in_sync(name)


def renewed(world: World, names: list[str]) -> list[tuple[str, str, str]]:
    """When which mirror's connection got how far, once all are proven."""
    lines = [
        (line["at"], name, line["to"]["connection"])
        for name in names
        for line in world.changes(name)
        if line["kind"] == "repair" and "connection" in line["to"]
    ]
    return lines if len(lines) == 2 * len(names) else []


def test_with_one_of_two_workers_killed_every_call_still_works(world: World) -> None:
    paused, removed = of(world, "a"), of(world, "b")
    world.workers.processes.kill(world.workers.children[0])
    assert world.stack.post(f"/mirrors/{paused}/pause").status == 202
    assert world.stack.delete(f"/mirrors/{removed}").status in (202, 204)
    created = world.create("by-key", world.workers.name, "e")
    survivor = world.workers.connect(1)

    def all_done() -> bool:
        told = survivor.connectors()
        held = told[f"{paused}.source"].connector.status == "PAUSED"
        made = f"{created}.source" in told
        return held and made and world.stack.get(f"/mirrors/{removed}").status == 404

    eventually(all_done, within_s=SETTLED_S, what="pause, delete and create")
    assert not [name for name in survivor.connectors() if name.startswith(removed)]
    world.copies(created)
    assert world.stack.post(f"/mirrors/{paused}/resume").status == 202
    world.copies(paused)


def test_cleanup_takes_the_mirror_s_own_topics_and_offsets_along(world: World) -> None:
    name = of(world, "d")
    alias = name.partition(".")[0]
    internal = {f"{alias}.checkpoints.internal", f"mm2-offset-syncs.{alias}.internal"}
    eventually(
        lambda: internal <= world.stack.target.topics(), within_s=SETTLED_S, what="the topics"
    )
    path = f"/connectors/{name}.source"
    eventually(
        lambda: world.stack.connect("GET", f"{path}/offsets").json["offsets"],
        within_s=SETTLED_S,
        what="offsets",
    )
    assert world.stack.delete(f"/mirrors/{name}?cleanup=internal").status in (202, 204)
    eventually(
        lambda: world.stack.get(f"/mirrors/{name}").status == 404, within_s=SETTLED_S, what="404"
    )
    left = world.stack.target.topics()
    assert not internal & left
    assert f"{alias}.d" in left
    assert world.changes(name)[-1]["to"] == {"state": "REMOVED"} | dict.fromkeys(
        sorted(internal), "DELETED"
    )
    assert offsets_again(world, path) == []


def offsets_again(world: World, path: str) -> Any:
    """What Connect remembers of a connector of that name, which does nothing."""
    config = {
        "connector.class": "org.apache.kafka.connect.mirror.MirrorSourceConnector",
        "source.cluster.alias": "idle",
        "enabled": "false",
    }
    assert world.stack.connect("PUT", f"{path}/config", config).status == 201
    found = world.stack.connect("GET", f"{path}/offsets").json["offsets"]
    assert world.stack.connect("DELETE", path).status == 204
    return found


def test_no_secret_stands_in_any_answer_or_log(world: World) -> None:
    answers = [world.stack.get(path).body.decode() for path in ("/clusters", "/connect-clusters")]
    for name in world.mirrors:
        for path in (f"/mirrors/{name}", f"/mirrors/{name}/changes"):
            answers.append(world.stack.get(path).body.decode())
    logs = [
        path.read_text(errors="replace")
        for path in world.stack.data.rglob("*.log")
        if not path.stem.isdecimal()  # Kafka's own segments, with what a worker keeps
    ]
    everything = "".join([*answers, *logs, world.stack.said(), world.workers.logs()])
    assert "by-scram" in everything
    assert not [number for number, one in enumerate(hidden(world)) if one in everything]
