"""A mirror's topics, worst first."""

import pytest
from mirroring.api import view, worst_topics
from mirroring.errors import BadRequest
from mirroring.observation import Connector, MirroredTopic, Task, TopicState

from tests.given import a_mirror, a_topic, an_observation


def names(topics: tuple[MirroredTopic, ...] | list[MirroredTopic]) -> list[str]:
    """Which they are."""
    return [one.name for one in topics]


def test_stale_topics_come_first_then_what_waits_longest_then_what_is_unknown() -> None:
    topics = [
        a_topic("at rest", behind=0, max_latency=5),
        a_topic("slow", behind=0, max_latency=90),
        a_topic("unknown", behind=None),
        a_topic("late", behind=95_000, lag_records=3),
        a_topic("later", behind=95_000, lag_records=4),
        a_topic("stale", behind=10, state=TopicState.STALE),
    ]

    found = worst_topics.page("m", topics, 10)

    assert names(found.items) == ["stale", "later", "late", "unknown", "slow", "at rest"]
    assert found.next_token is None


@pytest.mark.parametrize("limit", [1, 3, 6, 7, 20])
def test_pages_leave_nothing_out(limit: int) -> None:
    topics = [a_topic(f"t{one}", behind=one % 3) for one in range(7)]
    found: list[str] = []
    token = None
    while True:
        page = worst_topics.page("m", topics, limit, token)
        found += names(page.items)
        token = page.next_token
        if token is None:
            break

    assert sorted(found) == sorted(names(topics))
    assert found[:2] == ["t2", "t5"]


def test_a_page_goes_on_where_a_topic_was_that_is_gone() -> None:
    topics = [a_topic(f"t{one}", behind=9 - one) for one in range(6)]
    first = worst_topics.page("m", topics, 2)
    without = [one for one in topics if one.name != "t1"]

    assert names(worst_topics.page("m", without, 9, first.next_token).items) == ["t3", "t4", "t5"]


def test_the_token_of_another_mirror_is_refused() -> None:
    token = worst_topics.page("m", [a_topic("a"), a_topic("b")], 1).next_token

    with pytest.raises(BadRequest):
        worst_topics.page("n", [a_topic("a")], 1, token)


def test_a_mirror_of_20_000_topics_and_3_000_failed_tasks_is_answered_in_less_than_1_mb() -> None:
    long = "x" * 200
    topics = tuple(
        a_topic(f"{long}.{one:05d}", behind=one, mirrored_name=f"eu.{long}.{one:05d}")
        for one in range(20_000)
    )
    tasks = tuple(
        Task(id=one, status="FAILED" if one else "RUNNING", worker="w:8083", trace="at x\n" * 9_000)
        for one in range(3_000)
    )
    source = Connector(name="n", kind="Mirror Connector", tasks=tasks, trace="y" * 99_999)
    mirror = a_mirror()
    source = source.model_copy(update={"name": mirror.source_connector})
    seen = an_observation(topics=topics, connectors=(source,))

    shown = view.details(mirror, seen, None, {})

    assert len(shown.model_dump_json(by_alias=True)) < 1_000_000
    assert names(shown.mirrored_topics)[0].endswith(".19999")
    assert len(shown.mirrored_topics) == worst_topics.SHOWN
    rest = worst_topics.page(mirror.name, topics, 1, shown.topics_next_token)
    assert names(rest.items) == [f"{long}.19499"]
    (connector, _) = shown.connectors
    assert connector.tasks_total == 3_000
    assert {one.status for one in connector.tasks} == {"FAILED"}
