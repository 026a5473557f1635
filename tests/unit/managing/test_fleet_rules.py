"""The rules beside the source's topics and the whole fleet; those of a request alone are in
tests/functional/test_create_mirror.py, a line for each that answers 422."""

from collections.abc import Collection
from typing import Any

import pytest
from mirroring.managing.fleet_rules import changed, refusals
from mirroring.mirror import Mirror, Source

from tests.given import a_mirror


def linked(begins: str, ends: str, **fields: Any) -> Mirror:
    """A renaming mirror of everything between two clusters, each registered under its letter."""
    defaults: dict[str, Any] = {
        "source": Source(alias=begins, managed=begins, cluster_id=begins),
        "target_cluster": ends,
        "target_cluster_id": ends,
        "topics_regex": ".*",
    }
    return a_mirror(f"{begins}{ends}", **defaults | fields)


def plain(begins: str, ends: str, **fields: Any) -> Mirror:
    """The same without renaming."""
    return linked(begins, ends, rename_mirrored_topics=False, **fields)


def short(begins: str, ends: str, **fields: Any) -> Mirror:
    """The same under an alias that no cluster is registered as."""
    alias = Source(alias=f"short-{begins}", managed=begins, cluster_id=begins)
    return linked(begins, ends, source=alias, **fields)


def told(new: Mirror, fleet: Collection[Mirror] = (), topics: Collection[str] = ()) -> list[str]:
    """The problem types that it meets."""
    return [one.slug for one in refusals(new, topics, list(fleet))]


LOOP, PLAIN_LOOP = ["mirror-loop"], ["invalid-mirror"]
SAFE: list[str] = []
LOOPS: list[tuple[str, Mirror, list[Mirror], list[str]]] = [
    ("alone", plain("A", "B"), [], SAFE),
    ("two ways to one place", plain("A", "B"), [plain("A", "C"), plain("C", "B")], SAFE),
    ("there and back", plain("A", "B"), [plain("B", "A")], PLAIN_LOOP),
    ("a ring", plain("A", "B"), [plain("B", "C"), plain("C", "A")], PLAIN_LOOP),
    ("a loop of others", plain("A", "B"), [plain("B", "C"), plain("C", "B")], SAFE),
    ("one name there and back", plain("A", "B"), [plain("B", "A", topics_regex="x")], PLAIN_LOOP),
    (
        "other names there than back",
        plain("A", "B", topics_regex="pay.*"),
        [plain("B", "A", topics_regex="ord.*")],
        SAFE,
    ),
    (
        "what comes back is excluded",
        plain("A", "B", topics_exclude=("ord.*",)),
        [plain("B", "A", topics_regex="ord.*")],
        SAFE,
    ),
    ("one cluster, plain", plain("A", "A"), [], PLAIN_LOOP),
    ("one cluster, everything", short("A", "A"), [], LOOP),
    ("one cluster, one topic", short("A", "A", topics_regex="orders"), [], SAFE),
    ("active/active by registered names", linked("A", "B"), [linked("B", "A")], SAFE),
    ("active/active by other aliases", short("A", "B"), [short("B", "A")], LOOP),
    ("one alias is the name: back once", short("A", "B"), [linked("B", "A")], SAFE),
    ("a ring by names", linked("A", "B"), [linked("B", "C"), linked("C", "A")], SAFE),
    ("a ring by aliases", short("A", "B"), [short("B", "C"), short("C", "A")], LOOP),
    ("a ring of four", short("D", "A"), [short(*way) for way in ("AB", "BC", "CD")], LOOP),
    (
        "a mesh by names",
        linked("A", "B"),
        [linked(a, b) for a in "ABCDE" for b in "ABCDE" if a != b and a + b != "AB"],
        SAFE,
    ),
    ("renamed there, plain back", linked("A", "B"), [plain("B", "A")], LOOP),
    ("plain there, renamed back", plain("A", "B"), [linked("B", "A")], LOOP),
    (
        "targets under other names than their aliases",
        linked("A", "B", target_cluster="B-too"),
        [linked("B", "A", target_cluster="A-too")],
        LOOP,
    ),
    (
        "own topics alone there",
        short("A", "B", topics_regex=r"[^.]+"),
        [short("B", "A")],
        SAFE,
    ),
    (
        "copies are excluded there",
        short("A", "B", topics_exclude=(r"short-.*\..*",)),
        [short("B", "A")],
        SAFE,
    ),
    (
        "copies are looked away from",
        short("A", "B", topics_regex=r"(?!short-B\.).*"),
        [short("B", "A")],
        SAFE,
    ),
    (
        "only copies of one name come round",
        short("A", "B", topics_regex=r"(short-B\.short-A\.)?orders"),
        [short("B", "A")],
        LOOP,
    ),
]


