"""A long history in few points: the worst of each span of time. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby

from mirroring.observation import Point
from mirroring.worst import largest, worst_word

# A chart has about so many pixels, and 25 hours of samples are below it.
POINTS = 1_500
MINUTE = timedelta(minutes=1)


def thinned(
    points: Sequence[Point], each: timedelta | None = None
) -> tuple[Sequence[Point], timedelta | None]:
    """At most POINTS points, and how long a span each is the worst of; None for one a sample.

    Those given may be the worst of spans already, of as long as `each`.
    """
    if len(points) <= POINTS:
        return points, each
    whole = points[-1].at - points[0].at
    # Two spans more: the first and the last begin before and end after the points.
    span = MINUTE * -(-whole // (MINUTE * (POINTS - 2)))
    spans = groupby(points, key=lambda one: one.at.timestamp() // span.total_seconds())
    return [_worst(slot, span, list(some)) for slot, some in spans], span


def _worst(slot: float, span: timedelta, points: Sequence[Point]) -> Point:
    """The largest of each figure and the worst status, at the beginning of their span."""
    return Point(
        at=datetime.fromtimestamp(slot * span.total_seconds(), UTC),
        average=largest(one.average for one in points),
        max=largest(one.max for one in points),
        behind=largest(one.behind for one in points),
        lag_records=largest(one.lag_records for one in points),
        status=worst_word(one.status for one in points),
    )
