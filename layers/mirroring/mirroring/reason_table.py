"""Every reason in one row: how much it matters, what it means to the rules, and its words.

A new reason is one row here, and the rule that finds it (measuring/, or who else makes it).
"""

from collections.abc import Mapping
from typing import NamedTuple

from mirroring.observation import Code, Severity

CRITICAL, WARNING, INFO = Severity.CRITICAL, Severity.WARNING, Severity.INFO


class Row(NamedTuple):
    """What a reason means; `{…}` in its texts are filled with the facts of the case.

    `lasting`: it stands until it expires or a person has seen it, since it stays so after it
    happened. `failure`: a connector or a task failed, which a restart may mend. `disproves_work`: a
    mirror with it is not shown to work by its states, so that new credentials are not proven by it.
    `unobservable`: with it in three samples nothing is known of a mirror.
    `quiet`: people are not told of an OUT_OF_SYNC with it. `outage`: it is told as that reason, and
    once with it. `less_is_worse`: the smaller `measured`, the graver.
    """

    severity: Severity
    message: str
    action: str
    lasting: bool = False
    failure: bool = False
    disproves_work: bool = False
    unobservable: bool = False
    quiet: bool = False
    outage: Code | None = None
    less_is_worse: bool = False


_CONNECT = "Check that the Connect workers run and that their REST API is reachable from here."
_SEEN = "Then acknowledge the finding, or wait until it expires."

