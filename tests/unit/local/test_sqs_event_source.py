"""The queue's part: the event that a function gets, and which messages it has dealt with."""

import json
from typing import Any

import pytest

from lockstep.local.runtime_api import Outcome
from lockstep.local.sqs_event_source import done, event

MESSAGES: list[dict[str, Any]] = [
    {"MessageId": "1", "ReceiptHandle": "r1", "Body": "a", "MD5OfBody": "m1"},
    {"MessageId": "2", "ReceiptHandle": "r2", "Body": "b", "MD5OfBody": "m2"},
]
FAILED_TWO = {"batchItemFailures": [{"itemIdentifier": "2"}]}


def test_a_batch_becomes_one_event_with_a_record_a_message() -> None:
    message = MESSAGES[0] | {
        "Attributes": {"ApproximateReceiveCount": "1"},
        "MessageAttributes": {"kind": {"DataType": "String", "StringValue": "x"}},
    }

    got = event([message], "arn:aws:sqs:eu-central-1:123456789012:samples")

    assert got == {
        "Records": [
            {
                "messageId": "1",
                "receiptHandle": "r1",
                "body": "a",
                "attributes": {"ApproximateReceiveCount": "1"},
                "messageAttributes": {"kind": {"dataType": "String", "stringValue": "x"}},
                "md5OfBody": "m1",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:samples",
                "awsRegion": "eu-central-1",
            }
        ]
    }


@pytest.mark.parametrize(
    ("result", "error_type", "reports", "expected"),
    [
        pytest.param({"batchItemFailures": []}, None, True, ["1", "2"], id="nothing failed"),
        pytest.param(None, None, True, ["1", "2"], id="nothing reported"),
        pytest.param(FAILED_TWO, None, True, ["1"], id="one failed"),
        pytest.param(FAILED_TWO, None, False, ["1", "2"], id="a report nobody asked for"),
        pytest.param({}, "ValueError", True, [], id="the function failed"),
        pytest.param(
            {"batchItemFailures": [{"itemIdentifier": "9"}]}, None, True, [], id="unknown message"
        ),
        pytest.param({"batchItemFailures": [{}]}, None, True, [], id="unreadable report"),
        pytest.param([1], None, True, [], id="no report at all"),
    ],
)
def test_what_a_function_has_dealt_with_leaves_the_queue(
    result: Any, error_type: str | None, reports: bool, expected: list[str]
) -> None:
    outcome = Outcome(json.dumps(result).encode(), error_type)

    assert [one["MessageId"] for one in done(MESSAGES, outcome, reports)] == expected
