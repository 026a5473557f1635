"""Creates a mirror: clusters looked up, the source asked, the rules checked, the record written."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from aws_lambda_powertools import Logger
from pydantic import TypeAdapter

from mirroring import audit
from mirroring.contract.preview import WarningAnswer
from mirroring.contract.requests import MirrorRequest
from mirroring.errors import (
    ClustersMoved,
    Conflict,
    IdempotencyMismatch,
    MirrorExists,
    MirrorNotFound,
    NotFound,
    OutcomeUnknown,
    ProblemError,
    Unavailable,
    UnknownCluster,
)
from mirroring.managing import idempotency
from mirroring.managing.advice import advice
from mirroring.managing.fleet_rules import patient
from mirroring.managing.proposal import Proposal, propose
from mirroring.managing.requested_clusters import places
from mirroring.mirror import Mirror
from mirroring.observation import Change
from mirroring.reconciling import reconcile
from mirroring.reconciling.reconcile import Reconciler
from mirroring.storing import cluster_secrets, idempotency_keys, mirror_store, registry
from mirroring.storing.cluster_secrets import ClusterSecrets
from mirroring.storing.idempotency_keys import Claim, IdempotencyKeys, mismatch, new_suffix
from mirroring.storing.items import MIRROR, secret_path
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.registry import Registry

ATTEMPTS = 5
# A look asks Kafka, for seconds where it is far away, and API Gateway gives up after 30.
LOOKS = 2
_WARNINGS = TypeAdapter(tuple[WarningAnswer, ...])
logger = Logger()


@dataclass(frozen=True)
class Created:
    """A new mirror, and what was worth knowing of it when it was made."""

    mirror: Mirror
    warnings: tuple[WarningAnswer, ...] = ()


@dataclass(frozen=True)
class Creator:
    """What it takes to create a mirror."""

    store: MirrorStore
    registry: Registry
    secrets: ClusterSecrets
    reconciler: Reconciler
    once: IdempotencyKeys

    def create(
        self, request: MirrorRequest, by: str | None, now: datetime, key: str | None = None
    ) -> Created:
        """The mirror, written and begun; what Connect could not do yet is left to reconcile.

        With an idempotency key that was used it is the mirror of that time: raises InProgress,
        IdempotencyMismatch, and MirrorNotFound for one that was removed since. Raises BadRequest,
        Unprocessable, Conflict and Unavailable; then nothing was created, and the key is free.
        Raises OutcomeUnknown where the answer to the write was lost: a repeat finds it.
        """
        with patient():
            return self._created(request, by, now, key)

    def _created(
        self, request: MirrorRequest, by: str | None, now: datetime, key: str | None
    ) -> Created:
        if key is None:
            return self._create(request, by, now, Claim(new_suffix()), None)
        name = idempotency.name(key, by)
        claim = self.once.claim(name, idempotency.digest(request), now)
        if claim.mirror is not None:
            mirror = self.store.mirror(claim.mirror)
            self._must_hold(request, mirror)
            return Created(mirror, _said(claim))
        try:
            created = self._create(request, by, now, claim, name)
        except (OutcomeUnknown, IdempotencyMismatch):
            raise
        except ProblemError:
            self.once.free(name, claim)
            raise
        self.once.used(name, claim, created.mirror.name)
        return created

    def _create(
        self,
        request: MirrorRequest,
        by: str | None,
        now: datetime,
        claim: Claim,
        key: str | None,
    ) -> Created:
        """Looked up and checked again where a cluster is registered anew meanwhile.

        What is worth knowing is noted before it is written: who takes over says it, too.
        """
        for _ in range(LOOKS):
            found = places(request, self.registry)
            name = f"{found.alias(request.source_cluster)}.{found.target.name}.{claim.suffix}"
            if claim.again and (written := self._written(name)):
                self._must_hold(request, written)
                return Created(written, _said(claim))
            proposal = propose(request, found, claim.suffix, self.reconciler.connections, now)
            mirror = proposal.mirror
            warnings = advice(proposal, self.store.fleet().mirrors)
            if key is not None:
                self.once.answers(key, claim, _WARNINGS.dump_json(warnings).decode())
            try:
                with self._secret(request, mirror):
                    self._write(proposal, audit.written(None, mirror, by, now))
            except ClustersMoved:
                continue
            logger.info("mirror created", mirror=mirror.name, by=by)
            self.reconciler.apply(mirror)
            return Created(mirror, warnings)
        raise Conflict("The clusters keep being registered anew at this moment: try again.")

    def _written(self, name: str) -> Mirror | None:
        try:
            return self.store.mirror(name)
        except MirrorNotFound:
            return None

    def _write(self, proposal: Proposal, change: Change) -> None:
        """Checked against the fleet as it is when it is written, so that of two only one wins."""
        for _ in range(ATTEMPTS):
            fleet = self.store.fleet()
            for refused in proposal.refusals(fleet.mirrors):
                raise refused
            try:
                return self.store.create(
                    proposal.mirror, fleet.revision, change, proposal.found.all()
                )
            except (MirrorExists, MirrorNotFound, ClustersMoved):
                raise
            except NotFound as gone:
                raise UnknownCluster(
                    f"The mirror cannot be made like this: {gone.detail}."
                ) from gone
            except Unavailable as lost:
                return self._find_out(proposal.mirror, lost)
            except Conflict:
                continue
        raise Conflict("The mirrors keep changing at this moment: try again.")

    def _find_out(self, mirror: Mirror, lost: Unavailable) -> None:
        """Whether a write whose answer was lost was done all the same; raises OutcomeUnknown."""
        try:
            self.store.mirror(mirror.name)
        except (MirrorNotFound, Unavailable):
            raise OutcomeUnknown(lost.detail) from lost

    def _must_hold(self, request: MirrorRequest, mirror: Mirror) -> None:
        """Raises IdempotencyMismatch where the mirror has other connection properties.

        They are in no digest: what is kept of a body must not let its secrets be guessed.
        """
        external = request.source_cluster.external_cluster
        held = self.secrets.vault.mirror_properties(mirror.name)
        if external is not None and external.source_connection_properties != held:
            raise mismatch()

    @contextmanager
    def _secret(self, request: MirrorRequest, mirror: Mirror) -> Iterator[None]:
        """An external source's properties are kept before the record that needs them.

        They go again where the record was surely not written; else reconcile looks for it.
        """
        external = request.source_cluster.external_cluster
        if external is None:
            yield
            return
        path = secret_path(MIRROR, mirror.name)
        self.secrets.leftovers.note(path, mirror.created_at)
        self.secrets.vault.put_mirror_properties(mirror.name, external.source_connection_properties)
        try:
            yield
        except OutcomeUnknown:
            raise
        except ProblemError:
            self.secrets.remove(path)
            raise


@cache
def creator() -> Creator:
    """The creator in the tables that the environment names."""
    return Creator(
        mirror_store.mirror_store(),
        registry.registry(),
        cluster_secrets.cluster_secrets(),
        reconcile.reconciler(),
        idempotency_keys.idempotency_keys(),
    )


def _said(claim: Claim) -> tuple[WarningAnswer, ...]:
    """What was worth knowing when a mirror was made, or was about to be."""
    return _WARNINGS.validate_json(claim.answered or "[]")
