"""What people do to a mirror that is there: written, asked of Connect once, then reconciled."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from mirroring.cluster import ConnectCluster
from mirroring.connections import Connections, place
from mirroring.contract.mirrors import Effect
from mirroring.contract.requests import MirrorChange
from mirroring.errors import (
    BadRequest,
    ClusterUnreachable,
    ConnectUnavailable,
    FieldError,
    KafkaUnavailable,
    MirrorHeld,
    StopUnsupported,
    Unprocessable,
)
from mirroring.kafka_connect.version import STOPS, supports
from mirroring.managing import source
from mirroring.managing.fleet_rules import changed, patient
from mirroring.managing.request_rules import change_problems, require
from mirroring.managing.versions import Write, rewrite
from mirroring.mirror import Ask, Asked, Intent, Mirror
from mirroring.reason_table import LASTING
from mirroring.reconciling import reconcile
from mirroring.reconciling.reconcile import Reconciler
from mirroring.selection import matching
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.observations import Observations

FIRST_TRY_S = 5.0
VERSION_S = 3.0
# A quarter of a megabyte each, with names of up to 249 characters.
TOPICS = 1_000
PATTERNS = {"topics_regex", "topics_exclude"}
RULED = {*PATTERNS, "sync_group_offsets"}
"""Fields that rules over the fleet are about."""


@dataclass(frozen=True)
class MirrorUpdates:
    """What it takes to change a mirror.

    Every method raises MirrorNotFound, VersionMoved, Unavailable, Conflict and BeingRemoved; then
    nothing was changed.
    """

    store: MirrorStore
    samples: Observations
    connections: Connections
    reconciler: Reconciler

    def change(self, name: str, change: MirrorChange, write: Write) -> tuple[Mirror, Effect]:
        """The changed mirror, and which topics it mirrors more or less for it.

        Other topics, and syncing group offsets, are checked as a new mirror's are: raises
        Unprocessable, MirrorExists, MirrorOverlaps, ClusterUnauthorized.
        """
        with patient():
            return self._changed(name, change, write)

    def _changed(self, name: str, change: MirrorChange, write: Write) -> tuple[Mirror, Effect]:
        require(change_problems(change))
        given = change.given()
        if not given.keys() & RULED:
            return self._applied(rewrite(self.store, name, given, write)), Effect()
        patterns = bool(given.keys() & PATTERNS)
        topics = self._topics(self.store.mirror(name)) if patterns else ()
        effects = [Effect()]

        def check(before: Mirror, after: Mirror) -> int:
            fleet = self.store.fleet()
            for refused in changed(before, after, topics, fleet.mirrors):
                raise refused
            effects.append(_effect(before, after, topics))
            return fleet.revision

        mirror = rewrite(self.store, name, given, write, check)
        return self._applied(mirror), effects[-1]

    def hold(self, name: str, intent: Intent, write: Write) -> Mirror:
        """The mirror paused or stopped; raises StopUnsupported where Connect cannot stop it.

        It is not paused instead: a pause keeps the tasks, and their connections to the source.
        """

        def check(before: Mirror, _: Mirror) -> None:
            cluster = self.connections.registry.connect_cluster(before.connect_cluster)
            if intent is Intent.STOPPED and not self._stops(cluster):
                raise StopUnsupported(
                    f"{cluster.name} runs Kafka Connect {cluster.version}, and stopping came with "
                    f"3.5: pause the mirror instead (POST /mirrors/{name}/pause), or upgrade the "
                    "workers."
                )

        return self._applied(rewrite(self.store, name, {"intent": intent}, write, check))

    def _stops(self, cluster: ConnectCluster) -> bool:
        """Whether its workers can stop a connector; as registered where none of them answers."""
        connect = self.connections.connect(cluster).within(VERSION_S)
        try:
            return supports(STOPS, cluster.version, connect)
        except ConnectUnavailable:
            return False

    def resume(self, name: str, write: Write) -> Mirror:
        """The mirror running again, whoever had paused or stopped its connectors."""
        asked = Asked(ask=Ask.RESUME, at=write.at)
        fields = {"intent": Intent.RUNNING, "resumed": asked}
        return self._applied(rewrite(self.store, name, fields, write))

    def restart(self, name: str, only_failed: bool, write: Write) -> Mirror:
        """The mirror, its connectors restarted; raises MirrorHeld for one that should not run."""

        def check(before: Mirror, _: Mirror) -> None:
            if before.intent is not Intent.RUNNING:
                raise MirrorHeld(f"{name} is {before.intent.lower()}: resume it instead.")

        asked = Asked(ask=Ask.RESTART, only_failed=only_failed, at=write.at)
        return self._applied(rewrite(self.store, name, {"asked": asked}, write, check))

    def acknowledge(self, name: str, up_to: datetime | None, write: Write) -> Mirror:
        """The mirror, whose findings of loss and reset until `up_to` (None: now) were seen.

        What comes after what the person looked at still counts. Raises BadRequest for the future.
        """
        if up_to is not None and up_to > write.at:
            words = "is in the future: nobody can have seen what comes until then"
            raise BadRequest(f"upTo {words}.", FieldError(field="upTo", message=words))

        def seen(mirror: Mirror) -> Mapping[str, object]:
            before, until = mirror.acknowledged, up_to or write.at
            if up_to is None and not self._unseen(name, before):
                return {}
            return {"acknowledged": max(until, before or until)}

        return rewrite(self.store, name, seen, write)

    def _unseen(self, name: str, acknowledged: datetime | None) -> bool:
        """Whether the last sample tells of a lasting finding that nobody acknowledged."""
        seen = self.samples.observation(name)
        found = [one.since for one in (seen.reasons if seen else ()) if one.code in LASTING]
        return any(acknowledged is None or one > acknowledged for one in found)

    def _applied(self, mirror: Mirror) -> Mirror:
        self.reconciler.apply(mirror, FIRST_TRY_S)
        return mirror

    def _topics(self, mirror: Mirror) -> Collection[str]:
        """The source's topics as they are now; its cluster must be the one that is mirrored."""
        alias = mirror.source.alias
        try:
            seen = source.source(*place(self.connections.source(mirror)))
        except ClusterUnreachable as error:
            raise KafkaUnavailable(f"{alias}: {error.detail}") from error
        if seen.cluster_id != mirror.source.cluster_id:
            raise Unprocessable(
                f"{alias} was cluster {mirror.source.cluster_id} when the mirror was created, and "
                f"{seen.cluster_id} answers there now: create another mirror."
            )
        return seen.topics


@cache
def mirror_updates() -> MirrorUpdates:
    """The changer of what the environment names."""
    made = reconcile.reconciler()
    return MirrorUpdates(made.store, made.mirrors.samples, made.connections, made)


def _effect(before: Mirror, after: Mirror, topics: Collection[str]) -> Effect:
    """What the source's topics of today become: the first of each by name, and how many."""
    old, new = set(matching(before, topics)), set(matching(after, topics))
    added, removed = sorted(new - old), sorted(old - new)
    return Effect(
        topics_added=tuple(added[:TOPICS]),
        topics_added_total=len(added),
        topics_removed=tuple(removed[:TOPICS]),
        topics_removed_total=len(removed),
    )
