"""What people asked for, on tables as template.yaml defines them."""

from collections.abc import Callable

import pytest
from mirroring.errors import (
    BadRequest,
    ClusterNotFound,
    Conflict,
    ConnectClusterNotFound,
    MirrorExists,
    MirrorNotFound,
    Unprocessable,
    VersionMoved,
)
from mirroring.mirror import Intent, Source
from mirroring.reconciled import Reconciled
from mirroring.storing.history import History
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.observation_item import Outcome, State
from mirroring.storing.observations import Observations
from mirroring.storing.registry import Registry

from tests.given import (
    BEGIN,
    NAME,
    a_cluster,
    a_connect_cluster,
    a_mirror,
    a_tombstone,
    a_write,
    after,
    an_observation,
)

pytestmark = pytest.mark.usefixtures("registered")

EXTERNAL = Source(alias="eu", cluster_id="id-of-eu-core")


def revision(mirrors: MirrorStore) -> int:
    """The fleet's revision now."""
    return mirrors.fleet().revision


def create(mirrors: MirrorStore, *names: str) -> None:
    """Mirrors that were created one after the other."""
    begin = revision(mirrors)
    for number, name in enumerate(names):
        mirrors.create(a_mirror(name), begin + number, a_write(mirror=name))


def test_a_cluster_comes_back_as_it_was_registered(clusters: Registry) -> None:
    cluster = a_cluster(
        "eu-core", private_bootstrap_servers=("10.0.0.1:9092",), tags={"owner": "ä"}
    )

    clusters.put_cluster(cluster)

    assert clusters.cluster("eu-core") == cluster
    assert clusters.connect_cluster("us-connect") == a_connect_cluster()


def test_what_was_never_registered_is_named_in_the_error(clusters: Registry) -> None:
    with pytest.raises(ClusterNotFound, match="asia"):
        clusters.cluster("asia")
    with pytest.raises(ConnectClusterNotFound, match="asia"):
        clusters.connect_cluster("asia")


def test_a_connect_cluster_needs_its_kafka_cluster(clusters: Registry) -> None:
    with pytest.raises(ClusterNotFound, match="asia"):
        clusters.put_connect_cluster(a_connect_cluster(kafka_cluster="asia"))


def test_lists_come_by_name_in_pages_that_leave_nothing_out(clusters: Registry) -> None:
    for name in ("d", "a", "c", "b"):
        clusters.put_cluster(a_cluster(name))

    first = clusters.clusters(4)
    second = clusters.clusters(4, first.next_token)

    assert [one.name for one in first.items] == ["a", "b", "c", "d"]
    assert [one.name for one in second.items] == ["eu-core", "us-core"]
    assert second.next_token is None


def test_a_last_page_that_is_full_gives_no_token(clusters: Registry) -> None:
    assert clusters.clusters(2).next_token is None


@pytest.mark.parametrize(
    "token", ["", "?", "bm8", "ä", "Y2x1c3Rlcjo", "bWlycm9yczph", "Y2x1c3Rlcg"]
)
def test_a_token_that_the_list_never_gave_is_refused_by_name(
    clusters: Registry, token: str
) -> None:
    with pytest.raises(BadRequest) as refused:
        clusters.clusters(2, token)

    assert [one.field for one in refused.value.errors] == ["nextToken"]


def test_a_mirror_is_created_with_the_line_that_says_so(
    mirrors: MirrorStore, past: History
) -> None:
    line = a_write()

    mirrors.create(a_mirror(), revision(mirrors), line)

    assert mirrors.mirror(NAME) == a_mirror()
    assert past.changes(NAME, 10).items == [line]


def test_of_two_creations_checked_on_one_fleet_one_is_made(mirrors: MirrorStore) -> None:
    seen = revision(mirrors)
    mirrors.create(a_mirror("one"), seen, a_write(mirror="one"))

    with pytest.raises(Conflict):
        mirrors.create(a_mirror("two"), seen, a_write(mirror="two"))

    assert [one.name for one in mirrors.fleet().mirrors] == ["one"]


