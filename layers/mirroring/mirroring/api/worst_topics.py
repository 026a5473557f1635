"""A mirror's topics with the worst first, since people look at thousands of them for those."""

from collections.abc import Sequence

from mirroring.api.paging import LARGEST, fits
from mirroring.observation import MirroredTopic, TopicState
from mirroring.storing import dynamo
from mirroring.storing.dynamo import Page

# Some 250 bytes each, and names of up to 249 characters twice.
SHOWN = 500


def shown(mirror: str, topics: Sequence[MirroredTopic], most: int = LARGEST) -> Page[MirroredTopic]:
    """All topics as they are stored, by name, or of more than SHOWN or `most` bytes the worst."""
    some = page(mirror, topics, SHOWN) if len(topics) > SHOWN else Page(list(topics))
    count, _ = fits(some.items, most)
    return some if count == len(some.items) else page(mirror, topics, max(1, count))


def page(
    mirror: str, topics: Sequence[MirroredTopic], limit: int, token: str | None = None
) -> Page[MirroredTopic]:
    """The next `limit`, worst first; raises BadRequest for a token that is not of this list.

    A token goes on after its topic, or after its place where the topic is gone: what became better
    or worse between two pages may be missed or come twice.
    """
    listing = f"topics {mirror}"
    order = sorted(topics, key=_badness)
    start = _start(dynamo.after(token, listing), order)
    rows = order[start : start + limit]
    end = start + len(rows)
    more = end < len(order) and rows
    return Page(rows, dynamo.token_of(listing, f"{end}:{rows[-1].name}") if more else None)


def _badness(topic: MirroredTopic) -> tuple[bool, bool, int, int, int, str]:
    """Stale before others, then by the age of what waits; unknown is worse than nothing waiting."""
    behind = topic.behind
    return (
        topic.state is not TopicState.STALE,
        behind == 0,
        -(behind or 0),
        -(topic.lag_records or 0),
        -(topic.max_latency or 0),
        topic.name,
    )


def _start(after: str | None, order: Sequence[MirroredTopic]) -> int:
    if after is None:
        return 0
    place, _, name = after.partition(":")
    found = (index for index, one in enumerate(order, 1) if one.name == name)
    return next(found, int(place))
