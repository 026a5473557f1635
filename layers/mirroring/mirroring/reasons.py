"""Every reason in words: what is wrong in one sentence, and what to do about it."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from mirroring import bounded
from mirroring.observation import Code, Reason, Severity

NOTHING: Mapping[str, object] = MappingProxyType({})
CRITICAL, WARNING, INFO = Severity.CRITICAL, Severity.WARNING, Severity.INFO


class Words(NamedTuple):
    """A reason's severity and texts; `{…}` are filled with the facts of the case."""

    severity: Severity
    message: str
    action: str


_CONNECT = "Check that the Connect workers run and that their REST API is reachable from here."
_SEEN = "Then acknowledge the finding, or wait until it expires."

WORDS: dict[Code, Words] = {
    Code.CONFIG_REFUSED: Words(
        CRITICAL,
        "Kafka Connect refuses the configuration: {words}",
        "Change what it names, in the mirror or on the workers, or delete the mirror.",
    ),
    Code.CONNECTOR_MISSING: Words(
        CRITICAL,
        "The connector {connector} is gone from Kafka Connect.",
        "Nothing: it is put back within two minutes, and later each time that it goes again.",
    ),
    Code.CONNECTOR_FAILED: Words(CRITICAL, "The connector {connector} failed: {cause}.", "{todo}"),
    Code.TASK_FAILED: Words(
        CRITICAL, "Task {task} of the connector {connector} failed: {cause}.", "{todo}"
    ),
    Code.CONNECTOR_PAUSED: Words(
        CRITICAL,
        "Somebody paused the connector {connector} in Kafka Connect.",
        "Resume it (POST /mirrors/{mirror}/resume), or pause the mirror here if that was meant.",
    ),
    Code.CONNECTOR_STOPPED: Words(
        CRITICAL,
        "Somebody stopped the connector {connector} in Kafka Connect.",
        "Resume it (POST /mirrors/{mirror}/resume), or stop the mirror here if that was meant.",
    ),
    Code.TASKS_NOT_RUNNING: Words(
        CRITICAL,
        "The connector {connector} or a task of it has been {state} for {samples} samples.",
        "Check that the Connect workers run and can rebalance; look into their logs.",
    ),
    Code.NO_TASKS: Words(
        CRITICAL,
        "The connector {connector} says RUNNING and has no task, though {topics} topics match.",
        "The worker cannot list the source's topics: check that it reaches the source with these "
        "credentials, then restart the connector.",
    ),
    Code.LATENCY_ABOVE_TARGET: Words(
        CRITICAL,
        "{topic} is {delay} behind; the target latency is {target}.",
        "Give the mirror more tasks, look for slow links, or raise the target latency.",
    ),
    Code.STALLED: Words(
        CRITICAL,
        "Nothing of {topic}, partition {partition}, was copied for {still}, and its oldest record "
        "has waited for {delay}.",
        "Connect's states do not show why: check READ on the topic, the link from the workers to "
        "the source, and the worker's log; a restart of the connector is safe.",
    ),
    Code.TARGET_TOPIC_MISSING: Words(
        CRITICAL,
        "The target has no topic {mirrored}, so {topic} is not mirrored.",
        "Check that the connector may create topics there (CREATE, replication factor), then "
        "restart it.",
    ),
    Code.TARGET_TOPIC_RESET: Words(
        CRITICAL,
        "The target topic {mirrored} was deleted and made again: what it held is not copied again.",
        f"Make a new mirror if its history is wanted. {_SEEN}",
    ),
    Code.TOPIC_RECREATED: Words(
        CRITICAL,
        "The source topic {topic} was deleted and made again: its first records may have been "
        "skipped, and old ones still lie on the target.",
        f"Compare both topics, and mirror it anew if records are missing. {_SEEN}",
    ),
    Code.DATA_LOSS: Words(
        CRITICAL,
        "{lost} records of {topic}, partition {partition}, were deleted at the source before they "
        "were copied.",
        f"Raise the source topic's retention above the longest outage. {_SEEN}",
    ),
    Code.BACKFILLING: Words(
        INFO,
        "Records older than the mirror are being copied: {done} of {total}.",
        "Wait; more tasks make it faster.",
    ),
    Code.CONNECT_UNREACHABLE: Words(WARNING, "Kafka Connect cannot be observed: {words}", _CONNECT),
    Code.SOURCE_UNREACHABLE: Words(
        WARNING,
        "The source cluster cannot be observed: {words}",
        "Check that its brokers run and that they are reachable from here.",
    ),
    Code.SOURCE_UNAUTHORIZED: Words(
        WARNING,
        "The source cluster refuses the mirror's credentials: {words}",
        "Register the source with connection properties that are right.",
    ),
    Code.TARGET_UNREACHABLE: Words(
        WARNING,
        "The target cluster cannot be observed: {words}",
        "Check that its brokers run and that they are reachable from here.",
    ),
    Code.NO_TOPICS_MATCHED: Words(
        WARNING,
        "No topic of the source matches {regex}.",
        "Create the topic, change topicsRegex, or grant DESCRIBE on the topics that are meant.",
    ),
    Code.STALE_TOPIC: Words(
        WARNING,
        "Nothing was written to {topic} since the mirror was made.",
        "Nothing, if that is expected: its latency shows with the first record.",
    ),
    Code.INACTIVE_ABOVE_TARGET: Words(
        WARNING,
        "The last records of {topic} took {delay}; the target latency is {target}.",
        "Nothing, if the cause is known: the next records show whether it is over.",
    ),
    Code.CHECKPOINT_FAILED: Words(
        WARNING, "The checkpoint connector {connector} failed: {cause}.", "{todo}"
    ),
    Code.CLOCK_SKEW: Words(
        WARNING,
        "{records} records of {topic} carry a timestamp that is not the time of their writing.",
        "Check the producers' clocks; with event time this is expected, and such records do not "
        "count in the latency.",
    ),
    Code.RETENTION_NEAR: Words(
        WARNING,
        "The oldest unmirrored record of {topic} will be deleted at the source in {left}.",
        "Mend what holds the mirror up before then, or raise the source topic's retention.ms.",
    ),
    Code.FEWER_TASKS_THAN_WORKERS: Words(
        WARNING,
        "maxTasks is {tasks}, and there are {workers} Connect workers: some have nothing to do.",
        "Raise maxTasks to the number of workers or more.",
    ),
    Code.PLAIN_SECRETS: Words(
        WARNING,
        "The connectors' configurations hold credentials in plain text, readable in Kafka Connect.",
        "Set up a config provider on the workers and name it in the Connect cluster's "
        "configProvider.",
    ),
    Code.REPAIR_GIVEN_UP: Words(
        CRITICAL,
        "Restarting {connector} did not help: {cause}. It is tried every 30 minutes now.",
        "Mend the cause, then restart the mirror.",
    ),
    Code.SAMPLES_MISSING: Words(
        CRITICAL,
        "The mirror was last sampled {age} ago: what it does since then is not known.",
        "Look into the logs and the alarms of the functions dispatch_samples and sample_latency.",
    ),
    Code.PAUSE_PENDING: Words(
        INFO,
        "Kafka Connect was asked to {hold} the mirror, and its connectors still run.",
        "Wait: it is asked again every minute. Check Kafka Connect if it lasts.",
    ),
    Code.PARTITIONS_UNREADABLE: Words(
        WARNING,
        "Whether {topic}, partition {partition}, is copied has not been known for {still}: {words}",
        "Check that each partition has a leader on the source and on the target.",
    ),
    Code.OFFSETS_UNKNOWN: Words(
        WARNING,
        "Kafka Connect has told no committed offsets of {connector} for {still}.",
        "Look into the workers' logs; Kafka Connect tells offsets since 3.5.",
    ),
    Code.TOPIC_TRUNCATED: Words(
        CRITICAL,
        "The end of {topic}, partition {partition}, fell by {lost} offsets at the source: it was "
        "cut by an unclean leader election.",
        f"Compare both topics: what was cut may still lie on the target. {_SEEN}",
    ),
    Code.CHANGED_BY_OTHERS: Words(
        WARNING,
        "Something else keeps changing the connector {connector}: {what}.",
        "Find what else manages it (a Kubernetes operator, GitOps), and let one of the two go.",
    ),
    Code.CHANGE_PENDING: Words(
        WARNING,
        "What was asked of the mirror has not been done for {still}: {words}",
        "Mend what it names; it is tried again every minute.",
    ),
    Code.TARGET_UNAUTHORIZED: Words(
        WARNING,
        "The target cluster does not let us see {mirrored}: {words}",
        "Grant DESCRIBE on the topic to the credentials that the target is registered with.",
    ),
    Code.COPIES_TWICE: Words(
        WARNING,
        "The mirror {other} writes {mirrored}, too: each record may be there twice.",
        "Leave the topic out of one of the two mirrors with topicsExclude.",
    ),
    Code.CERTIFICATE_EXPIRES: Words(
        WARNING,
        "{certificate} is valid until {until} only.",
        "Have a new one signed before then; where it is one of ours, register the cluster with it.",
    ),
}