@pytest.mark.parametrize(
    ("new", "fleet", "expected"), [one[1:] for one in LOOPS], ids=[one[0] for one in LOOPS]
)
def test_copies_never_come_round(new: Mirror, fleet: list[Mirror], expected: list[str]) -> None:
    assert told(new, fleet) == expected


def test_the_mirrors_of_a_loop_are_named_and_a_topic_that_goes_round() -> None:
    (found,) = refusals(short("A", "B"), [], [short("B", "C"), short("C", "A")])

    assert "BC and CA" in found.detail
    assert "(a topic a, for one)" in found.detail


def test_patterns_that_no_step_count_can_follow_are_refused_as_loops() -> None:
    new = short("A", "B", topics_regex=".*a.{60}.*")
    (found,) = refusals(new, [], [short("B", "A", topics_regex=".*b.{60}.*")])

    assert (found.slug, "as far as can be told" in found.detail) == ("mirror-loop", True)


def test_a_pattern_of_old_that_is_refused_today_copies_nothing() -> None:
    assert told(short("A", "B"), [short("B", "A", topics_regex="a{400}")]) == SAFE


@pytest.mark.parametrize(
    ("fields", "topics", "expected"),
    [
        ({"topics_regex": ".*"}, ["orders", "us-core.orders"], []),
        (
            {"topics_regex": ".*", "rename_mirrored_topics": False},
            ["my-heartbeats"],
            ["topicsRegex"],
        ),
        ({"topics_regex": ".*"}, ["my-heartbeats"], []),
        ({"topics_regex": "(a|aa)+$b"}, ["a" * 200], ["topicsRegex"]),
        ({"topics_regex": ".*"}, ["x" * 246], []),
        ({"topics_regex": ".*"}, ["x" * 247], ["topicsRegex"]),
        ({"topics_regex": ".*", "rename_mirrored_topics": False}, ["x" * 249], []),
    ],
)
def test_the_sources_topics_are_looked_at(
    fields: dict[str, Any], topics: list[str], expected: list[str]
) -> None:
    found = [error for one in refusals(a_mirror(**fields), topics, []) for error in one.errors]

    assert [one.field for one in found] == expected


def test_all_names_together_have_one_budget() -> None:
    slow = [f"{'a' * 200}{number}" for number in range(2000)]

    assert told(a_mirror(topics_regex="(a|aa)+$b"), topics=slow) == ["invalid-mirror"]


OLD = a_mirror("old", topics_regex=r"orders\..*")
TOPICS = ["orders.new", "orders.paid", "payments"]