REASONS: Mapping[Code, Row] = {
    Code.CONFIG_REFUSED: Row(
        CRITICAL,
        "Kafka Connect refuses the configuration: {words}",
        "Change what it names, in the mirror or on the workers, or delete the mirror.",
        disproves_work=True,
    ),
    Code.CONNECTOR_MISSING: Row(
        CRITICAL,
        "The connector {connector} is gone from Kafka Connect.",
        "Nothing: it is put back within two minutes, and later each time that it goes again.",
        disproves_work=True,
    ),
    Code.CONNECTOR_FAILED: Row(
        CRITICAL,
        "The connector {connector} failed: {cause}.",
        "{todo}",
        failure=True,
        disproves_work=True,
    ),
    Code.TASK_FAILED: Row(
        CRITICAL,
        "Task {task} of the connector {connector} failed: {cause}.",
        "{todo}",
        failure=True,
        disproves_work=True,
    ),
    Code.CONNECTOR_PAUSED: Row(
        CRITICAL,
        "Somebody paused the connector {connector} in Kafka Connect.",
        "Resume it (POST /mirrors/{mirror}/resume), or pause the mirror here if that was meant.",
    ),
    Code.CONNECTOR_STOPPED: Row(
        CRITICAL,
        "Somebody stopped the connector {connector} in Kafka Connect.",
        "Resume it (POST /mirrors/{mirror}/resume), or stop the mirror here if that was meant.",
    ),
    Code.TASKS_NOT_RUNNING: Row(
        CRITICAL,
        "The connector {connector} or a task of it has been {state} for {samples} samples.",
        "Check that the Connect workers run and can rebalance; look into their logs.",
        disproves_work=True,
    ),
    Code.NO_TASKS: Row(
        CRITICAL,
        "The connector {connector} says RUNNING and has no task, though {topics} topics match.",
        "The worker cannot list the source's topics: check that it reaches the source with these "
        "credentials, then restart the connector.",
        disproves_work=True,
    ),
    Code.LATENCY_ABOVE_TARGET: Row(
        CRITICAL,
        "{topic} is {delay} behind; the target latency is {target}.",
        "Give the mirror more tasks, look for slow links, or raise the target latency.",
        outage=Code.STALLED,
    ),
    Code.STALLED: Row(
        CRITICAL,
        "Nothing of {topic}, partition {partition}, was copied for {still}, and its oldest record "
        "has waited for {delay}.",
        "Connect's states do not show why: check READ on the topic, the link from the workers to "
        "the source, and the worker's log; a restart of the connector is safe.",
        disproves_work=True,
    ),
    Code.TARGET_TOPIC_MISSING: Row(
        CRITICAL,
        "The target has no topic {mirrored}, so {topic} is not mirrored.",
        "Check that the connector may create topics there (CREATE, replication factor), then "
        "restart it.",
        disproves_work=True,
    ),
    Code.TARGET_TOPIC_RESET: Row(
        CRITICAL,
        "The target topic {mirrored} was deleted and made again: what it held is not copied again.",
        f"Make a new mirror if its history is wanted. {_SEEN}",
        lasting=True,
    ),
    Code.TOPIC_RECREATED: Row(
        CRITICAL,
        "The source topic {topic} was deleted and made again: its first records may have been "
        "skipped, and old ones still lie on the target.",
        f"Compare both topics, and mirror it anew if records are missing. {_SEEN}",
        lasting=True,
    ),
    Code.DATA_LOSS: Row(
        CRITICAL,
        "{lost} records of {topic}, partition {partition}, were deleted at the source before they "
        "were copied.",
        f"Raise the source topic's retention above the longest outage. {_SEEN}",
        lasting=True,
    ),
    Code.BACKFILLING: Row(
        INFO,
        "Records older than the mirror are being copied: {done} of {total}.",
        "Wait; more tasks make it faster.",
        quiet=True,
    ),
    Code.CONNECT_UNREACHABLE: Row(
        WARNING,
        "Kafka Connect cannot be observed: {words}",
        _CONNECT,
        disproves_work=True,
        unobservable=True,
    ),
    Code.SOURCE_UNREACHABLE: Row(
        WARNING,
        "The source cluster cannot be observed: {words}",
        "Check that its brokers run and that they are reachable from here.",
        disproves_work=True,
        unobservable=True,
    ),
    Code.SOURCE_UNAUTHORIZED: Row(
        WARNING,
        "The source cluster refuses the mirror's credentials: {words}",
        "Register the source with connection properties that are right.",
        disproves_work=True,
        unobservable=True,
    ),
    Code.TARGET_UNREACHABLE: Row(
        WARNING,
        "The target cluster cannot be observed: {words}",
        "Check that its brokers run and that they are reachable from here.",
        disproves_work=True,
        unobservable=True,
    ),
    Code.PATTERN_TOO_SLOW: Row(
        WARNING,
        "A pattern of the mirror takes too long: {words}",
        "Simplify the pattern: a repetition within a repetition, as in (a+)+, is the usual reason.",
        disproves_work=True,
        unobservable=True,
    ),
    Code.NO_TOPICS_MATCHED: Row(
        WARNING,
        "No topic of the source matches {regex}.",
        "Create the topic, change topicsRegex, or grant DESCRIBE on the topics that are meant.",
    ),
    Code.STALE_TOPIC: Row(
        WARNING,
        "Nothing was written to {topic} since the mirror was made.",
        "Nothing, if that is expected: its latency shows with the first record.",
    ),
    Code.INACTIVE_ABOVE_TARGET: Row(
        WARNING,
        "The last records of {topic} took {delay}; the target latency is {target}.",
        "Nothing, if the cause is known: the next records show whether it is over.",
    ),
    Code.CHECKPOINT_FAILED: Row(
        WARNING,
        "The checkpoint connector {connector} failed: {cause}.",
        "{todo}",
        failure=True,
        disproves_work=True,
    ),
    Code.CLOCK_SKEW: Row(
        WARNING,
        "{records} records of {topic} carry a timestamp that is not the time of their writing.",
        "Check the producers' clocks; with event time this is expected, and such records do not "
        "count in the latency.",
    ),
    Code.RETENTION_NEAR: Row(
        WARNING,
        "The oldest unmirrored record of {topic} will be deleted at the source in {left}.",
        "Mend what holds the mirror up before then, or raise the source topic's retention.ms.",
        less_is_worse=True,
    ),
    Code.FEWER_TASKS_THAN_WORKERS: Row(
        WARNING,
        "maxTasks is {tasks}, and there are {workers} Connect workers: some have nothing to do.",
        "Raise maxTasks to the number of workers or more.",
    ),
    Code.PLAIN_SECRETS: Row(
        WARNING,
        "The connectors' configurations hold credentials in plain text, readable in Kafka Connect.",
        "Set up a config provider on the workers and name it in the Connect cluster's "
        "configProvider.",
    ),
    Code.REPAIR_GIVEN_UP: Row(
        CRITICAL,
        "Restarting {connector} did not help: {cause}. It is tried every 30 minutes now.",
        "Mend the cause, then restart the mirror.",
    ),
    Code.SAMPLES_MISSING: Row(
        CRITICAL,
        "The mirror was last sampled {age} ago: what it does since then is not known.",
        "Look into the logs and the alarms of the functions dispatch_samples and sample_latency.",
    ),
    Code.PAUSE_PENDING: Row(
        INFO,
        "Kafka Connect was asked to {hold} the mirror, and its connectors still run.",
        "Wait: it is asked again every minute. Check Kafka Connect if it lasts.",
    ),
    Code.PARTITIONS_UNREADABLE: Row(
        WARNING,
        "Whether {topic}, partition {partition}, is copied has not been known for {still}: {words}",
        "Check that each partition has a leader on the source and on the target.",
    ),
    Code.OFFSETS_UNKNOWN: Row(
        WARNING,
        "Kafka Connect has told no committed offsets of {connector} for {still}.",
        "Look into the workers' logs; Kafka Connect tells offsets since 3.5.",
    ),
    Code.TOPIC_TRUNCATED: Row(
        CRITICAL,
        "The end of {topic}, partition {partition}, fell by {lost} offsets at the source: it was "
        "cut by an unclean leader election.",
        f"Compare both topics: what was cut may still lie on the target. {_SEEN}",
        lasting=True,
    ),
    Code.CHANGED_BY_OTHERS: Row(
        WARNING,
        "Something else keeps changing the connector {connector}: {what}.",
        "Find what else manages it (a Kubernetes operator, GitOps), and let one of the two go.",
    ),
    Code.CHANGE_PENDING: Row(
        WARNING,
        "What was asked of the mirror has not been done for {still}: {words}",
        "Mend what it names; it is tried again every minute.",
    ),
    Code.TARGET_UNAUTHORIZED: Row(
        WARNING,
        "The target cluster does not let us see {mirrored}: {words}",
        "Grant DESCRIBE on the topic to the credentials that the target is registered with.",
    ),
    Code.COPIES_TWICE: Row(
        WARNING,
        "The mirror {other} writes {mirrored}, too: each record may be there twice.",
        "Leave the topic out of one of the two mirrors with topicsExclude.",
    ),
    Code.CERTIFICATE_EXPIRES: Row(
        WARNING,
        "{certificate} is valid until {until} only.",
        "Have a new one signed before then; where it is one of ours, register the cluster with it.",
    ),
}

LASTING = frozenset(code for code, row in REASONS.items() if row.lasting)
FAILURES = frozenset(code for code, row in REASONS.items() if row.failure)
UNOBSERVABLE = frozenset(code for code, row in REASONS.items() if row.unobservable)
QUIET = frozenset(code for code, row in REASONS.items() if row.quiet)
LESS_IS_WORSE = frozenset(code for code, row in REASONS.items() if row.less_is_worse)
DISPROVING_WORK = frozenset(code for code, row in REASONS.items() if row.disproves_work)


def outage(code: Code) -> Code:
    """What a reason is told as: late first and stalled then is one outage."""
    row = REASONS.get(code)
    return row.outage if row and row.outage else code
