"""New credentials of a cluster reach its mirrors one by one, each proven before the next."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from mirroring.mirror import Intent
from mirroring.observation import Code
from mirroring.reconciling import rotation
from mirroring.storing import rotations
from mirroring.storing.dynamo import Dynamo
from mirroring.storing.history import History
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.observations import Observations
from mirroring.storing.registry import Registry
from mirroring.storing.vault import Vault, new_mark
from pydantic import SecretStr

from tests.functional.connect_server import ConnectServer
from tests.functional.reconciling.acts import (
    PASSWORD,
    PROPERTIES,
    SOURCE,
    add,
    change,
    repairs,
    run,
    sample,
)
from tests.given import NAME, a_cluster, a_connect_cluster, a_mirror

LAST = "eu.us-core.zzzzz"
NEW = "new-password"
LOGIN = "source.cluster.sasl.jaas.config"


@pytest.fixture
def settled(
    store: MirrorStore, server: ConnectServer, taken: Observations, monkeypatch: pytest.MonkeyPatch
) -> MirrorStore:
    """Two mirrors of eu-core at work, the first of them sampled."""
    monkeypatch.setattr(rotation, "SETTLES", timedelta(0))
    add(store, a_mirror(LAST, max_tasks=2))
    assert run() == 2
    sample(taken)
    server.puts.clear()
    return store


@pytest.fixture
def rotated(settled: MirrorStore, clusters: Registry, secrets: Vault) -> MirrorStore:
    """The same when eu-core was registered with another password."""
    rotate(clusters, secrets)
    return settled


def rotate(clusters: Registry, secrets: Vault, password: str = NEW) -> None:
    """eu-core registered with another password."""
    changed = PROPERTIES.get_secret_value().replace(PASSWORD, password)
    register(clusters, secrets, SecretStr(changed))


def register(clusters: Registry, secrets: Vault, properties: SecretStr = PROPERTIES) -> None:
    """eu-core registered anew; other properties are another secret."""
    mark = clusters.cluster("eu-core").secret
    if secrets.cluster_properties("eu-core", mark) != properties:
        mark = new_mark()
        secrets.put_cluster_properties("eu-core", properties, mark)
    clusters.put_cluster(
        a_cluster(
            security_protocol="SASL_PLAINTEXT",
            private_bootstrap_servers=("private:9092",),
            secret=mark,
            updated_at=datetime.now(UTC),
        )
    )


def renewed(server: ConnectServer) -> list[str]:
    """The mirrors whose connectors have the new password."""
    both = [name.removesuffix(".source") for name in server.connectors if name.endswith(".source")]
    return [
        name
        for name in sorted(both)
        if all(NEW in server.connectors[f"{name}.{kind}"].config[LOGIN]
               for kind in ("source", "checkpoint"))
    ]  # fmt: skip


def test_the_next_mirror_waits_until_a_sample_has_seen_the_first_at_work(
    rotated: MirrorStore, server: ConnectServer, taken: Observations, past: History
) -> None:
    for _ in range(2):
        run()
        assert renewed(server) == [NAME]
    sample(taken)
    run()
    assert renewed(server) == [NAME, LAST]
    steps = [(before["connection"], after["connection"]) for before, after in repairs(past)]
    assert steps == [("OLD", "GIVEN"), ("GIVEN", "PROVEN")]
    assert NEW not in str(repairs(past))
    assert len(server.puts) == 4


@pytest.mark.parametrize("code", [Code.NO_TASKS, Code.SOURCE_UNAUTHORIZED, Code.STALLED])
def test_a_mirror_that_works_no_more_keeps_the_others_as_they_are(
    rotated: MirrorStore, server: ConnectServer, taken: Observations, code: Code
) -> None:
    run()
    sample(taken, code)
    run()
    assert renewed(server) == [NAME]
    sample(taken)
    run()
    assert renewed(server) == [NAME, LAST]


def test_better_properties_go_first_to_the_mirror_that_was_broken_by_wrong_ones(
    rotated: MirrorStore,
    server: ConnectServer,
    taken: Observations,
    clusters: Registry,
    secrets: Vault,
) -> None:
    run()
    sample(taken, Code.NO_TASKS)
    run()
    rotate(clusters, secrets, f"{NEW}-2")
    run()
    assert f"{NEW}-2" in server.connectors[SOURCE].config[LOGIN]
    assert renewed(server) == [NAME]
    sample(taken)
    run()
    assert renewed(server) == [NAME, LAST]


def test_a_mirror_that_did_not_work_before_holds_up_nobody(
    settled: MirrorStore,
    server: ConnectServer,
    taken: Observations,
    clusters: Registry,
    secrets: Vault,
) -> None:
    sample(taken, Code.STALLED)
    rotate(clusters, secrets)
    run()
    assert renewed(server) == [NAME]
    sample(taken, Code.STALLED)
    run()
    assert renewed(server) == [NAME, LAST]


@pytest.mark.parametrize("intent", [Intent.PAUSED, Intent.DELETED, Intent("ARCHIVED")])
def test_a_mirror_that_a_person_puts_to_rest_passes_its_turn_on(
    rotated: MirrorStore, server: ConnectServer, intent: Intent
) -> None:
    run()
    change(rotated, intent=intent)
    run()
    assert LAST in renewed(server)


@pytest.mark.parametrize(
    ("holder", "age", "expected"),
    [
        ("gone.us-core.aaaaa", timedelta(0), [NAME]),
        (LAST, timedelta(minutes=6), [NAME]),
        (LAST, timedelta(minutes=4), [LAST]),
    ],
    ids=["removed since", "never used", "taken a moment ago"],
)
def test_a_turn_that_a_crash_left_behind_passes_on(
    rotated: MirrorStore, server: ConnectServer, holder: str, age: timedelta, expected: list[str]
) -> None:
    assert rotations.rotations().take("eu-core", holder, "any", datetime.now(UTC) - age)
    run()
    assert renewed(server) == expected


def test_of_two_mirrors_one_has_the_turn_until_it_ends(stack: None) -> None:
    now, at = datetime.now(UTC), rotations.rotations()
    assert at.take("eu-core", NAME, "new", now)
    assert at.take("eu-core", NAME, "new", now)
    assert not at.take("eu-core", LAST, "new", now)
    assert at.take("us-core", LAST, "new", now)
    at.end("eu-core", LAST, "new", now)
    assert not at.take("eu-core", LAST, "new", now)
    at.end("eu-core", NAME)
    assert at.take("eu-core", LAST, "new", now)


def test_one_that_proves_nothing_stops_the_growth_and_keeps_its_place(stack: None) -> None:
    now, at = datetime.now(UTC), rotations.rotations()
    at.take("eu-core", "first", "new", now)
    at.end("eu-core", "first", "new", now)
    at.take("eu-core", "stuck", "new", now - rotations.UNPROVEN - timedelta(seconds=1))
    for name in ("second", "third"):
        assert at.take("eu-core", name, "new", now)
        assert not at.take("eu-core", "beside", "new", now)
        at.end("eu-core", name, "new", now)
    assert at.of("eu-core").room("new") == 2
    at.end("eu-core", "stuck", "new", now)
    assert at.of("eu-core").room("new") == 3


def test_newer_properties_begin_with_one_again(stack: None) -> None:
    now, at = datetime.now(UTC), rotations.rotations()
    for name in "abc":
        at.take("eu-core", name, "old", now)
        at.end("eu-core", name, "old", now)
    assert at.of("eu-core").room("old") == 4
    assert at.take("eu-core", "a", "new", now)
    assert not at.take("eu-core", "b", "new", now)
    assert at.take("eu-core", "b", "old", now)


def test_two_that_take_the_last_place_at_once_do_not_both_have_it(
    stack: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, now, at, others = Dynamo.put, datetime.now(UTC), rotations.rotations(), []

    def slower(db: Dynamo, *what: Any, **condition: Any) -> None:
        monkeypatch.setattr(Dynamo, "put", put)
        others.append(at.take("eu-core", "faster", "new", now))
        put(db, *what, **condition)

    monkeypatch.setattr(Dynamo, "put", slower)
    assert not at.take("eu-core", "slower", "new", now)
    assert others == [True]


def test_after_the_first_proof_two_mirrors_get_them_at_once_and_then_four(
    settled: MirrorStore,
    server: ConnectServer,
    taken: Observations,
    clusters: Registry,
    secrets: Vault,
) -> None:
    names = [f"eu.us-core.m{one}" for one in range(7)]
    for name in names:
        add(settled, a_mirror(name, max_tasks=2, topics_regex=name))
    for name in names:
        sample(taken, mirror=name)
    run()
    rotate(clusters, secrets)
    counts = []
    for _ in range(4):
        run()
        counts.append(len(renewed(server)))
        for name in renewed(server):
            sample(taken, mirror=name)
    assert counts == [1, 3, 7, 9]


def test_mirrors_at_rest_hold_up_nobody_and_prove_nothing(
    settled: MirrorStore, server: ConnectServer, clusters: Registry, secrets: Vault
) -> None:
    for number in range(4):
        name = f"eu.us-core.a{number}"
        add(settled, a_mirror(name, topics_regex=name, intent=Intent.PAUSED))
    run()
    rotate(clusters, secrets)
    run()
    run()
    assert renewed(server) == [*(f"eu.us-core.a{number}" for number in range(4)), NAME]
    assert rotations.rotations().of("eu-core").proofs == {}


def test_a_persons_change_reaches_a_waiting_mirror_with_the_old_password(
    rotated: MirrorStore, server: ConnectServer
) -> None:
    run()
    change(rotated, LAST, topics_regex="audit.*")
    run()
    config = server.connectors[f"{LAST}.source"].config
    assert config["topics"] == "audit.*"
    assert PASSWORD in config[LOGIN]


def test_a_waiting_mirror_s_pause_and_drift_are_not_held_up(
    rotated: MirrorStore, server: ConnectServer
) -> None:
    run()
    server.connectors[f"{LAST}.source"].config["tasks.max"] = "9"
    run()
    assert server.connectors[f"{LAST}.source"].config["tasks.max"] == "2"
    change(rotated, LAST, intent=Intent.PAUSED)
    run()
    assert server.connectors[f"{LAST}.source"].state == "PAUSED"
    assert renewed(server) == [NAME, LAST]


def test_the_same_properties_again_and_a_new_description_disturb_nobody(
    settled: MirrorStore, server: ConnectServer, clusters: Registry, secrets: Vault
) -> None:
    rotate(clusters, secrets, PASSWORD)
    assert run() == 2
    assert server.puts == []


def test_behind_a_config_provider_the_placeholders_name_another_secret_one_mirror_at_a_time(
    settled: MirrorStore,
    server: ConnectServer,
    taken: Observations,
    clusters: Registry,
    secrets: Vault,
) -> None:
    clusters.put_connect_cluster(a_connect_cluster(urls=(server.url,), config_provider="vault"))
    for _ in range(3):
        run()
        sample(taken)
        sample(taken, mirror=LAST)
    run()
    old = "${vault:lockstep/cluster/eu-core:sasl.jaas.config}"
    assert server.connectors[f"{LAST}.source"].config[LOGIN] == old
    server.puts.clear()
    rotate(clusters, secrets)
    new = f"${{vault:lockstep/cluster/eu-core/{clusters.cluster('eu-core').secret}:"
    run()
    assert server.connectors[SOURCE].config[LOGIN].startswith(new)
    assert server.connectors[f"{LAST}.source"].config[LOGIN] == old
    sample(taken)
    for _ in range(3):
        run()
    assert server.connectors[f"{LAST}.source"].config[LOGIN].startswith(new)
    assert len(server.puts) == 4
    assert server.asked("POST") == []


def test_properties_that_mean_the_same_pass_from_mirror_to_mirror(
    settled: MirrorStore,
    server: ConnectServer,
    taken: Observations,
    clusters: Registry,
    secrets: Vault,
) -> None:
    said = SecretStr(f"# said so\n{PROPERTIES.get_secret_value()}")
    register(clusters, secrets, said)
    run()
    sample(taken)
    run()
    assert server.puts == []
    assert settled.reconciled(LAST).connections == settled.reconciled(NAME).connections
