"""Connect's traces read for the user: what went wrong in one sentence, and what to do about it.

The texts are those of Kafka 4.3.1 (org.apache.kafka.common.errors, Connect's WorkerSourceTask).
"""

import re
from typing import NamedTuple


class Cause(NamedTuple):
    """What a trace means, and what to do."""

    message: str
    action: str


CAUSES: tuple[tuple[str, Cause], ...] = (
    (
        r"max\.request\.size",
        Cause(
            "a record is larger than the worker's producer may send",
            "Raise producer.max.request.size on the Connect workers, then restart the task.",
        ),
    ),
    (
        r"RecordTooLargeException|message size the server will accept",
        Cause(
            "a record is larger than the target topic accepts",
            "Raise max.message.bytes of the target topic, then restart the task.",
        ),
    ),
    (
        r"UnknownTopicOrPartition",
        Cause(
            "a topic does not exist where the connector looks for it",
            "Check that the topic exists and that the target allows its creation.",
        ),
    ),
    (
        r"TopicAuthorization|GroupAuthorization|ClusterAuthorization|not authorized",
        Cause(
            "Kafka does not allow the connector's user to do this",
            "Grant READ, DESCRIBE, DESCRIBE_CONFIGS on the source, CREATE and WRITE on the target.",
        ),
    ),
    (
        r"SaslAuthentication|AuthenticationException|SslAuthentication|SSLHandshake",
        Cause(
            "Kafka refuses the connector's credentials",
            "Register the cluster again with connection properties that are right.",
        ),
    ),
    (
        r"Connection refused|ConnectException: Connection|DisconnectException"
        r"|No resolvable bootstrap|BrokerNotAvailable|Timed out waiting|TimeoutException",
        Cause(
            "the Connect worker cannot reach Kafka",
            "Check that the brokers run and that the workers reach their advertised addresses.",
        ),
    ),
    (
        r"ClassNotFound|NoClassDefFound|Failed to find any class",
        Cause(
            "the Connect worker lacks a class",
            "Install MirrorMaker 2 (connect-mirror) and its plug-ins on every worker.",
        ),
    ),
    (
        r"PatternSyntaxException",
        Cause(
            "the topics pattern does not compile",
            "Change topicsRegex to a pattern that Java accepts.",
        ),
    ),
    (
        r"InvalidTimestamp|INVALID_TIMESTAMP",
        Cause(
            "the target refuses a record's timestamp",
            "Raise message.timestamp.after.max.ms and before.max.ms of the target topic.",
        ),
    ),
    (
        r"DataException",
        Cause(
            "a converter of the connector cannot read a record",
            "Remove the converters that were set by hand; a mirror copies bytes as they are.",
        ),
    ),
)


def read(trace: str | None) -> Cause:
    """What a connector's or task's trace says; its first line where it is none that we know."""
    if not trace:
        return Cause("Connect gives no trace", "Look into the Connect worker's log.")
    for pattern, cause in CAUSES:
        if re.search(pattern, trace):
            return cause
    root = [line for line in trace.splitlines() if line.startswith("Caused by:")]
    line = (root[-1].removeprefix("Caused by:") if root else trace.splitlines()[0]).strip()
    return Cause(line[:300], "Mend what the trace names, then restart the task.")
