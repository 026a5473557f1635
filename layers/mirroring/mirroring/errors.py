"""The named errors, each with the HTTP status and problem type it is answered with (RFC 9457)."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import ClassVar

from mirroring.schema import Schema


class FieldError(Schema):
    """One field of a request and what is wrong with it."""

    field: str
    message: str


class ProblemError(Exception):
    """Something a caller must be told: `detail` says what to do, `errors` which field is meant."""

    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR
    slug: ClassVar[str] = "internal-error"
    title: ClassVar[str] = "Something went wrong on our side"
    retry_after_s: ClassVar[int | None] = None

    def __init__(self, detail: str, *errors: FieldError) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors: Sequence[FieldError] = errors


class BadRequest(ProblemError):
    status = HTTPStatus.BAD_REQUEST
    slug = "bad-request"
    title = "The request cannot be read"


class TooLarge(ProblemError):
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    slug = "body-too-large"
    title = "The body is above 1 MB"


class NotFound(ProblemError):
    status = HTTPStatus.NOT_FOUND
    slug = "not-found"
    title = "There is nothing here"


class MirrorNotFound(NotFound):
    slug = "mirror-not-found"
    title = "There is no such mirror"


class TopicNotFound(NotFound):
    slug = "topic-not-found"
    title = "The mirror has no such topic"


class ClusterNotFound(NotFound):
    slug = "cluster-not-found"
    title = "There is no such Kafka cluster"


class ConnectClusterNotFound(NotFound):
    slug = "connect-cluster-not-found"
    title = "There is no such Connect cluster"


class Conflict(ProblemError):
    status = HTTPStatus.CONFLICT
    slug = "conflict"
    title = "Another change is in the way"
    retry_after_s: ClassVar[int | None] = 1


class ClustersMoved(Conflict):
    """Of Conflict's type: a cluster is not what was checked any more, so all is checked anew."""


class BeingRemoved(Conflict):
    """Of Conflict's type, but trying again does not help."""

    retry_after_s = None


class ClusterInUse(Conflict):
    slug = "cluster-in-use"
    title = "The Kafka cluster is in use"
    retry_after_s = None


class ConnectClusterInUse(Conflict):
    slug = "connect-cluster-in-use"
    title = "The Connect cluster is in use"
    retry_after_s = None


class ConnectOtherGroup(Conflict):
    slug = "connect-other-group"
    title = "These workers do not run the mirrors of the Connect cluster"
    retry_after_s = None


class MirrorExists(Conflict):
    slug = "mirror-exists"
    title = "This mirror exists already"
    retry_after_s = None


class MirrorOverlaps(Conflict):
    slug = "mirror-overlaps"
    title = "Another mirror writes one of these topics to the same place"
    retry_after_s = None


class MirrorHeld(Conflict):
    slug = "mirror-held"
    title = "The mirror is paused or stopped"
    retry_after_s = None


class InProgress(Conflict):
    slug = "in-progress"
    title = "The first request with this Idempotency-Key is still running"
    retry_after_s = 2


class IdempotencyMismatch(Conflict):
    slug = "idempotency-mismatch"
    title = "This Idempotency-Key was used with another body"
    retry_after_s = None


class VersionMoved(ProblemError):
    status = HTTPStatus.PRECONDITION_FAILED
    slug = "version-moved"
    title = "It changed since that version"


class Unprocessable(ProblemError):
    """A request that reads well and cannot be done: it names each wrong field, and why."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    slug = "invalid-mirror"
    title = "The mirror cannot be made like this"


class UnknownCluster(Unprocessable):
    slug = "unknown-cluster"
    title = "No cluster is registered under this name"


class MirrorLoop(Unprocessable):
    slug = "mirror-loop"
    title = "The mirror's copies would come round and be copied again"


class AliasTaken(Unprocessable):
    slug = "alias-taken"
    title = "The alias belongs to another source of this target"


class StopUnsupported(Unprocessable):
    slug = "stop-unsupported"
    title = "This Kafka Connect cannot stop a connector"


class UnsupportedProperty(Unprocessable):
    slug = "unsupported-property"
    title = "A connection property cannot be honoured"


class HostNotAllowed(Unprocessable):
    slug = "host-not-allowed"
    title = "Lockstep does not connect there"


class ClusterUnreachable(Unprocessable):
    slug = "cluster-unreachable"
    title = "The Kafka cluster does not answer"


class ClusterUnauthorized(Unprocessable):
    slug = "cluster-unauthorized"
    title = "The Kafka cluster refuses these credentials"


class ConnectUnreachable(Unprocessable):
    slug = "connect-unreachable"
    title = "Kafka Connect does not answer"


class ConnectWrongCluster(Unprocessable):
    slug = "connect-wrong-cluster"
    title = "Kafka Connect writes to another Kafka cluster"


class ConnectNoMirrorMaker(Unprocessable):
    slug = "connect-no-mirror-maker"
    title = "Kafka Connect has no MirrorMaker 2"


class LaterVersion(ProblemError):
    """What is stored says words that this version does not know; no caller is told so."""


class Unavailable(ProblemError):
    """An outside system that a write needs is away: nothing was lost, the call can be repeated."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    slug = "unavailable"
    title = "A system that this needs does not answer"
    retry_after_s = 10


class OutcomeUnknown(Unavailable):
    """Of Unavailable's type: the answer to a write was lost, and it may have been done."""


class ConnectUnavailable(Unavailable):
    """Kafka Connect is away; no type of its own, as no caller is told so.

    What was asked for is left to reconcile; a registration is refused as ConnectUnreachable.
    """


class KafkaUnavailable(Unavailable):
    slug = "kafka-unavailable"
    title = "Kafka does not answer now"