def test_of_two_first_creations_one_is_made(mirrors: MirrorStore) -> None:
    create(mirrors, "one")

    with pytest.raises(Conflict):
        mirrors.create(a_mirror("two"), 0, a_write(mirror="two"))


def test_a_name_is_given_once(mirrors: MirrorStore) -> None:
    create(mirrors, NAME)

    with pytest.raises(MirrorExists):
        create(mirrors, NAME)


def test_a_mirror_is_not_made_on_clusters_that_are_gone(mirrors: MirrorStore) -> None:
    on_another = a_mirror(connect_cluster="asia")
    of_another = a_mirror(source=Source(alias="asia", managed="asia", cluster_id="id"))

    with pytest.raises(ConnectClusterNotFound, match="asia"):
        mirrors.create(on_another, revision(mirrors), a_write())
    with pytest.raises(ClusterNotFound, match="asia"):
        mirrors.create(of_another, revision(mirrors), a_write())

    assert mirrors.fleet().mirrors == ()


def test_an_external_source_needs_no_registered_cluster(mirrors: MirrorStore) -> None:
    mirrors.create(a_mirror(source=EXTERNAL), revision(mirrors), a_write())

    assert mirrors.mirror(NAME).source == EXTERNAL


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda store: create(store, "another"), id="created"),
        pytest.param(
            lambda store: store.replace(
                a_mirror(version=2), a_write(at=after(hours=1)), revision(store)
            ),
            id="changed in what a rule over the fleet is about",
        ),
        pytest.param(lambda store: store.remove(NAME, a_tombstone()), id="removed"),
    ],
)
def test_a_cluster_is_not_removed_after_a_mirror_was(
    mirrors: MirrorStore, clusters: Registry, write: Callable[[MirrorStore], None]
) -> None:
    create(mirrors, NAME)
    seen = revision(mirrors)
    write(mirrors)

    with pytest.raises(Conflict):
        clusters.delete_cluster(a_cluster("eu-core"), seen)
    with pytest.raises(Conflict):
        clusters.delete_connect_cluster(a_connect_cluster(), seen)

    assert clusters.cluster("eu-core")
    assert clusters.connect_cluster("us-connect")


def test_a_kafka_cluster_is_not_removed_after_a_connect_cluster_came(
    mirrors: MirrorStore, clusters: Registry
) -> None:
    seen = revision(mirrors)
    clusters.put_connect_cluster(a_connect_cluster("another"))

    with pytest.raises(Conflict):
        clusters.delete_cluster(a_cluster("us-core"), seen)


def test_a_cluster_is_removed_on_the_fleet_that_was_looked_at(
    mirrors: MirrorStore, clusters: Registry
) -> None:
    clusters.delete_connect_cluster(a_connect_cluster(), revision(mirrors))
    clusters.delete_cluster(a_cluster("us-core"), revision(mirrors))

    assert [one.name for one in clusters.clusters(10).items] == ["eu-core"]
    assert clusters.connect_clusters(10).items == []


def test_a_mirror_is_replaced_by_its_next_version_only(mirrors: MirrorStore, past: History) -> None:
    create(mirrors, NAME)
    second = a_mirror(target_latency=5_000, version=2)
    line = a_write(at=after(hours=1), after={"targetLatency": 5_000})

    mirrors.replace(second, line)
    with pytest.raises(VersionMoved):
        mirrors.replace(a_mirror(target_latency=7_000, version=2), a_write(at=after(hours=2)))

    assert mirrors.mirror(NAME) == second
    assert past.changes(NAME, 10).items[0] == line


def test_a_removed_mirror_is_not_replaced(mirrors: MirrorStore) -> None:
    with pytest.raises(MirrorNotFound):
        mirrors.replace(a_mirror(version=2), a_write())