@pytest.mark.parametrize("topics", [TOPICS, []], ids=["topics", "no topic yet"])
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"topics_regex": r"orders\..*"}, ["mirror-exists"]),
        ({"topics_regex": r"orders\..*", "max_tasks": 9}, ["mirror-exists"]),
        ({"topics_regex": r"orders\..*", "connect_cluster": "another"}, ["mirror-overlaps"]),
        ({"topics_regex": r"orders\..*", "topics_exclude": (".*new",)}, ["mirror-overlaps"]),
        ({"topics_regex": ".*"}, ["mirror-overlaps"]),
        ({"topics_regex": ".*", "topics_exclude": (r"orders\..*",)}, []),
        ({"topics_regex": "payments"}, []),
        ({"topics_regex": r"orders\.later"}, ["mirror-overlaps"]),
        ({"topics_regex": r"orders-.*"}, []),
        ({"topics_regex": r"orders\..*", "rename_mirrored_topics": False}, []),
        ({"source": OLD.source.model_copy(update={"alias": "other"})}, []),
        ({"source": OLD.source.model_copy(update={"managed": "other-name"})}, ["mirror-exists"]),
        ({"target_cluster_id": "other-cluster"}, []),
    ],
)
def test_no_topic_is_written_twice(
    fields: dict[str, Any], topics: list[str], expected: list[str]
) -> None:
    found = list(refusals(a_mirror("new", **fields), topics, [OLD]))

    assert [one.slug for one in found] == expected
    assert all("old" in one.detail for one in found)


def test_excluding_what_the_other_copies_makes_room_for_both() -> None:
    old = a_mirror("old", topics_regex=".*", topics_exclude=(r"orders\..*",))

    assert told(a_mirror("new", topics_regex=r"orders\.eu"), [old]) == []


def test_without_renaming_aliases_do_not_keep_mirrors_apart() -> None:
    old = a_mirror("old", rename_mirrored_topics=False)
    source = old.source.model_copy(update={"alias": "other"})

    new = a_mirror("new", rename_mirrored_topics=False, source=source)
    assert told(new, [old]) == ["mirror-overlaps"]


def test_a_plain_copy_of_a_renamed_name_is_the_same_place() -> None:
    new = a_mirror("new", rename_mirrored_topics=False, topics_regex=r"eu\..*")

    assert told(new, [OLD], ["orders.new", "eu.orders.new"]) == ["mirror-overlaps"]


OTHER = OLD.source.model_copy(update={"cluster_id": "other-cluster", "managed": "other"})


@pytest.mark.parametrize(
    ("new", "old", "expected"),
    [
        ({}, {}, ["alias-taken"]),
        ({"topics_regex": "something-else"}, {}, ["alias-taken"]),
        ({}, {"rename_mirrored_topics": False}, ["alias-taken"]),
        ({"rename_mirrored_topics": False}, {}, []),
        ({"rename_mirrored_topics": False, "sync_group_offsets": True}, {}, ["alias-taken"]),
        ({"rename_mirrored_topics": False}, {"sync_group_offsets": True}, ["alias-taken"]),
        ({}, {"target_cluster_id": "elsewhere"}, []),
        ({}, {"source": OTHER.model_copy(update={"alias": "other"})}, []),
    ],
)
def test_an_alias_stands_for_one_source_of_a_target(
    new: dict[str, Any], old: dict[str, Any], expected: list[str]
) -> None:
    assert told(a_mirror("new", **new), [a_mirror("old", **{"source": OTHER} | old)]) == expected


def test_syncing_group_offsets_later_is_checked_as_at_once() -> None:
    before = a_mirror("new", rename_mirrored_topics=False)
    after = before.model_copy(update={"sync_group_offsets": True})
    others = [a_mirror("old", source=OTHER, rename_mirrored_topics=False)]

    assert [one.slug for one in changed(before, after, [], others)] == ["alias-taken"]
    assert list(changed(after, after.model_copy(update={"version": 9}), [], others)) == []


def test_a_change_of_the_excludes_is_checked_for_loops() -> None:
    before = short("A", "B", topics_exclude=(r"short-.*",))
    after = before.model_copy(update={"topics_exclude": ()})

    assert [one.slug for one in changed(before, after, [], [short("B", "A")])] == LOOP


def test_every_problem_is_told_at_once() -> None:
    found = list(refusals(plain("A", "B"), ["a.heartbeats"], [plain("B", "A")]))

    assert [error.field for one in found for error in one.errors] == [
        "topicsRegex",
        "renameMirroredTopics",
    ]
