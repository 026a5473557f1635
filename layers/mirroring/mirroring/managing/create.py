"""Creates a mirror: clusters looked up, the source asked, the rules checked, the record written."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from aws_lambda_powertools import Logger

from mirroring.answering.requests import MirrorRequest
from mirroring.errors import (
    Conflict,
    MirrorExists,
    MirrorNotFound,
    NotFound,
    ProblemError,
    UnknownCluster,
)
from mirroring.managing import audit, idempotency, reconcile
from mirroring.managing.check import conflict, fleet_problems, request_problems, require
from mirroring.managing.places import Places, facts, places
from mirroring.managing.reconcile import Reconciler
from mirroring.managing.source import SourceFacts
from mirroring.mirror import Mirror, Source
from mirroring.observation import Change
from mirroring.storing import once, registry, store, vault
from mirroring.storing.once import Claim, Once, new_suffix
from mirroring.storing.registry import Registry
from mirroring.storing.store import Store
from mirroring.storing.vault import Vault

ATTEMPTS = 5
logger = Logger()


@dataclass(frozen=True)
class Creator:
    """What it takes to create a mirror."""

    store: Store
    registry: Registry
    vault: Vault
    reconciler: Reconciler
    once: Once

    def create(
        self, request: MirrorRequest, by: str | None, now: datetime, key: str | None = None
    ) -> Mirror:
        """The mirror, written and begun; what Connect could not do yet is left to reconcile.

        With an idempotency key that was used it is the mirror of that time: raises InProgress,
        IdempotencyMismatch, and MirrorNotFound for one that was removed since. Raises BadRequest,
        Unprocessable, Conflict and Unavailable; then nothing was created, and the key is free.
        """
        if key is None:
            return self._create(request, by, now, Claim(new_suffix()))
        name = idempotency.name(key, by)
        claim = self.once.claim(name, idempotency.digest(request), now)
        if claim.mirror is not None:
            return self.store.mirror(claim.mirror)
        try:
            mirror = self._create(request, by, now, claim)
        except ProblemError:
            self.once.free(name)
            raise
        self.once.used(name, mirror.name)
        return mirror

    def _create(
        self, request: MirrorRequest, by: str | None, now: datetime, claim: Claim
    ) -> Mirror:
        found = places(request, self.registry)
        alias = found.alias(request.source_cluster)
        name = f"{alias}.{found.target.name}.{claim.suffix}"
        if claim.again and (written := self._written(name)):
            return written
        require(request_problems(request, alias, found.source, found.target.name))
        seen = facts(request, found, self.vault)
        mirror = _mirror(request, found, name, alias, seen, now)
        with self._secret(request, mirror):
            self._write(mirror, seen, audit.written(None, mirror, by, now))
        logger.info("mirror created", mirror=mirror.name, by=by)
        self.reconciler.apply(mirror)
        return mirror

    def _written(self, name: str) -> Mirror | None:
        try:
            return self.store.mirror(name)
        except MirrorNotFound:
            return None

    def _write(self, mirror: Mirror, seen: SourceFacts, change: Change) -> None:
        """Checked against the fleet as it is when it is written, so that of two only one wins."""
        for _ in range(ATTEMPTS):
            fleet = self.store.fleet()
            require(fleet_problems(mirror, seen.topics, fleet.mirrors))
            if (found := conflict(mirror, seen.topics, fleet.mirrors)) is not None:
                raise found
            try:
                return self.store.create(mirror, fleet.revision, change)
            except NotFound as gone:
                raise UnknownCluster(
                    f"The mirror cannot be made like this: {gone.detail}."
                ) from gone
            except MirrorExists:
                raise
            except Conflict:
                continue
        raise Conflict("The mirrors keep changing at this moment: try again.")

    @contextmanager
    def _secret(self, request: MirrorRequest, mirror: Mirror) -> Iterator[None]:
        """An external source's properties are kept before the record that needs them."""
        external = request.source_cluster.external_cluster
        if external is None:
            yield
            return
        self.vault.put_mirror_properties(mirror.name, external.source_connection_properties)
        written = False
        try:
            yield
            written = True
        finally:
            if not written:
                self.vault.delete_mirror_properties(mirror.name)


@cache
def opened() -> Creator:
    """The creator in the tables that the environment names."""
    return Creator(
        store.opened(), registry.opened(), vault.opened(), reconcile.opened(), once.opened()
    )


def _mirror(
    request: MirrorRequest,
    found: Places,
    name: str,
    alias: str,
    seen: SourceFacts,
    now: datetime,
) -> Mirror:
    managed = request.source_cluster.managed_cluster
    return Mirror(
        name=name,
        connect_cluster=found.connect.name,
        source=Source(
            alias=alias,
            managed=found.source.name if found.source else None,
            use_private_ips=bool(managed and managed.use_private_ips),
            cluster_id=seen.cluster_id,
        ),
        target_cluster=found.target.name,
        target_cluster_id=found.target.cluster_id,
        rename_mirrored_topics=request.rename_mirrored_topics,
        topics_regex=request.topics_regex,
        topics_exclude=request.topics_exclude,
        max_tasks=found.connect.workers if request.max_tasks is None else request.max_tasks,
        start_from=request.start_from,
        sync_group_offsets=request.sync_group_offsets,
        groups_regex=request.groups_regex,
        target_latency=request.target_latency,
        description=request.description,
        tags=request.tags,
        created_at=now,
        updated_at=now,
    )