def test_removing_takes_what_was_seen_and_done_with_it_but_not_its_past(
    mirrors: MirrorStore, taken: Observations, past: History
) -> None:
    create(mirrors, NAME, "eu.us-core.other")
    mirrors.put_reconciled(Reconciled(mirror=NAME, refused="no"))
    large = bytes(700_000)
    for name in (NAME, "eu.us-core.other"):
        assert taken.record(State(), Outcome(an_observation(mirror=name), large))

    mirrors.remove(NAME, a_tombstone())
    mirrors.remove(NAME, a_tombstone())

    with pytest.raises(MirrorNotFound):
        mirrors.mirror(NAME)
    assert mirrors.reconciled(NAME) == Reconciled(mirror=NAME)
    assert taken.states([NAME]) == {NAME: State()}
    assert past.changes(NAME, 10).items == [a_write()]
    assert taken.states(["eu.us-core.other"])["eu.us-core.other"].memory == large


def test_mirrors_are_found_by_name_and_by_connect_cluster(
    mirrors: MirrorStore, clusters: Registry
) -> None:
    clusters.put_connect_cluster(a_connect_cluster("another"))
    create(mirrors, "a", "b")
    elsewhere = a_mirror("c", connect_cluster="another")
    mirrors.create(elsewhere, revision(mirrors), a_write(mirror="c"))

    assert mirrors.names() == {"us-connect": ("a", "b"), "another": ("c",)}
    assert {one.name for one in mirrors.mirrors(["a", "c", "gone"])} == {"a", "c"}


def test_more_than_a_hundred_mirrors_are_read_in_one_call(mirrors: MirrorStore) -> None:
    names = [f"m{number:03d}" for number in range(101)]
    create(mirrors, *names)

    assert sorted(one.name for one in mirrors.mirrors(names)) == names


def test_what_reconcile_did_is_remembered(mirrors: MirrorStore) -> None:
    done = Reconciled(mirror=NAME, refused="Unclosed group", refused_basis="1")

    kept = mirrors.put_reconciled(done)

    assert kept == done.model_copy(update={"sequence": 1})
    assert mirrors.reconciled(NAME) == kept
    assert mirrors.reconciled_of([NAME, "b"]) == {NAME: kept, "b": Reconciled(mirror="b")}


@pytest.mark.parametrize("count", [0, 3])
def test_of_two_that_follow_from_one_only_one_is_taken(mirrors: MirrorStore, count: int) -> None:
    for _ in range(count):
        mirrors.put_reconciled(mirrors.reconciled(NAME))
    one, other = mirrors.reconciled(NAME), mirrors.reconciled(NAME)
    mirrors.put_reconciled(one)
    with pytest.raises(Conflict):
        mirrors.put_reconciled(other)


def test_a_change_is_made_to_what_somebody_else_wrote_since(mirrors: MirrorStore) -> None:
    create(mirrors, NAME)
    read = mirrors.reconciled(NAME)
    mirrors.put_reconciled(read.model_copy(update={"held": Intent.PAUSED}))
    mirrors.amend_reconciled(read, lambda one: one.model_copy(update={"answered": BEGIN}))

    kept = mirrors.reconciled(NAME)
    assert (kept.held, kept.answered, kept.sequence) == (Intent.PAUSED, BEGIN, 2)


def test_what_was_done_for_a_mirror_that_is_removed_meanwhile_is_not_kept(
    mirrors: MirrorStore,
) -> None:
    create(mirrors, NAME)
    read = mirrors.put_reconciled(mirrors.reconciled(NAME))
    mirrors.remove(NAME, a_tombstone())
    with pytest.raises(MirrorNotFound):
        mirrors.amend_reconciled(read, lambda one: one.model_copy(update={"answered": BEGIN}))
    assert mirrors.reconciled(NAME).sequence == 0


def test_a_mirror_that_no_item_can_hold_is_refused_and_not_a_mistake_of_ours(
    mirrors: MirrorStore,
) -> None:
    patterns = tuple("\N{FIRE}" * 4_000 + str(number) for number in range(50))

    with pytest.raises(Unprocessable, match="too large"):
        mirrors.create(a_mirror(topics_exclude=patterns), mirrors.fleet().revision, a_write())

    assert mirrors.fleet().mirrors == ()
