"""Makes one mirror's connectors in Kafka Connect be as it wants them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from mirroring.cluster import ConnectCluster, KafkaCluster
from mirroring.connections import Connections
from mirroring.errors import Conflict, LaterVersion, MirrorNotFound, ProblemError
from mirroring.kafka_connect.client import ConnectClient, NoTimeLeft
from mirroring.kafka_connect.connector_info import ConnectorInfo
from mirroring.kafka_connect.version import STOPS, supports
from mirroring.mirror import HOLDS, Asked, Failing, Intent, Mirror
from mirroring.reconciling.actions import HOLDING, Action, perform
from mirroring.reconciling.apply import ActionRunner
from mirroring.reconciling.desired import DesiredConnectors, desired_connectors
from mirroring.reconciling.plan import differing, is_healthy, plan, settled, to_hold
from mirroring.reconciling.removal import Removals
from mirroring.reconciling.rotation import Course, CredentialRotation
from mirroring.reconciling.situation import Situation
from mirroring.storing.history import History
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.observations import Observations

# What Connect did after it had failed to answer in time is missing in what we remember of it, so
# a young mirror is looked at closely even where nothing seems left to do.
YOUNG = timedelta(minutes=10)
# The API's first try and a run meet now and then; who meets somebody else for the third time
# leaves it to the next run.
ATTEMPTS = 3
LONGEST_WORDS = 500
_LATER = (
    "a later version of Lockstep stored {words}, which this one does not know and leaves as it is: "
    "deploy that version again."
)


@dataclass(frozen=True, slots=True)
class ConnectTarget:
    """A Connect cluster, its REST API within a time, and the Kafka clusters by name."""

    cluster: ConnectCluster
    connect: ConnectClient
    kafka: Callable[[str], KafkaCluster]


@dataclass(frozen=True, slots=True)
class MirrorReconciler:
    """What it takes to make one mirror's connectors be as desired.

    `given` remembers between runs which connections a mirror's connectors are known to have, and
    which requests of people are done.
    """

    store: MirrorStore
    samples: Observations
    history: History
    connections: Connections
    renewals: CredentialRotation
    removals: Removals
    given: dict[str, tuple[Mapping[str, str], Sequence[Asked]]] = field(default_factory=dict)

    def reconcile(
        self,
        mirror: Mirror,
        target: ConnectTarget,
        listed: Mapping[str, ConnectorInfo] | None = None,
    ) -> bool:
        """Do what a mirror needs; whether it is as desired then.

        `listed` are the connectors that Connect lists; without them it is a first try, right after
        a person's request, of what was asked for and no more. What could not be done is remembered
        with the reason, so that a reason tells of it when it lasts. Raises ProblemError.
        """
        try:
            return self._planned(mirror, target, listed)
        except (Conflict, NoTimeLeft):
            raise
        except ProblemError as error:
            self.given.pop(mirror.name, None)
            self._note(mirror, error.detail)
            raise

    def _planned(
        self, mirror: Mirror, target: ConnectTarget, listed: Mapping[str, ConnectorInfo] | None
    ) -> bool:
        """Plan and do, and plan anew where somebody else was faster."""
        for _ in range(ATTEMPTS):
            try:
                return self._reconcile(mirror, target, listed)
            except Conflict:
                listed = None if listed is None else {}
        raise Conflict(f"{mirror.name} is being looked after by somebody else.")

    def _reconcile(
        self, mirror: Mirror, target: ConnectTarget, listed: Mapping[str, ConnectorInfo] | None
    ) -> bool:
        """One try; `listed` is None right after a person's request.

        1. Remove a mirror that is to be removed, and touch none that a later version writes of.
        2. Pause or stop what should be held, before anything that may fail.
        3. Desired: its configurations, from what is registered and in the vault.
        4. Done, where Connect's list alone shows that nothing differs.
        5. Actual: its connectors as listed. One younger than a second is not, so it is asked for.
        6. Rotation: whether it is the mirror's turn to get new connections.
        7. Plan what to ask of Connect, and apply it.
        """
        if mirror.unknown_words:
            raise LaterVersion(_LATER.format(words=", ".join(mirror.unknown_words)))
        if mirror.intent is Intent.DELETED:
            return self.removals.finish(mirror, target.cluster, target.connect)
        mirror = _as_far_as_connect_can(mirror, target)
        held = self._hold(mirror, target, listed)
        desired = desired_connectors(mirror, target.cluster, target.kafka, self.connections.vault)
        now = datetime.now(UTC)
        if listed is not None and self._is_quiet(mirror, desired, listed, now):
            return True
        known = listed or {}
        found = {
            name: known.get(name) or target.connect.connector(name)
            for name in desired.configurations
        }
        actual = {name: info for name, info in found.items() if info is not None}
        if not self._is_latest(mirror):
            return False
        done = self.store.reconciled(mirror.name)
        seen = self.samples.observation(mirror.name) if done.applied else None
        situation = Situation(mirror, desired, actual, seen, done, now)
        course = self.renewals.course(situation, is_turn=listed is not None)
        situation = replace(situation, desired=course.desired, done=course.done)
        return self._apply(situation, course, target.connect, held, repairs=listed is not None)

    def _hold(
        self, mirror: Mirror, target: ConnectTarget, listed: Mapping[str, ConnectorInfo] | None
    ) -> Sequence[str]:
        """Pause or stop what runs, before anything that may fail: who was asked to.

        Neither a lost secret nor a worker that never answers another question keeps a mirror from
        being paused. In a first try nobody knows how the connectors are, so all are asked.
        """
        both = (mirror.source_connector, mirror.checkpoint_connector)
        names = to_hold(mirror, listed) if listed is not None else both
        if mirror.intent not in HOLDS or not names or not self._is_latest(mirror):
            return ()
        done = self.store.reconciled(mirror.name)
        self.store.amend_reconciled(
            done, lambda one: one.model_copy(update={"held": mirror.intent})
        )
        for name in names:
            perform(target.connect, Action(HOLDING[mirror.intent][0], name))
        return names

    def _apply(
        self,
        situation: Situation,
        course: Course,
        connect: ConnectClient,
        held: Sequence[str],
        *,
        repairs: bool,
    ) -> bool:
        """Do what is planned; whether Connect has taken what it was asked for."""
        actual, configs = situation.actual, situation.desired.configurations
        runner = ActionRunner(self.store, self.history, connect, situation)
        runner.adopt([n for n in actual if not differing(actual[n].config, configs[n])])
        actions = plan(replace(situation, done=runner.done), held=held, repairs=repairs)
        accepted = True
        if actions or (course.renews and runner.done.refused is None):
            accepted = runner.take(actions)
        else:
            runner.rest([n for n in actual if is_healthy(actual[n], configs[n])])
        self.given.pop(situation.mirror.name, None)
        if runner.done.is_at_rest() and not course.waits:
            self.given[situation.mirror.name] = runner.done.connections, situation.mirror.asks
        is_there = bool(actions) or len(actual) == len(configs)
        is_done = runner.done.refused is None and not runner.done.unanswered(situation.mirror)
        return accepted and is_there and is_done

    def _note(self, mirror: Mirror, words: str) -> None:
        """Remember since when a mirror's turn ends early, and why; of one that is gone nothing."""
        self.store.mirror(mirror.name)
        failing = Failing(since=datetime.now(UTC), words=words[:LONGEST_WORDS])
        done = self.store.reconciled(mirror.name)
        if done.failing is not None:
            failing = failing.model_copy(update={"since": done.failing.since})
        if done.failing != failing:
            self.store.amend_reconciled(
                done, lambda one: one.model_copy(update={"failing": failing})
            )

    def _is_quiet(
        self,
        mirror: Mirror,
        desired: DesiredConnectors,
        listed: Mapping[str, ConnectorInfo],
        now: datetime,
    ) -> bool:
        """Whether Connect's list alone shows that nothing is to be done."""
        is_given = self.given.get(mirror.name) == (desired.connections, mirror.asks)
        is_calm = now - mirror.updated_at > YOUNG
        return is_given and is_calm and settled(mirror, desired, listed)

    def _is_latest(self, mirror: Mirror) -> bool:
        """Whether nobody changed the mirror since it was read."""
        try:
            return self.store.mirror(mirror.name).version == mirror.version
        except MirrorNotFound:
            return False


def _as_far_as_connect_can(mirror: Mirror, target: ConnectTarget) -> Mirror:
    """The mirror, paused instead where it should be stopped and these workers cannot stop it."""
    if mirror.intent is not Intent.STOPPED:
        return mirror
    if supports(STOPS, target.cluster.version, target.connect):
        return mirror
    return mirror.model_copy(update={"intent": Intent.PAUSED})
