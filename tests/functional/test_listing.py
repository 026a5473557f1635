"""Pages of mirrors, joined with what was seen of them and done for them."""

import pytest
from mirroring.answering import listing
from mirroring.answering.listing import Listed
from mirroring.errors import BadRequest
from mirroring.observation import Status
from mirroring.reconciled import Reconciled
from mirroring.storing.observed import Outcome, State
from mirroring.storing.registry import Registry
from mirroring.storing.samples import Samples
from mirroring.storing.store import Store

from tests.given import a_connect_cluster, a_mirror, a_write, an_observation

NAMES = [f"m{number:02d}" for number in range(24)]


@pytest.fixture(autouse=True)
def many(
    registered: None,
    clusters: Registry,
    mirrors: Store,
    taken: Samples,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """24 mirrors; every third on another Connect cluster, every fourth out of sync."""
    monkeypatch.setattr(listing, "JOINED", 10)
    clusters.put_connect_cluster(a_connect_cluster("another"))
    begin = mirrors.fleet().revision
    for number, name in enumerate(NAMES):
        where = "us-connect" if number % 3 else "another"
        mirror = a_mirror(name, connect_cluster=where)
        mirrors.create(mirror, begin + number, a_write(mirror=name))
        status = Status.IN_SYNC if number % 4 else Status.OUT_OF_SYNC
        if name != "m23":
            seen = an_observation(mirror=name, status=status)
            assert taken.record(State(), Outcome(seen, b""))


def is_out_of_sync(row: Listed) -> bool:
    """What a person asks for with `?status=OUT_OF_SYNC`."""
    return row.summary is not None and row.summary.status is Status.OUT_OF_SYNC


def walk(mirrors: Store, taken: Samples, limit: int, **filters: object) -> list[list[str]]:
    """The names of every page, following its token."""
    pages, token = [], None
    while True:
        page = listing.page(mirrors, taken, limit, token, **filters)  # type: ignore[arg-type]  # a test's shorthand
        pages.append([row.mirror.name for row in page.items])
        token = page.next_token
        if token is None:
            return pages


def test_pages_are_full_and_leave_nothing_out(mirrors: Store, taken: Samples) -> None:
    for limit in (1, 7, 12, 23, 24, 25, 200):
        pages = walk(mirrors, taken, limit)

        assert [name for page in pages for name in page] == NAMES
        assert {len(page) for page in pages[:-1]} <= {limit}
        assert pages[-1]


def test_pages_of_a_filter_are_full_and_leave_nothing_out(mirrors: Store, taken: Samples) -> None:
    for limit in (1, 5, 6, 8, 200):
        of_status = walk(mirrors, taken, limit, wanted=is_out_of_sync)
        of_cluster = walk(mirrors, taken, limit, connect_cluster="another")

        assert [name for page in of_status for name in page] == NAMES[::4]
        assert [name for page in of_cluster for name in page] == NAMES[::3]
        assert {len(page) for page in (*of_status[:-1], *of_cluster[:-1])} <= {limit}


def test_a_row_has_all_that_a_list_says(mirrors: Store, taken: Samples) -> None:
    done = Reconciled(mirror="m22", refused="Unclosed group")
    mirrors.put_reconciled(done)

    *_, known, fresh = listing.page(mirrors, taken, 200).items

    assert known.mirror == mirrors.mirror("m22")
    assert known.summary == taken.summaries(["m22"])["m22"]
    assert known.reconciled == done
    assert fresh == Listed(mirrors.mirror("m23"), None, Reconciled(mirror="m23"))


def test_a_wrong_token_is_refused_by_name(mirrors: Store, taken: Samples) -> None:
    with pytest.raises(BadRequest) as refused:
        listing.page(mirrors, taken, 10, "bm8")

    assert [one.field for one in refused.value.errors] == ["nextToken"]


def test_nothing_is_an_empty_page(mirrors: Store, taken: Samples) -> None:
    page = listing.page(mirrors, taken, 10, connect_cluster="nobody")

    assert (page.items, page.next_token) == ([], None)
