"""What a Kafka Connect of some version can do."""

import pytest
from mirroring.kafka_connect.version import STOPS, number


@pytest.mark.parametrize(
    ("version", "stops"),
    [
        ("3.4.1", False),
        ("3.5.0", True),
        ("3.10.0", True),
        ("4.0.0", True),
        ("2.8.2", False),
        ("3.5.0-amzn", True),
        ("7.4.1-ccs", False),
        ("7.5.0-ccs", True),
        ("7.9.0-ce", True),
        ("8.0.0-ccs", True),
        ("6.2.0-ccs", False),
        ("", False),
        ("unknown", False),
        ("4", False),
    ],
)
def test_stopping_came_with_3_5_and_with_confluent_7_5(version: str, stops: bool) -> None:
    assert (number(version) >= STOPS) is stops
