"""Connect's traces, as Kafka 4.3.1 words them, are read for the user."""

import pytest
from mirroring.kafka_connect.trace_causes import read

SEND = "org.apache.kafka.connect.errors.ConnectException: Unrecoverable exception from producer"
TOO_LARGE = "org.apache.kafka.common.errors.RecordTooLargeException: The "
TRACES = [
    (
        f"{SEND}\nCaused by: {TOO_LARGE}message is 1500088 bytes which is larger than "
        "1048576, which is the value of the max.request.size configuration",
        "max.request.size",
    ),
    (
        f"{SEND}\nCaused by: {TOO_LARGE}request has a message larger than the max message size "
        "the server will accept.",
        "max.message.bytes",
    ),
    ("org.apache.kafka.common.errors.UnknownTopicOrPartitionException: x", "topic exists"),
    ("org.apache.kafka.common.errors.TopicAuthorizationException: Not authorized", "READ"),
    ("org.apache.kafka.common.errors.SaslAuthenticationException: bad", "connection properties"),
    ("java.net.ConnectException: Connection refused", "brokers run"),
    ("java.lang.ClassNotFoundException: org.apache.Mirror", "connect-mirror"),
    ("java.util.regex.PatternSyntaxException: Unclosed group near index 5", "topicsRegex"),
    ("org.apache.kafka.common.errors.InvalidTimestampException: too far", "timestamp"),
    ("org.apache.kafka.connect.errors.DataException: Conversion error", "converters"),
]


@pytest.mark.parametrize(("trace", "names"), TRACES, ids=[names for _, names in TRACES])
def test_a_known_trace_names_what_to_do(trace: str, names: str) -> None:
    assert names in read(trace).action


def test_an_unknown_trace_is_told_by_its_root_cause() -> None:
    trace = "a.B: outer\n\tat x\nCaused by: c.D: the very root\n\tat y"
    assert read(trace).message == "c.D: the very root"


def test_an_unknown_trace_without_a_cause_is_told_by_its_first_line() -> None:
    assert read("a.B: outer\n\tat x").message == "a.B: outer"


def test_no_trace_says_where_to_look() -> None:
    assert "log" in read(None).action
