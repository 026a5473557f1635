"""Whose turn it is in a run of reconcile, and what happens when there is not time for all."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

import pytest
from mirroring.errors import ConnectUnavailable
from mirroring.kafka_connect.connector_info import About, ConnectorInfo
from mirroring.mirror import Intent, Mirror
from mirroring.reconciling import rounds
from mirroring.reconciling.mirror_reconciler import ConnectTarget, MirrorReconciler
from mirroring.reconciling.orphans import Orphans
from mirroring.reconciling.reconcile import MirrorsFailedError, Reconciler
from mirroring.reconciling.rounds import Outcome, order, work
from mirroring.storing.cursors import Cursors
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.stored_mirrors import StoredMirrors

from tests.given import a_cluster, a_connect_cluster, a_mirror

RUN_S = 50.0


@dataclass
class World:
    """Mirrors in a table, a clock that their turns move, and one Connect cluster that lists none.

    A turn takes `takes` seconds; `turns` are the names in order, by run.
    """

    mirrors: list[Mirror]
    takes: Callable[[str], float]
    now: float = 0.0
    after: Mapping[str, str] = field(default_factory=dict)
    writes: int = 0
    turns: list[list[str]] = field(default_factory=list)
    fails: Mapping[str, BaseException] = field(default_factory=dict)

    def stored(self) -> StoredMirrors:
        return StoredMirrors(self.mirrors)

    def read(self) -> dict[str, str]:
        return dict(self.after)

    def write(self, cursors: Mapping[str, str]) -> None:
        self.after, self.writes = dict(cursors), self.writes + 1

    def within(self, _: float) -> "World":
        return self

    def about(self) -> About:
        return About("4.3.1", "id")

    def saw(self, *_: object) -> None:
        """Nobody counts workers here."""

    def connectors(self) -> dict[str, ConnectorInfo]:
        return {}

    def due(self, _: datetime) -> dict[str, Any]:
        return {}

    def remove(self, *_: object) -> None:
        pass

    def connect(self, _: object) -> "World":
        return self

    def connect_cluster(self, name: str) -> object:
        return a_connect_cluster(name)

    def cluster(self, name: str) -> object:
        return a_cluster(name)

    @property
    def connections(self) -> "World":
        return self

    @property
    def registry(self) -> "World":
        return self

    def reconcile(self, mirror: Mirror, _: ConnectTarget, __: Mapping[str, ConnectorInfo]) -> bool:
        self.turns[-1].append(mirror.name)
        self.now += self.takes(mirror.name)
        if mirror.name in self.fails:
            raise self.fails[mirror.name]
        return True

    def run(self, fresh: bool = True) -> list[str]:
        """One run, in a new process unless told; the names that had their turn."""
        self.turns.append([])
        if fresh or not hasattr(self, "kept"):
            self.kept = Reconciler(
                cast(MirrorStore, self),
                cast(Cursors, self),
                cast(MirrorReconciler, self),
                cast(Orphans, self),
                clock=lambda: self.now,
            )
        self.kept.run(RUN_S)
        return self.turns[-1]


def fleet(count: int, **fields: Any) -> list[Mirror]:
    """Mirrors of one Connect cluster."""
    return [a_mirror(f"eu.us-core.{index:05}", **fields) for index in range(count)]


def test_a_cold_run_of_3000_mirrors_makes_progress_in_each_process() -> None:
    world = World(fleet(3000), takes=lambda _: 0.03)
    runs = [world.run(), world.run()]
    assert [len(one) for one in runs] == pytest.approx([1667, 1667], abs=2)
    assert {*runs[0], *runs[1]} == {one.name for one in world.mirrors}
    assert world.writes == 2


def test_seven_that_never_answer_do_not_starve_those_after_them() -> None:
    world = World(fleet(60), takes=lambda name: 8.0 if name < "eu.us-core.00007" else 0.1)
    assert {*world.run(), *world.run()} == {one.name for one in world.mirrors}


def test_a_run_that_comes_to_its_end_writes_no_cursor() -> None:
    world = World(fleet(30), takes=lambda _: 0.1)
    for _ in range(3):
        assert len(world.run()) == 30
    assert world.writes == 0


def test_what_a_person_wants_held_or_removed_comes_first() -> None:
    world = World(fleet(3000), takes=lambda _: 0.03)
    held = world.mirrors[2900].model_copy(update={"intent": Intent.DELETED})
    world.mirrors[2900] = held
    assert world.run()[0] == held.name
    assert world.run()[0] == held.name


def test_removals_that_connect_never_does_do_not_starve_the_rest() -> None:
    stuck = fleet(40, intent=Intent.DELETED)
    rest = [a_mirror(f"us.us-core.{index}") for index in range(20)]
    world = World([*stuck, *rest], takes=lambda name: 8.0 if name.startswith("eu") else 0.01)
    world.fails = {one.name: ConnectUnavailable("It hangs.") for one in stuck}
    names = [{*world.run(fresh=False)} for _ in range(12)]
    assert {one.name for one in world.mirrors} == set().union(*names)


def test_each_error_of_one_mirror_is_raised_when_the_others_had_their_turn() -> None:
    world = World(fleet(20), takes=lambda _: 0.1)
    failing = (world.mirrors[3].name, world.mirrors[11].name)
    world.fails = {failing[0]: LookupError("no"), failing[1]: AssertionError("never")}
    with pytest.raises(MirrorsFailedError) as raised:
        world.run()
    assert len(world.turns[-1]) == 20
    assert str(raised.value) == f"{failing[0]}: LookupError, {failing[1]}: AssertionError"


@pytest.mark.parametrize(
    ("cursor", "expected"),
    [
        (None, ["c", "a", "b", "d"]),
        ("a", ["c", "b", "d", "a"]),
        ("bb", ["c", "d", "a", "b"]),
        ("d", ["c", "a", "b", "d"]),
        ("z", ["c", "a", "b", "d"]),
    ],
)
def test_the_rest_goes_on_after_the_one_that_had_the_last_turn(
    cursor: str | None, expected: list[str]
) -> None:
    assert order({"a", "b", "c", "d"}, {"c"}, cursor) == expected


def test_a_slow_mirror_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "SLOW_S", 0.01)
    others = threading.Barrier(3, timeout=5)

    def one(name: str) -> Outcome:
        if name in "abc":
            others.wait()
        return Outcome.SETTLED

    assert work("abcdef", (), None, one, lambda: 10.0).settled == 6
