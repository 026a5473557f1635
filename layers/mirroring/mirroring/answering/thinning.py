"""A long history in few points: the worst of each span of time. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby

from mirroring.observation import Point, Status, TopicState

# A chart has about so many pixels, and 25 hours of samples are below it.
POINTS = 1_500
MINUTE = timedelta(minutes=1)
# Best first; a word of a later version is as good as the best.
ORDER: tuple[str, ...] = (
    TopicState.EMPTY,
    TopicState.ACTIVE,
    Status.IN_SYNC,
    Status.CREATING,
    Status.DELETING,
    Status.PAUSED,
    TopicState.PENDING,
    TopicState.INACTIVE,
    TopicState.STALE,
    Status.STALE_TOPIC,
    Status.UNKNOWN,
    Status.FAILED,
    Status.OUT_OF_SYNC,
)
BADNESS = {word: badness for badness, word in enumerate(ORDER)}


def thinned(points: Sequence[Point]) -> tuple[Sequence[Point], timedelta | None]:
    """At most POINTS points, and how long a span each is the worst of; None for one a sample."""
    if len(points) <= POINTS:
        return points, None
    whole = points[-1].at - points[0].at
    # Two spans more: the first and the last begin before and end after the points.
    span = MINUTE * -(-whole // (MINUTE * (POINTS - 2)))
    spans = groupby(points, key=lambda one: one.at.timestamp() // span.total_seconds())
    return [_worst(slot, span, list(some)) for slot, some in spans], span


def _worst(slot: float, span: timedelta, points: Sequence[Point]) -> Point:
    """The largest of each figure and the worst status, at the beginning of their span."""
    return Point(
        at=datetime.fromtimestamp(slot * span.total_seconds(), UTC),
        average=_largest([one.average for one in points]),
        max=_largest([one.max for one in points]),
        behind=_largest([one.behind for one in points]),
        lag_records=_largest([one.lag_records for one in points]),
        status=max((one.status for one in points), key=lambda word: BADNESS.get(word, 0)),
    )


def _largest(values: Sequence[int | None]) -> int | None:
    return max((one for one in values if one is not None), default=None)
