"""Which topics a mirror copies, as MirrorSourceConnector decides."""

from typing import Any

import pytest
from mirroring.selection import is_cycle, matching

from tests.given import a_mirror

TOPICS = [
    "orders",
    "orders.new",
    "orders.tmp",
    "__consumer_offsets",
    ".hidden",
    "mm2-offset-syncs.eu.internal",
    "eu.checkpoints.internal",
    "connect-internal",
    "orders.replica",
    "us-core.orders",
    "ap.us-core.orders",
    "orders.us-core",
    "us-core.",
    "heartbeats",
]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"topics_regex": "orders"}, ["orders"]),
        ({"topics_regex": r"orders\..*"}, ["orders.new", "orders.tmp", "orders.us-core"]),
        (
            {"topics_regex": r"orders\..*", "topics_exclude": (r".*\.tmp", r".*us-core")},
            ["orders.new"],
        ),
        (
            {"topics_regex": ".*"},
            ["heartbeats", "orders", "orders.new", "orders.tmp", "orders.us-core", "us-core."],
        ),
        (
            {"topics_regex": ".*orders", "rename_mirrored_topics": False},
            ["ap.us-core.orders", "orders", "us-core.orders"],
        ),
        ({"topics_regex": "(?i)ORDERS|heart.*"}, ["heartbeats", "orders"]),
        ({"topics_regex": "nothing"}, []),
    ],
)
def test_these_topics_are_copied(fields: dict[str, Any], expected: list[str]) -> None:
    assert matching(a_mirror(**fields), TOPICS) == expected


@pytest.mark.parametrize(
    ("topic", "renaming", "plain"),
    [
        ("us-core.orders", True, False),
        ("ap.us-core.orders", True, False),
        ("orders.us-core", False, False),
        ("us-core", False, False),
        ("us-core.", False, False),
        ("us-core.heartbeats", True, True),
        ("us-core.device-heartbeats", True, True),
    ],
)
def test_a_topic_that_came_from_the_target_is_a_cycle(
    topic: str, renaming: bool, plain: bool
) -> None:
    assert is_cycle(a_mirror(), topic) is renaming
    assert is_cycle(a_mirror(rename_mirrored_topics=False), topic) is plain
