"""Which consumer groups are translated, as MirrorCheckpointConnector decides."""

import pytest
from mirroring.selection import matching_groups

from tests.given import a_mirror

GROUPS = [
    "orders",
    "Orders",
    "orders-2",
    "connect-us",
    "connected",
    "console-consumer-17",
    "__internal",
    "my-connect-group",
]


@pytest.mark.parametrize(
    ("regex", "expected"),
    [
        (".*", ["Orders", "connected", "my-connect-group", "orders", "orders-2"]),
        ("orders", ["orders"]),
        ("orders|connect-.*", ["orders"]),
        (r"(?i)orders", ["Orders", "orders"]),
        (r"\p{Lower}++-\d", ["orders-2"]),
        (r"\Qorders-2\E|orders", ["orders", "orders-2"]),
        ("console-consumer-17", []),
    ],
)
def test_these_groups_are_translated(regex: str, expected: list[str]) -> None:
    assert matching_groups(a_mirror(groups_regex=regex), GROUPS) == expected
