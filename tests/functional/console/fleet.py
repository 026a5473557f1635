"""A made-up fleet as the API answers it: what the console's tests and screenshots look at."""

import hashlib
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from typing import Any

Json = dict[str, Any]
CLUSTERS = ("eu-core", "us-core", "ap-core", "eu-edge", "us-edge", "warehouse")
TEAMS = ("orders", "payments", "stock", "clicks", "ledger", "parcels", "prices")
# Mostly well, as a fleet is.
STATUSES = (
    *("IN_SYNC",) * 8,
    "OUT_OF_SYNC",
    *("IN_SYNC",) * 7,
    "STALE_TOPIC",
    *("IN_SYNC",) * 6,
    "PAUSED",
    *("IN_SYNC",) * 5,
    "FAILED",
    "UNKNOWN",
    "IN_SYNC",
    "CREATING",
)
WHY = {
    "OUT_OF_SYNC": (
        "LATENCY_ABOVE_TARGET",
        "critical",
        "{topic} is 4 min behind, above its target of 30 s: one task copies 48 partitions.",
        "Raise maxTasks to 3, as there are 3 workers.",
    ),
    "STALE_TOPIC": (
        "STALE_TOPIC",
        "warning",
        "{topic} has had no record for 12 min at the source.",
        "Look whether its producers still run.",
    ),
    "FAILED": (
        "TASK_FAILED",
        "critical",
        "Task 0 of {name}.source failed: not authorized to read {topic}.",
        "Grant READ on the topic to the mirror's principal, then restart the failed tasks.",
    ),
    "UNKNOWN": (
        "SOURCE_UNREACHABLE",
        "critical",
        "None of the source's 3 brokers could be reached for 6 min.",
        "Look at the brokers and at the network between.",
    ),
}
TRACE = (
    "org.apache.kafka.connect.errors.ConnectException: Unrecoverable exception\n"
    "\tat org.apache.kafka.connect.mirror.MirrorSourceTask.poll(MirrorSourceTask.java:154)\n"
    "\tat org.apache.kafka.connect.runtime.AbstractWorkerSourceTask.poll(AbstractWorkerSourceTask."
    "java:482)\n"
    "Caused by: org.apache.kafka.common.errors.TopicAuthorizationException: Not authorized to "
    "access topics: [orders.placed]"
)


def iso(at: datetime) -> str:
    """As the API writes a time."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def mirrors(count: int, now: datetime) -> list[Json]:
    """So many summaries, by name."""
    statuses = list(islice(cycle(STATUSES), count))
    return sorted(
        (_mirror(number, status, now) for number, status in enumerate(statuses)),
        key=lambda one: str(one["name"]),
    )


def _mirror(number: int, status: str, now: datetime) -> Json:
    source = CLUSTERS[number % len(CLUSTERS)]
    target = CLUSTERS[(number * 5 + 1) % len(CLUSTERS)]
    target = target if target != source else CLUSTERS[(number + 2) % len(CLUSTERS)]
    team = TEAMS[number % len(TEAMS)]
    tag = hashlib.sha256(str(number).encode()).hexdigest()[:5]
    name = f"{source}.{target}.{tag}"
    behind = {"OUT_OF_SYNC": 251_000, "UNKNOWN": None, "CREATING": None}.get(
        status, number * 7 % 900
    )
    seen = status != "CREATING"
    return {
        "name": name,
        "connectCluster": f"{target}-connect",
        "sourceCluster": {
            "alias": source,
            "managedCluster": {"sourceKafkaClusterId": source, "usePrivateIps": False},
        },
        "targetCluster": target,
        "renameMirroredTopics": True,
        "topicsRegex": rf"{team}\..*",
        "topicsExclude": [],
        "maxTasks": 3,
        "startFrom": "earliest",
        "syncGroupOffsets": number % 3 == 0,
        "groupsRegex": ".*",
        "targetLatency": 30_000,
        "description": f"The {team} of {source}, in {target}" if number % 2 else "",
        "tags": {"team": team},
        "version": 3,
        "createdAt": iso(now - timedelta(days=40, hours=number % 20)),
        "measuredAt": iso(now - timedelta(seconds=20)) if seen else None,
        "status": status,
        "statusSince": iso(now - timedelta(minutes=7 + number * 13 % 6000)),
        "reasons": _reasons(status, name, f"{team}.placed", now),
        "latency": {
            "average": behind and 21 + number % 60,
            "max": behind and 63 + number % 90,
            "behind": behind,
            "lagRecords": behind and behind // 10,
        },
        "recent": _recent(number, status, now) if seen else None,
        "topics": 3 + number % 40 if seen else 0,
        "tasks": {"running": 2 if status == "FAILED" else 3, "total": 3} if seen else _NO_TASKS,
    }


_NO_TASKS = {"running": 0, "total": 0}


def _reasons(status: str, name: str, topic: str, now: datetime) -> list[Json]:
    if status not in WHY:
        return []
    code, severity, message, action = WHY[status]
    is_late = code == "LATENCY_ABOVE_TARGET"
    return [
        {
            "code": code,
            "severity": severity,
            "topic": topic,
            "partition": None,
            "connector": f"{name}.source" if code == "TASK_FAILED" else None,
            "task": 0 if code == "TASK_FAILED" else None,
            "measured": 251_000 if is_late else None,
            "threshold": 30_000 if is_late else None,
            "since": iso(now - timedelta(minutes=12)),
            "message": message.format(topic=topic, name=name),
            "action": action,
            "count": None,
        }
    ]


def _recent(number: int, status: str, now: datetime) -> Json:
    late = status == "OUT_OF_SYNC"
    behind = [
        (minute - 40) * 12_500 if late and minute > 40 else (minute * number * 37) % 900
        for minute in range(60)
    ]
    gaps = [
        None if number % 9 == 0 and 20 < minute < 26 else it for minute, it in enumerate(behind)
    ]
    return {"from": iso(now - timedelta(hours=1)), "stepMs": 60_000, "behind": gaps}
