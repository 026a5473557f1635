"""Lists of mirrors: what was asked for, joined with what was seen and done, page by page."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from mirroring.api.filters import ALL, Filters
from mirroring.contract.mirrors import MirrorCounts
from mirroring.measuring.status_now import Known, standing
from mirroring.mirror import Mirror
from mirroring.observation import Status
from mirroring.reconciled import Reconciled
from mirroring.storing import dynamo
from mirroring.storing.dynamo import Page
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.observation_item import Summary
from mirroring.storing.observations import Observations

LISTING, COUNTING = "mirrors", "summary"
# As many as one BatchGetItem takes.
JOINED = 100
# What one call looks at: about 15 requests to DynamoDB one after another, some 200 ms.
EXAMINED = 500
# A summary is asked for by people who look at all: about 90 requests, well within the 10 s that
# the function has.
COUNTED = 4_000


@dataclass(frozen=True, slots=True)
class Listed:
    """A mirror in a list; `summary` is None before its first sample."""

    mirror: Mirror
    summary: Summary | None
    reconciled: Reconciled

    def status(self, now: datetime | None) -> Status:
        """As it is answered at that time; None: as the last sample left it."""
        return standing(Known(self.mirror, self.summary, self.reconciled.refused, now)).status


def page(
    store: MirrorStore,
    samples: Observations,
    limit: int,
    token: str | None = None,
    filters: Filters = ALL,
    now: datetime | None = None,
) -> Page[Listed]:
    """Mirrors by name, of at most EXAMINED that are looked at: with filters a page may be short.

    Raises BadRequest for a token that is not of this list, Unavailable.
    """
    last = dynamo.after(token, LISTING)
    read_at_once = limit + 1 if filters == ALL else JOINED
    mirrors = islice(store.mirrors_after(last, read_at_once), EXAMINED + 1)
    if filters == ALL:
        named = dynamo.page(((one.name, one) for one in mirrors), limit, LISTING)
        return Page(list(_joined(store, samples, named.items)), named.next_token)
    rows: list[Listed] = []
    for count, (name, row) in enumerate(_examined(store, samples, mirrors, filters, now)):
        if count == EXAMINED or (row and len(rows) == limit):
            return Page(rows, last and dynamo.token_of(LISTING, last))
        rows += [row] if row else []
        last = name
    return Page(rows)


def counts(
    store: MirrorStore, samples: Observations, token: str | None = None, now: datetime | None = None
) -> MirrorCounts:
    """How many mirrors there are of each kind, of at most COUNTED after the token's."""
    after = dynamo.after(token, COUNTING)
    found = store.mirrors_after(after, COUNTED + 1)
    mirrors = dynamo.page(((one.name, one) for one in found), COUNTED, COUNTING)
    statuses: Counter[Status] = Counter()
    for some in _batches(iter(mirrors.items)):
        statuses.update(row.status(now) for row in _joined(store, samples, some))
    return MirrorCounts(
        total=len(mirrors.items),
        by_status=dict.fromkeys(Status, 0) | statuses,
        by_connect_cluster=dict(sorted(Counter(m.connect_cluster for m in mirrors.items).items())),
        next_token=mirrors.next_token,
    )


def _examined(
    store: MirrorStore,
    samples: Observations,
    mirrors: Iterator[Mirror],
    filters: Filters,
    now: datetime | None,
) -> Iterator[tuple[str, Listed | None]]:
    """Each mirror's name, with its row where it passes the filters."""
    for some in _batches(mirrors):
        joined = _joined(store, samples, [one for one in some if filters.takes(one)])
        rows = {row.mirror.name: row for row in joined if filters.takes_status(row.status(now))}
        yield from ((one.name, rows.get(one.name)) for one in some)


def _joined(
    store: MirrorStore, samples: Observations, mirrors: Sequence[Mirror]
) -> Iterator[Listed]:
    names = [one.name for one in mirrors]
    summaries = samples.summaries(names)
    done = store.reconciled_of(names)
    return (Listed(one, summaries.get(one.name), done[one.name]) for one in mirrors)


def _batches(mirrors: Iterator[Mirror]) -> Iterator[Sequence[Mirror]]:
    while some := list(islice(mirrors, JOINED)):
        yield some
