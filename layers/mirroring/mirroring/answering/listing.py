"""Lists of mirrors: what was asked for, joined with what was seen and done, page by page."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from mirroring.mirror import Mirror
from mirroring.reconciled import Reconciled
from mirroring.storing import dynamo
from mirroring.storing.dynamo import Page
from mirroring.storing.observed import Summary
from mirroring.storing.samples import Samples
from mirroring.storing.store import Store

LISTING = "mirrors"
JOINED = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """A mirror in a list; `summary` is None before its first sample."""

    mirror: Mirror
    summary: Summary | None
    reconciled: Reconciled


def page(
    store: Store,
    samples: Samples,
    limit: int,
    token: str | None = None,
    connect_cluster: str | None = None,
    wanted: Callable[[Listed], bool] | None = None,
) -> Page[Listed]:
    """Mirrors by name; raises BadRequest for a token that is not of this list, Unavailable."""
    start = dynamo.after(token, LISTING)
    mirrors = (
        one
        for one in store.mirrors_after(start, limit + 1)
        if connect_cluster in (None, one.connect_cluster)
    )
    if wanted is None:
        named = dynamo.page(((one.name, one) for one in mirrors), limit, LISTING)
        return Page(list(_joined(store, samples, named.items)), named.next_token)
    rows = chain.from_iterable(_joined(store, samples, some) for some in _batches(mirrors))
    return dynamo.page(((one.mirror.name, one) for one in rows if wanted(one)), limit, LISTING)


def _joined(store: Store, samples: Samples, mirrors: Sequence[Mirror]) -> Iterator[Listed]:
    names = [one.name for one in mirrors]
    summaries = samples.summaries(names)
    done = store.reconciled_of(names)
    return (Listed(one, summaries.get(one.name), done[one.name]) for one in mirrors)


def _batches(mirrors: Iterator[Mirror]) -> Iterator[Sequence[Mirror]]:
    while some := list(islice(mirrors, JOINED)):
        yield some
