"""Makes Kafka Connect be as the mirrors table says: creations, deletions, repairs.

What is desired is in the table, so whatever cannot be done now is done by a later run.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from mirroring import bounded, connections
from mirroring.cluster import KafkaCluster
from mirroring.connections import Connections
from mirroring.errors import ProblemError
from mirroring.kafka_connect.connector_info import ConnectorInfo, workers
from mirroring.mirror import Intent, Mirror
from mirroring.reconciling import orphans, rounds
from mirroring.reconciling.mirror_reconciler import ConnectTarget, MirrorReconciler
from mirroring.reconciling.orphans import Orphans
from mirroring.reconciling.plan import is_held
from mirroring.reconciling.removal import Removals
from mirroring.reconciling.rotation import CredentialRotation
from mirroring.reconciling.rounds import Outcome, Round
from mirroring.storing import cursors, history, mirror_store, observations, rotations
from mirroring.storing.cursors import Cursors
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.tombstones import Tombstone

# Each has threads of its own, so that none waits for another; a function may have 1,024.
CLUSTERS_AT_ONCE = 150
# Two calls that nobody answers, of 8 s each at most, and not the whole run for one mirror.
MIRROR_S = 12.0
# A tenth of a run: what is left over can wait for the next one, a pause cannot.
SWEEP_S = 5.0
# What still runs when the time is over ends within a call to DynamoDB, or is left behind.
LAST_CALLS_S = 2.0
FIRST_TRY_S = 1.0
# Between two questions for a Connect cluster's version, which changes with an upgrade only.
VERSION_S = 600.0
NAMES_SHOWN = 5
# What an earlier version wrote is indexed in turn, a second of each run at most.
INDEXED = 100

logger = Logger()


class MirrorsFailedError(Exception):
    """Some mirrors met an error that no rule expects; the others had their turn."""


@dataclass(frozen=True, slots=True)
class Share:
    """What a run has to do at one Connect cluster, beginning after `cursor`."""

    mirrors: Sequence[Mirror]
    dead: Sequence[Tombstone]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Reconciler:
    """What it takes to make Kafka Connect be as desired.

    `stuck` remembers between runs which mirrors Connect did not answer for: they come with the
    others of their cluster then, not before them; `ask_version` when one is asked for its version.
    """

    store: MirrorStore
    cursors: Cursors
    mirrors: MirrorReconciler
    orphans: Orphans
    stuck: set[str] = field(default_factory=set)
    ask_version: dict[str, float] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic

    @property
    def connections(self) -> Connections:
        """What people registered, with its secrets."""
        return self.mirrors.connections

    def run(self, seconds: float) -> int:
        """Look after every mirror for at most `seconds`; how many are as desired.

        Connect clusters are looked after at once, so that one that is away costs no other; what
        did not get its turn begins the next run. Raises MirrorsFailedError when all others had
        their turn, and Unavailable when our own tables cannot be read.
        """
        until = self.clock() + seconds
        kafka = cache(self.connections.registry.cluster)
        stored = self.store.stored()
        failures: dict[str, BaseException] = {one.name: one.error for one in stored.unreadable}
        before = self.cursors.read()
        shares = self._shares(stored.mirrors, before)
        pool = ThreadPoolExecutor(CLUSTERS_AT_ONCE + 1)
        indexing = pool.submit(self._index, stored.unindexed[:INDEXED])
        futures = {
            name: pool.submit(self._cluster, name, share, kafka, until)
            for name, share in shares.items()
        }
        running: list[Future[Any]] = [indexing, *futures.values()]
        wait(running, until - self.clock() + LAST_CALLS_S)
        pool.shutdown(wait=False, cancel_futures=True)
        if indexing.done() and (error := indexing.exception()) is not None:
            failures["index of sources"] = error
        done = {name: self._ended(name, one, before.get(name)) for name, one in futures.items()}
        self._remember(before, done)
        for one in done.values():
            failures.update(one.failures)
        _raise(failures)
        return sum(one.settled for one in done.values())

    def apply(self, mirror: Mirror, seconds: float = FIRST_TRY_S) -> bool:
        """Try for at most `seconds` to make one mirror so, and leave the rest to the next run.

        True when Connect is as the mirror wants it; for a mirror that is being removed: when its
        connectors and its record are gone.
        """
        until = self.clock() + seconds
        try:
            kafka = self.connections.registry.cluster
            target = self._target(mirror.connect_cluster, kafka, until)
            return self.mirrors.reconcile(mirror, target)
        except ProblemError as error:
            _left(error, mirror=mirror.name)
            return False

    def _index(self, mirrors: Sequence[Mirror]) -> None:
        for mirror in mirrors:
            self.store.index(mirror)

    def _shares(self, mirrors: Sequence[Mirror], cursors: Mapping[str, str]) -> dict[str, Share]:
        """What is to do, by Connect cluster."""
        dead = self.orphans.due(datetime.now(UTC))
        fleet: dict[str, list[Mirror]] = {name: [] for name in dead}
        for mirror in mirrors:
            fleet.setdefault(mirror.connect_cluster, []).append(mirror)
        return {
            name: Share(some, dead.get(name, ()), cursors.get(name)) for name, some in fleet.items()
        }

    def _cluster(
        self, name: str, share: Share, kafka: Callable[[str], KafkaCluster], until: float
    ) -> Round:
        """What came of the mirrors of one Connect cluster; of none where it is away."""
        try:
            target = self._target(name, kafka, until)
            listed = target.connect.connectors()
            self._saw(target, workers(listed.values()))
        except ProblemError as error:
            _left(error, connect_cluster=name)
            return Round(cursor=share.cursor)
        self._sweep(name, target, share.dead, listed)
        by_name = {one.name: one for one in share.mirrors}
        urgent = {one.name for one in share.mirrors if is_urgent(one, listed)} - self.stuck
        return rounds.work(
            by_name,
            urgent,
            share.cursor,
            lambda one: self._mirror(by_name[one], target, listed),
            lambda: until - self.clock(),
        )

    def _saw(self, target: ConnectTarget, count: int | None) -> None:
        """Remember what shows of the workers, which are upgraded now and then."""
        name, now, version = target.cluster.name, self.clock(), target.cluster.version
        if now >= self.ask_version.get(name, now):
            self.ask_version[name] = now + VERSION_S
            version = target.connect.about().version
        self.connections.registry.saw(target.cluster, version, count)

    def _sweep(
        self,
        name: str,
        target: ConnectTarget,
        dead: Sequence[Tombstone],
        listed: Mapping[str, ConnectorInfo],
    ) -> None:
        """Remove what removed mirrors left; a connector that does not go holds up no mirror."""
        try:
            self.orphans.remove(target.connect.within(SWEEP_S), dead, listed)
        except ProblemError as error:
            _left(error, connect_cluster=name)

    def _mirror(
        self, mirror: Mirror, target: ConnectTarget, listed: Mapping[str, ConnectorInfo]
    ) -> Outcome:
        """One mirror, for as long as is fair to the others."""
        bounded = ConnectTarget(target.cluster, target.connect.within(MIRROR_S), target.kafka)
        try:
            settled = self.mirrors.reconcile(mirror, bounded, listed)
        except ProblemError as error:
            _left(error, mirror=mirror.name)
            return Outcome.STUCK
        return Outcome.SETTLED if settled else Outcome.WAITING

    def _target(
        self, name: str, kafka: Callable[[str], KafkaCluster], until: float
    ) -> ConnectTarget:
        cluster = self.connections.registry.connect_cluster(name)
        connect = self.connections.connect(cluster).within(until - self.clock())
        return ConnectTarget(cluster, connect, kafka)

    def _ended(self, name: str, run: "Future[Round]", cursor: str | None) -> Round:
        """What came of a Connect cluster; one that has not ended goes on where it had begun."""
        if not run.done() or run.cancelled():
            logger.warning("no end in time", connect_cluster=name)
            return Round(cursor=cursor)
        if (error := run.exception()) is not None:
            return Round(cursor=cursor, failures={name: error})
        return run.result()

    def _remember(self, before: Mapping[str, str], done: Mapping[str, Round]) -> None:
        """Where each Connect cluster's next run begins, and who was stuck in their last turn."""
        for one in done.values():
            self.stuck.difference_update(one.begun)
            self.stuck.update(one.stuck)
        after = {name: one.cursor for name, one in done.items() if one.cursor is not None}
        if after != before:
            self.cursors.write(after)


