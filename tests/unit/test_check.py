"""The rules over the source's topics and the whole fleet; those of a request alone are in
tests/functional/test_create_mirror.py, a line for each of api.md's."""

from typing import Any

import pytest
from mirroring.errors import Unprocessable
from mirroring.managing.check import conflict, fleet_problems, require
from mirroring.managing.shared_names import may_share
from mirroring.mirror import Mirror, Source

from tests.given import a_mirror


def plain(source: str, target: str, **fields: Any) -> Mirror:
    """A mirror without renaming between two clusters that are told apart by one letter."""
    defaults: dict[str, Any] = {
        "rename_mirrored_topics": False,
        "source": Source(alias=f"alias-{source}", managed=source, cluster_id=source),
        "target_cluster": target,
        "target_cluster_id": target,
        "topics_regex": ".*",
    }
    return a_mirror(f"{source}{target}", **defaults | fields)


def closes_a_loop(new: Mirror, *fleet: Mirror) -> bool:
    """Whether the rule refuses it."""
    found = fleet_problems(new, [], fleet)
    assert {one.field for one in found} <= {"renameMirroredTopics"}
    return bool(found)


@pytest.mark.parametrize(
    ("new", "fleet", "expected"),
    [
        (plain("A", "B"), [], False),
        (plain("A", "B"), [plain("A", "C"), plain("C", "B")], False),
        (plain("A", "B"), [plain("B", "A")], True),
        (plain("A", "B"), [plain("B", "C"), plain("C", "A")], True),
        (plain("A", "B"), [plain("C", "D"), plain("D", "A"), plain("B", "C")], True),
        (plain("A", "B"), [plain("B", "C"), plain("C", "B")], False),
        (plain("A", "B"), [plain("B", "A", rename_mirrored_topics=True)], False),
        (plain("A", "B"), [plain("B", "A", topics_regex="orders")], True),
        (plain("A", "B", topics_regex="pay.*"), [plain("B", "A", topics_regex="ord.*")], False),
        (
            plain("A", "B", topics_exclude=("ord.*",)),
            [plain("B", "A", topics_regex="ord.*")],
            False,
        ),
        (
            plain("A", "B", topics_regex="x.*"),
            [plain("B", "C", topics_regex="xy.*"), plain("C", "A", topics_regex="xz.*")],
            False,
        ),
        (plain("A", "A"), [], True),
        (plain("A", "A", rename_mirrored_topics=True, topics_regex="orders"), [], False),
    ],
)
def test_a_loop_is_found_over_the_whole_fleet(
    new: Mirror, fleet: list[Mirror], expected: bool
) -> None:
    assert closes_a_loop(new, *fleet) is expected


def test_the_mirrors_of_a_loop_are_named() -> None:
    (found,) = fleet_problems(plain("A", "B"), [], [plain("B", "C"), plain("C", "A")])

    assert "BC" in found.message
    assert "CA" in found.message


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (".*", ".*", True),
        ("orders", "orders", True),
        ("orders", "payments", False),
        (r"orders\..*", r"orders-.*", False),
        ("orders.*", "ord.*", True),
        ("(orders|payments)-[0-9]+", "payments-7", True),
        ("(orders|payments)-[0-9]+", "payments-x", False),
        (".*-eu", "orders.*", True),
        ("a{4}", "a{5}", False),
        ("[a-c]+", "[d-f]+", False),
        (".*-eu", ".*-us", True),  # disjoint, and too rich to be followed: counted as shared
        (r"__.*", ".*", False),  # what no mirror copies is shared by none
    ],
)
def test_patterns_may_share_a_name(one: str, other: str, expected: bool) -> None:
    pair = [plain("A", "B", topics_regex=one), plain("B", "A", topics_regex=other)]

    assert may_share(pair, []) is expected
    assert may_share(pair[::-1], []) is expected