def duration(ms: int) -> str:
    """Milliseconds as a person says them: `850 ms`, `12 s`, `3 min 20 s`, `4 d 3 h`."""
    if ms < 1000:
        return f"{ms} ms"
    seconds = ms // 1000
    for size, unit, small, part in ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min")):
        if seconds >= size:
            rest = seconds % size // small
            return f"{seconds // size} {unit}" + (f" {rest} {part}" if rest else "")
    minutes, seconds = divmod(seconds, 60)
    return (f"{minutes} min" + (f" {seconds} s" if seconds else "")) if minutes else f"{seconds} s"


def reason(
    code: Code,
    now: datetime,
    says: Mapping[str, object] = NOTHING,
    *,
    topic: str | None = None,
    partition: int | None = None,
    connector: str | None = None,
    task: int | None = None,
    measured: int | None = None,
    threshold: int | None = None,
) -> Reason:
    """A reason in its words; `measured` and `threshold` in ms, `says` fills the texts."""
    words = WORDS[code]
    known = {"topic": topic, "partition": partition, "connector": connector, "task": task, **says}
    return Reason(
        code=code,
        severity=words.severity,
        topic=topic,
        partition=partition,
        connector=connector,
        task=task,
        measured=measured,
        threshold=threshold,
        since=now,
        message=bounded.text(words.message.format_map(known)),
        action=bounded.text(words.action.format_map(known)),
    )
