"""No fleet that is accepted grows names for ever or doubles data, on a model of MirrorMaker."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from mirroring.managing.fleet_rules import refusals
from mirroring.mirror import Mirror, Source
from mirroring.selection import matching

from tests.given import a_mirror

CLUSTERS = "ABCD"
NAMES = {"A": ("eu", "eu-too"), "B": ("us", "us"), "C": ("ap", "ap-too"), "D": ("sa", "sa")}
"""What each cluster is registered as."""
PATTERNS = [".*", r"orders\..*", "orders.*", r"[^.]+", r"(eu|us)\..*", r"(?!eu\.).*", r".*\.orders"]
EXCLUDES = [(), (r"eu\..*",), (r"(eu|us|ap|sa|x|y)\..*",), (r".*\..*",)]
FIRST = ("orders", "orders.new", "eu.orders", "orders.eu.x")
ROUNDS = 12
"""Each refresh adds a segment at most: names of a chain over four clusters come round in five."""


@st.composite
def mirrors(draw: st.DrawFn) -> Mirror:
    """A mirror between two of the clusters, as somebody could ask for it."""
    begins, ends = draw(st.sampled_from(CLUSTERS)), draw(st.sampled_from(CLUSTERS))
    alias = draw(st.sampled_from([*NAMES[begins], "x", "y"]))
    label = draw(st.sampled_from([one for one in NAMES[ends] if one != alias] or ["other"]))
    return a_mirror(
        "",
        source=Source(alias=alias, managed=NAMES[begins][0], cluster_id=begins),
        target_cluster=label,
        target_cluster_id=ends,
        rename_mirrored_topics=draw(st.sampled_from([True, True, False])),
        topics_regex=draw(st.sampled_from(PATTERNS)),
        topics_exclude=draw(st.sampled_from(EXCLUDES)),
    )


def accepted(asked: Sequence[Mirror]) -> list[Mirror]:
    """The fleet of those that the rules let in, one after another."""
    fleet: list[Mirror] = []
    for number, one in enumerate(asked):
        mirror = one.model_copy(update={"name": f"m{number}"})
        if not list(refusals(mirror, FIRST, fleet)):
            fleet.append(mirror)
    return fleet


Record = tuple[str, str]
"""The cluster and topic that a person wrote to."""


def refreshed(
    fleet: Sequence[Mirror], held: dict[Record, set[Record]]
) -> dict[Record, set[Record]]:
    """What each topic of each cluster holds after one refresh of every mirror."""
    after = {place: set(records) for place, records in held.items()}
    for mirror in fleet:
        there = [topic for cluster, topic in held if cluster == mirror.source.cluster_id]
        for topic in matching(mirror, there):
            copy = (mirror.target_cluster_id, mirror.mirrored_name(topic))
            after.setdefault(copy, set()).update(held[mirror.source.cluster_id, topic])
    return after


@settings(max_examples=200, deadline=None)
@given(st.lists(mirrors(), min_size=2, max_size=7))
def test_an_accepted_fleet_comes_to_rest(asked: list[Mirror]) -> None:
    fleet = accepted(asked)
    held = {(cluster, topic): {(cluster, topic)} for cluster in CLUSTERS for topic in FIRST}
    for _ in range(ROUNDS):
        before, held = held, refreshed(fleet, held)
        if held == before:
            break

    assert held == before, [(m.source, m.target_cluster, m.topics_regex) for m in fleet]


@settings(max_examples=200, deadline=None)
@given(st.lists(mirrors(), min_size=2, max_size=7))
def test_no_record_comes_back_to_the_topic_that_it_was_written_to(asked: list[Mirror]) -> None:
    fleet = accepted(asked)
    for start in [(cluster, topic) for cluster in CLUSTERS for topic in FIRST]:
        reached, left = set[Record](), [start]
        while left:
            cluster, topic = left.pop()
            for mirror in (one for one in fleet if one.source.cluster_id == cluster):
                for name in matching(mirror, [topic]):
                    copy = (mirror.target_cluster_id, mirror.mirrored_name(name))
                    assert copy != start
                    if copy not in reached:
                        reached.add(copy)
                        left.append(copy)


@settings(max_examples=200, deadline=None)
@given(st.lists(mirrors(), min_size=2, max_size=7))
def test_no_two_mirrors_copy_one_topic_to_one_place(asked: list[Mirror]) -> None:
    writes = [
        (mirror.source.cluster_id, topic, mirror.target_cluster_id, mirror.mirrored_name(topic))
        for mirror in accepted(asked)
        for topic in matching(mirror, [*FIRST, "born.later", "orders-later"])
    ]

    assert len(writes) == len(set(writes))
