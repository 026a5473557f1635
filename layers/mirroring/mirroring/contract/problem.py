"""A named error as the world sees it: RFC 9457's problem+json."""

from collections.abc import Sequence

from mirroring.errors import FieldError, ProblemError
from mirroring.schema import Schema

MEDIA_TYPE = "application/problem+json"


class Problem(Schema):
    """The body of every answer that is not 2xx; `type` is stable, `detail` says what to do.

    `instance` is the request's id, under which the logs tell of it.
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: Sequence[FieldError] | None = None


def problem(error: ProblemError, instance: str) -> Problem:
    """The problem that a named error is answered with, for the request with this id."""
    return Problem(
        type=f"/problems/{error.slug}",
        title=error.title,
        status=int(error.status),
        detail=error.detail,
        instance=instance,
        errors=tuple(error.errors) or None,
    )