@pytest.mark.parametrize(
    ("fields", "topics", "field"),
    [
        ({"topics_regex": ".*"}, ["orders", "us-core.orders"], "topicsRegex"),
        ({"topics_regex": ".*"}, ["ap.us-core.orders"], "topicsRegex"),
        ({"topics_regex": "orders"}, ["orders", "us-core.orders"], None),
        ({"topics_regex": ".*", "topics_exclude": (r"us-core\..*",)}, ["us-core.orders"], None),
        ({"topics_regex": ".*", "rename_mirrored_topics": False}, ["us-core.orders"], None),
        ({"topics_regex": ".*", "rename_mirrored_topics": False}, ["my-heartbeats"], "topicsRegex"),
        ({"topics_regex": ".*"}, ["my-heartbeats"], None),
        ({"topics_regex": "(a|aa)+$b"}, ["a" * 200], "topicsRegex"),
    ],
)
def test_the_sources_topics_are_looked_at(
    fields: dict[str, Any], topics: list[str], field: str | None
) -> None:
    found = fleet_problems(a_mirror(**fields), topics, [])

    assert [one.field for one in found] == ([] if field is None else [field])


def test_a_copy_that_would_be_copied_again_is_refused() -> None:
    one = Source(alias="copy", managed="us-core", cluster_id="id-of-us-core")

    (found,) = fleet_problems(a_mirror(source=one, topics_regex=".*"), ["orders"], [])
    assert found.field == "topicsRegex"
    assert fleet_problems(a_mirror(source=one, topics_regex="orders"), ["orders"], []) == []


OLD = a_mirror("old", topics_regex=r"orders\..*")
TOPICS = ["orders.new", "orders.paid", "payments"]


@pytest.mark.parametrize(
    ("fields", "slug"),
    [
        ({"topics_regex": r"orders\..*"}, "mirror-exists"),
        ({"topics_regex": r"orders\..*", "max_tasks": 9, "target_latency": 5000}, "mirror-exists"),
        ({"topics_regex": r"orders\..*", "connect_cluster": "another"}, "mirror-overlaps"),
        ({"topics_regex": r"orders\..*", "topics_exclude": (".*new",)}, "mirror-overlaps"),
        ({"topics_regex": ".*"}, "mirror-overlaps"),
        ({"topics_regex": "payments"}, None),
        ({"topics_regex": r"orders\.later"}, None),
        ({"topics_regex": r"orders\..*", "rename_mirrored_topics": False}, None),
        ({"source": OLD.source.model_copy(update={"alias": "other"})}, None),
        ({"source": OLD.source.model_copy(update={"managed": "other-name"})}, "mirror-exists"),
        ({"source": OLD.source.model_copy(update={"cluster_id": "other-cluster"})}, None),
        ({"target_cluster_id": "other-cluster"}, None),
    ],
)
def test_no_topic_is_written_twice(fields: dict[str, Any], slug: str | None) -> None:
    found = conflict(a_mirror("new", **fields), TOPICS, [OLD])

    assert (found and found.slug) == slug
    assert found is None or "old" in found.detail


def test_without_renaming_aliases_do_not_keep_mirrors_apart() -> None:
    old = a_mirror("old", rename_mirrored_topics=False)
    source = old.source.model_copy(update={"alias": "other"})
    found = conflict(a_mirror("new", rename_mirrored_topics=False, source=source), TOPICS, [old])

    assert found is not None
    assert found.slug == "mirror-overlaps"


def test_every_problem_is_told_at_once() -> None:
    problems = fleet_problems(plain("A", "B"), ["a.heartbeats"], [plain("B", "A")])

    with pytest.raises(Unprocessable) as refused:
        require(problems)
    assert [one.field for one in refused.value.errors] == ["topicsRegex", "renameMirroredTopics"]


def test_a_plain_copy_of_a_renamed_name_is_the_same_place() -> None:
    topics = ["orders.new", "eu.orders.new"]
    found = conflict(
        a_mirror("new", rename_mirrored_topics=False, topics_regex=r"eu\..*"), topics, [OLD]
    )

    assert found is not None
    assert "eu.orders.new" in found.detail
