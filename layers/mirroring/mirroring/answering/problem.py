"""A named error as the world sees it: RFC 9457's problem+json."""

from collections.abc import Sequence

from mirroring.errors import FieldError, ProblemError
from mirroring.schema import Schema

MEDIA_TYPE = "application/problem+json"


class Problem(Schema):
    """The body of every answer that is not 2xx; `type` is stable, `detail` says what to do."""

    type: str
    title: str
    status: int
    detail: str
    errors: Sequence[FieldError] | None = None


def problem(error: ProblemError) -> Problem:
    """The problem that a named error is answered with."""
    return Problem(
        type=f"/problems/{error.slug}",
        title=error.title,
        status=int(error.status),
        detail=error.detail,
        errors=tuple(error.errors) or None,
    )