def is_urgent(mirror: Mirror, listed: Mapping[str, ConnectorInfo]) -> bool:
    """Whether a person wants it removed, paused or stopped, and Connect does not say so yet."""
    if mirror.intent is Intent.DELETED:
        return True
    return mirror.intent is not Intent.RUNNING and not is_held(mirror, listed)


@cache
def reconciler() -> Reconciler:
    """The reconciler of what the environment names."""
    mirrors, past = mirror_store.mirror_store(), history.history()
    renewals = CredentialRotation(mirrors, rotations.rotations(), past)
    places = connections.connections()
    removals = Removals(mirrors, past, places, renewals)
    one = MirrorReconciler(mirrors, observations.observations(), past, places, renewals, removals)
    return Reconciler(mirrors, cursors.cursors(), one, orphans.orphans())


def _raise(failures: Mapping[str, BaseException]) -> None:
    """Log each failure with its type; raises MirrorsFailedError when there is one."""
    for name, error in failures.items():
        logger.error("reconcile failed", of=name, error=type(error).__name__, exc_info=error)
    if failures:
        names = [f"{name}: {type(one).__name__}" for name, one in sorted(failures.items())]
        raise MirrorsFailedError(bounded.names(names, NAMES_SHOWN))


def _left(error: ProblemError, **whom: str) -> None:
    """Say what could not be done now."""
    logger.warning("left to the next run", extra={**whom, "because": error.detail})
