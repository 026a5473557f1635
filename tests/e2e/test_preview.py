"""POST /mirrors/preview on the local stack: two thousand topics, and a real target."""

import time

import pytest
from mirroring.api.preview import TOPICS

from tests.e2e.kafka_records import Record
from tests.e2e.local_stack import LocalStack, eventually

pytestmark = pytest.mark.e2e
MANY, AT_ONCE, WITHIN_S = 2000, 250, 5.0


def a_request(topics: str) -> dict[str, object]:
    """A mirror of these topics."""
    return {
        "connectCluster": "us-connect",
        "sourceCluster": {"alias": "eu", "managedCluster": {"sourceKafkaClusterId": "eu-core"}},
        "topicsRegex": topics,
    }


@pytest.mark.timeout(180)
def test_two_thousand_topics_are_previewed_within_five_seconds(
    registered: LocalStack, prefix: str
) -> None:
    names = [f"{prefix}many.{number:04}" for number in range(MANY)]
    for start in range(0, MANY, AT_ONCE):
        registered.source.create(*names[start : start + AT_ONCE], partitions=1)
    eventually(lambda: registered.source.topics() >= set(names), within_s=30, what="topics")
    registered.post("/mirrors/preview", a_request("none"))  # a cold start is another figure
    began = time.monotonic()
    answer = registered.post("/mirrors/preview", a_request(f"{prefix}many.*"))
    took_s = time.monotonic() - began

    try:
        assert answer.status == 200, answer.body
        assert len(answer.json["topics"]) == TOPICS
        assert answer.json["topicsTotal"] == answer.json["partitions"] == MANY
        assert answer.json["problems"] == []
        assert took_s < WITHIN_S
    finally:
        for start in range(0, MANY, AT_ONCE):
            registered.source.delete(*names[start : start + AT_ONCE])


def test_what_is_on_the_target_is_told_with_its_time(registered: LocalStack, prefix: str) -> None:
    registered.source.create(f"{prefix}one", f"{prefix}two", configs={"retention.ms": "1"})
    registered.source.produce(f"{prefix}one", *[Record(b"x")] * 3)
    registered.target.create(f"eu.{prefix}two", configs={"message.timestamp.type": "LogAppendTime"})

    def seen() -> dict[str, object] | None:
        shown = registered.post("/mirrors/preview", a_request(f"{prefix}.*")).json
        there = [one["exists"] for one in shown["topics"]]
        return shown if there == [False, True] else None

    shown = eventually(seen, within_s=10, what="the target's topic")
    warnings = shown["warnings"]
    assert isinstance(warnings, list)
    known = {one["code"] for one in warnings} - {"WORKERS_UNKNOWN"}
    assert known == {"TOPIC_EXISTS", "LOG_APPEND_TIME"}
    assert shown["partitions"] == 6
    assert registered.get("/mirrors").status == 200
    assert f"eu.{prefix}one" not in registered.target.topics()
