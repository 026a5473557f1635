"""Lambda's SQS event source mapping: polls a queue, calls the function, deletes what it took."""

import contextlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from lockstep.local.runtime_api import Outcome

# Lambda polls with up to `MaximumConcurrency` of them; here no more than a function has processes.
POLLERS = 4
WAIT_S = 20
PAUSE_S = 1.0


@dataclass(frozen=True)
class Mapping:
    """An event source mapping of template.yaml, resolved."""

    function: str
    queue_url: str
    queue_arn: str
    batch_size: int
    reports_failures: bool
    concurrency: int


def poll(
    mapping: Mapping, sqs: Any, call: Callable[[dict[str, Any]], Outcome], stop: threading.Event
) -> None:
    """Hand batches to the function until `stop`; the queue gives again what failed."""
    while not stop.is_set():
        try:
            received = sqs.receive_message(
                QueueUrl=mapping.queue_url,
                MaxNumberOfMessages=mapping.batch_size,
                WaitTimeSeconds=WAIT_S,
                AttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
        except (BotoCoreError, ClientError):
            stop.wait(PAUSE_S)
            continue
        if messages := received.get("Messages"):
            outcome = call(event(messages, mapping.queue_arn))
            delete(sqs, mapping.queue_url, done(messages, outcome, mapping.reports_failures))


def event(messages: list[dict[str, Any]], queue_arn: str) -> dict[str, Any]:
    """The event that Lambda makes of a batch of messages."""
    return {"Records": [_record(message, queue_arn) for message in messages]}


def done(
    messages: list[dict[str, Any]], outcome: Outcome, reports_failures: bool
) -> list[dict[str, Any]]:
    """The messages that the function has dealt with: all, none, or all but those it reports.

    A report that names an unknown message, or cannot be read, fails the whole batch, as in Lambda.
    """
    if outcome.error_type:
        return []
    if not reports_failures:
        return messages
    failed = _failed(outcome.payload)
    if failed is None or failed - {message["MessageId"] for message in messages}:
        return []
    return [message for message in messages if message["MessageId"] not in failed]


def delete(sqs: Any, queue_url: str, messages: list[dict[str, Any]]) -> None:
    """Take these messages off the queue."""
    for message in messages:
        with contextlib.suppress(BotoCoreError, ClientError):
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])


def _failed(payload: bytes) -> set[str] | None:
    """The ids of `batchItemFailures`; nothing reported is nothing failed; None if unreadable."""
    try:
        report = json.loads(payload) or {}
        return {item["itemIdentifier"] for item in report.get("batchItemFailures") or []}
    except (ValueError, AttributeError, KeyError, TypeError):
        return None


def _record(message: dict[str, Any], queue_arn: str) -> dict[str, Any]:
    attributes = message.get("MessageAttributes", {})
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {name: _attribute(value) for name, value in attributes.items()},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(":")[3],
    }


def _attribute(value: dict[str, Any]) -> dict[str, Any]:
    return {f"{key[0].lower()}{key[1:]}": it for key, it in value.items()}
