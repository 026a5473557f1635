"""Stories told side by side: one sample of all their mirrors at a time, until each has ended."""

import itertools
import threading
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

from kafka.errors import KafkaError
from mirroring.errors import ProblemError
from mirroring.observation import Observation

from tests.e2e.truth.faults_table import Row
from tests.e2e.truth.flow import Flows
from tests.e2e.truth.stage import Stage, Story
from tests.e2e.truth.world import World

EVERY_S = 3.0
LONGEST_S = 420.0
QUICK = 5
SETTERS = 6
_numbers = itertools.count()


Tale = Callable[[Stage], Story]
"""Tells a story on a stage; its name is the sentence that it proves.

It prepares what it needs until its first `yield`, side by side with the others; one whose mirror
must be young then has none yet, and makes it when it goes on.
"""


@dataclass(frozen=True)
class Ending:
    """How a story ended: the faults it saw detected, and why it failed (None: all is proven)."""

    rows: tuple[Row, ...]
    failure: str | None


def run(cast: Sequence[tuple[World, Tale]]) -> dict[str, Ending]:
    """Tell all stories at once, each in its world; their endings by name."""
    with ExitStack() as stack:
        flows = {id(world): stack.enter_context(Flows(world.source)) for world, _ in cast}
        stages = [Stage(world, flows[id(world)], f"s{next(_numbers)}") for world, _ in cast]
        pool = stack.enter_context(ThreadPoolExecutor(SETTERS))
        acts = list(pool.map(Act, [tale for _, tale in cast], stages))
        for act in acts:
            act.begin()
        _sample(pool, acts)
    return {act.name: Ending(tuple(act.stage.rows), act.failure) for act in acts}


class Act:
    """One story being told."""

    def __init__(self, tale: Tale, stage: Stage) -> None:
        self.name = tale.__name__
        self.stage = stage
        self.failure: str | None = None
        self.over = False
        self._story = tale(stage)
        self._go(lambda: next(self._story))

    def begin(self) -> None:
        """All is prepared, and the first sample is next."""
        self.stage.fault()
        if not self.over and not self.stage.prepared:
            self._go(lambda: next(self._story))

    def hear(self, seen: Observation) -> None:
        """Let the story go on with its mirror's next observation."""

        def go_on() -> None:
            self.stage.hear(seen)
            self._story.send(seen)

        self._go(go_on)

    def end(self, why: str | None) -> None:
        """End it, with why it failed."""
        self.over = True
        self.failure = why and f"{why}\n{self.stage.told()}"
        self.stage.close()

    def _go(self, step: Callable[[], object]) -> None:
        try:
            step()
        except StopIteration:
            self.end(None)
        except AssertionError as error:
            self.end(f"{error}{_where(error)}")
        except (KafkaError, ProblemError, LookupError):
            self.end(traceback.format_exc())


def _sample(pool: Executor, acts: Sequence[Act]) -> None:
    deadline, tick = time.monotonic() + LONGEST_S, threading.Event()
    while live := [act for act in acts if not act.over]:
        if time.monotonic() > deadline:
            for act in live:
                act.end(f"the story did not end within {LONGEST_S:.0f} s")
            return
        began = time.monotonic()
        _round(pool, [act for act in live if not act.stage.quick])
        for _ in range(QUICK):
            _round(pool, [act for act in live if act.stage.quick and not act.over])
        tick.wait(max(0.0, began + EVERY_S - time.monotonic()))


def _round(pool: Executor, acts: Sequence[Act]) -> None:
    """One sample for each act: all of those together that share a Connect cluster and a clock."""
    together = defaultdict[tuple[str, int], list[Act]](list)
    for act in acts:
        together[act.stage.world.connect_name, act.stage.shift_ms].append(act)
    list(pool.map(_take, together.values()))


def _take(acts: Sequence[Act]) -> None:
    stage = acts[0].stage
    by_mirror = {name: act for act in acts for name in act.stage.mirrors}
    for name, seen in stage.world.take(*by_mirror, shift_ms=stage.shift_ms).items():
        act = by_mirror[name]
        if name == act.stage.mirror.name:
            act.hear(seen)
        else:
            act.stage.beside[name] = seen


def _where(error: AssertionError) -> str:
    """The line of the story at which it failed."""
    lines = traceback.extract_tb(error.__traceback__)
    told = [one for one in lines if "/stories/" in one.filename]
    return f"\n  at {told[-1].name}: {told[-1].line}" if told else ""
