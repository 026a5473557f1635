"""Pages of mirrors, joined with what was seen of them and done for them."""

import pytest
from mirroring.api import listing
from mirroring.api.filters import ALL, Filters
from mirroring.api.listing import Listed
from mirroring.errors import BadRequest
from mirroring.observation import Status
from mirroring.reconciled import Reconciled
from mirroring.storing import mirror_store, observations
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.observation_item import Outcome, State
from mirroring.storing.observations import Observations
from mirroring.storing.registry import Registry

from tests.functional import aws
from tests.functional.conftest import SESSION
from tests.given import a_connect_cluster, a_mirror, a_write, an_observation

NAMES = [f"m{number:02d}" for number in range(24)]


@pytest.fixture(autouse=True)
def many(
    registered: None,
    clusters: Registry,
    mirrors: MirrorStore,
    taken: Observations,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """24 mirrors; every third on another Connect cluster, every fourth out of sync."""
    monkeypatch.setattr(listing, "JOINED", 10)
    clusters.put_connect_cluster(a_connect_cluster("another"))
    begin = mirrors.fleet().revision
    for number, name in enumerate(NAMES):
        where = "us-connect" if number % 3 else "another"
        tags = {"number": name} | ({"a:b": "c"} if not number else {})
        mirror = a_mirror(name, connect_cluster=where, tags=tags)
        mirrors.create(mirror, begin + number, a_write(mirror=name))
        status = Status.IN_SYNC if number % 4 else Status.OUT_OF_SYNC
        if name != "m23":
            seen = an_observation(mirror=name, status=status)
            assert taken.record(State(), Outcome(seen, b""))


OUT_OF_SYNC = Filters(statuses=frozenset({Status.OUT_OF_SYNC}))


def walk(
    mirrors: MirrorStore, taken: Observations, limit: int, filters: Filters = ALL
) -> list[list[str]]:
    """The names of every page, following its token."""
    pages, token = [], None
    while True:
        page = listing.page(mirrors, taken, limit, token, filters)
        pages.append([row.mirror.name for row in page.items])
        token = page.next_token
        if token is None:
            return pages


def test_pages_are_full_and_leave_nothing_out(mirrors: MirrorStore, taken: Observations) -> None:
    for limit in (1, 7, 12, 23, 24, 25, 200):
        pages = walk(mirrors, taken, limit)

        assert [name for page in pages for name in page] == NAMES
        assert {len(page) for page in pages[:-1]} <= {limit}
        assert pages[-1]


def test_pages_of_a_filter_are_full_and_leave_nothing_out(
    mirrors: MirrorStore, taken: Observations
) -> None:
    for limit in (1, 5, 6, 8, 200):
        of_status = walk(mirrors, taken, limit, OUT_OF_SYNC)
        of_cluster = walk(mirrors, taken, limit, Filters(connect_cluster="another"))

        assert [name for page in of_status for name in page] == NAMES[::4]
        assert [name for page in of_cluster for name in page] == NAMES[::3]
        assert {len(page) for page in (*of_status[:-1], *of_cluster[:-1])} <= {limit}


def test_a_call_looks_at_no_more_mirrors_than_it_says(
    mirrors: MirrorStore, taken: Observations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "EXAMINED", 7)
    nobody = Filters(statuses=frozenset({Status.FAILED}))

    assert walk(mirrors, taken, 1, nobody) == [[], [], [], []]
    found = walk(mirrors, taken, 3, OUT_OF_SYNC)
    assert [name for page in found for name in page] == NAMES[::4]


def test_a_page_that_finds_nothing_costs_a_bounded_number_of_requests(
    registered: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """10 mirrors at a time, 20 in all: a query and two batches each, and a query for the 21st."""
    monkeypatch.setattr(listing, "EXAMINED", 20)
    asked: list[str] = []
    SESSION.events.register(
        "provide-client-params.dynamodb.*", lambda model, **_: asked.append(model.name), "count"
    )
    aws.forget()
    listing.page(
        mirror_store.mirror_store(),
        observations.observations(),
        1,
        filters=Filters(statuses=frozenset({Status.FAILED})),
    )
    SESSION.events.unregister("provide-client-params.dynamodb.*", unique_id="count")

    assert sorted(asked) == ["BatchGetItem"] * 6 + ["Query"] * 3


FILTERS = {
    "two statuses": (
        Filters(statuses=frozenset({Status.OUT_OF_SYNC, Status.CREATING})),
        [*NAMES[::4], "m23"],
    ),
    "an alias": (Filters(alias="eu"), NAMES),
    "another alias": (Filters(alias="us"), []),
    "a source": (Filters(source="eu-core"), NAMES),
    "no source": (Filters(source="us-core"), []),
    "a tag": (Filters(tag="number"), NAMES),
    "a tag's value": (Filters(tag="number:m07"), ["m07"]),
    "a tag's value alone": (Filters(tag="m07"), []),
    "a key that has a colon": (Filters(tag="a:b"), ["m00"]),
    "both": (Filters(connect_cluster="another", tag="number:m07"), []),
}


@pytest.mark.parametrize(("filters", "names"), FILTERS.values(), ids=FILTERS)
def test_a_mirror_passes_every_filter_that_is_given(
    mirrors: MirrorStore, taken: Observations, filters: Filters, names: list[str]
) -> None:
    assert walk(mirrors, taken, 200, filters) == [names]


def test_the_counts_are_those_of_the_list(
    mirrors: MirrorStore, taken: Observations, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = listing.counts(mirrors, taken)
    monkeypatch.setattr(listing, "COUNTED", 23)
    first = listing.counts(mirrors, taken)
    rest = listing.counts(mirrors, taken, first.next_token)

    assert (whole.total, whole.next_token) == (24, None)
    assert {status: count for status, count in whole.by_status.items() if count} == {
        Status.CREATING: 1,
        Status.IN_SYNC: 17,
        Status.OUT_OF_SYNC: 6,
    }
    assert whole.by_connect_cluster == {"another": 8, "us-connect": 16}
    assert (first.total, rest.total, rest.next_token) == (23, 1, None)


def test_a_row_has_all_that_a_list_says(mirrors: MirrorStore, taken: Observations) -> None:
    done = Reconciled(mirror="m22", refused="Unclosed group")
    mirrors.put_reconciled(done)

    *_, known, fresh = listing.page(mirrors, taken, 200).items

    assert known.mirror == mirrors.mirror("m22")
    assert known.summary == taken.summaries(["m22"])["m22"]
    assert known.reconciled == mirrors.reconciled("m22")
    assert known.reconciled.refused == done.refused
    assert fresh == Listed(mirrors.mirror("m23"), None, Reconciled(mirror="m23"))


def test_a_wrong_token_is_refused_by_name(mirrors: MirrorStore, taken: Observations) -> None:
    with pytest.raises(BadRequest) as refused:
        listing.page(mirrors, taken, 10, "bm8")

    assert [one.field for one in refused.value.errors] == ["nextToken"]


def test_nothing_is_an_empty_page(mirrors: MirrorStore, taken: Observations) -> None:
    page = listing.page(mirrors, taken, 10, filters=Filters(connect_cluster="nobody"))

    assert (page.items, page.next_token) == ([], None)
