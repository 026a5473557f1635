"""One made-up mirror in full, its history and its clusters, as the API answers them."""

import math
from datetime import datetime, timedelta
from typing import Any

from tests.functional.console.fleet import TRACE, Json, iso

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
STATES = ("ACTIVE", "ACTIVE", "ACTIVE", "INACTIVE", "STALE", "EMPTY")


def full(mirror: Json, now: datetime, topics: int) -> Json:
    """The mirror in full, from its summary."""
    kept = {key: value for key, value in mirror.items() if key not in ("recent", "tasks", "topics")}
    failed = mirror["status"] == "FAILED"
    return kept | {
        "backfill": None,
        "mirroredTopics": [_topic(number, mirror, now) for number in range(topics)][:500],
        "topicsNextToken": "500" if topics > 500 else None,
        "connectors": [
            _connector(mirror, "source", "Mirror Connector", failed=failed),
            _connector(mirror, "checkpoint", "Checkpoint Connector", failed=False),
        ],
        "groups": [_group("billing", 0), _group("search-indexer", 1)],
        "groupsTotal": 2,
    }


def topics(mirror: Json, now: datetime, total: int, first: int, limit: int) -> Json:
    """A page of its topics."""
    last = min(total, first + limit)
    rows = [_topic(number, mirror, now) for number in range(first, last)]
    return {"mirroredTopics": rows, "nextToken": str(last) if last < total else None}


def _topic(number: int, mirror: Json, now: datetime) -> Json:
    name = f"{mirror['tags']['team']}.{('placed', 'returned', 'gifts')[number % 3]}.{number:04}"
    late = mirror["status"] == "OUT_OF_SYNC" and number == 0
    state = STATES[number % len(STATES)]
    return {
        "name": name,
        "mirroredName": f"{mirror['sourceCluster']['alias']}.{name}",
        "state": state,
        "partitions": 3 + number % 9,
        "averageLatency": None if state == "EMPTY" else 20 + number % 50,
        "maxLatency": None if state == "EMPTY" else 60 + number % 200,
        "averageRate": None if state == "EMPTY" else (number * 37 % 900) / 10,
        "behind": 251_000 if late else 0,
        "lagRecords": 41_300 if late else 0,
        "lastProducedAt": None if state == "EMPTY" else iso(now - timedelta(seconds=number % 600)),
    }


def partitions(topic: Json) -> Json:
    """The topic down to its partitions."""
    rows: list[Json] = [
        {
            "partition": number,
            "state": topic["state"],
            "behind": topic["behind"] if number == 0 else 0,
            "lagRecords": topic["lagRecords"] if number == 0 else 0,
            "averageLatency": topic["averageLatency"],
            "sourceStart": 0,
            "sourceEnd": 1_000_000 + number,
            "copiedTo": 1_000_000 + number - (topic["lagRecords"] if number == 0 else 0),
            "targetEnd": 1_000_000 + number,
            "lastProducedAt": topic["lastProducedAt"],
            "unknown": "does not answer" if number == 2 and topic["behind"] else None,
        }
        for number in range(topic["partitions"])
    ]
    return {**topic, "partitions": rows, "partitionsTotal": len(rows)}


def _connector(mirror: Json, role: str, kind: str, *, failed: bool) -> Json:
    name = f"{mirror['name']}.{role}"
    tasks = [_task(number, failed=failed and number == 0) for number in range(3)]
    config = {
        "connector.class": f"org.apache.kafka.connect.mirror.Mirror{role.title()}Connector",
        "name": name,
        "tasks.max": "3",
        "topics": mirror["topicsRegex"],
        "source.cluster.bootstrap.servers": "broker-1.eu.example.com:9092",
        "source.cluster.sasl.jaas.config": "[hidden]",
        "offset-syncs.topic.location": "target",
        "errors.tolerance": "none",
    }
    return {
        "name": name,
        "kind": kind,
        "status": "RUNNING",
        "worker": "10.0.0.7:8083",
        "trace": None,
        "tasks": tasks,
        "tasksTotal": len(tasks),
        "config": config,
        "baseline": config | {"tasks.max": "1", "topics": ".*"},
    }


def _task(number: int, *, failed: bool) -> Json:
    return {
        "id": number,
        "status": "FAILED" if failed else "RUNNING",
        "worker": f"10.0.0.{7 + number}:8083",
        "partitions": None if failed else 16,
        "trace": TRACE if failed else None,
    }


def _group(name: str, kind: int) -> Json:
    reason = {
        "code": "ACTIVE_ON_TARGET",
        "message": "The group has members on the target, so that Kafka takes no offsets for it.",
        "action": "Stop its consumers there.",
    }
    return {
        "name": name,
        "state": ("TRANSLATED", "NOT_TRANSLATED")[kind],
        "offsets": [
            {
                "topic": "orders.placed",
                "mirroredName": "eu-core.orders.placed",
                "partition": number,
                "source": 1_000_000,
                "translated": 999_990,
                "target": None if kind else 999_990,
            }
            for number in range(2)
        ],
        "age": None if kind else 41_000,
        "reason": reason if kind else None,
    }


def latency(mirror: Json, start: datetime, end: datetime, now: datetime) -> Json:
    """Its history: calm, a slow hour, a gap."""
    minutes = int((end - start) / timedelta(minutes=1))
    step = max(1, minutes // 1_440)
    points = []
    for minute in range(0, minutes, step):
        at = start + timedelta(minutes=minute)
        age = (now - at) / timedelta(minutes=1)
        if 400 < age < 430:
            continue
        wave = 20 + 8 * math.sin(age / 30) + (minute * 7919 % 13)
        slow = 300 < age < 360 or (mirror["status"] == "OUT_OF_SYNC" and age < 12)
        behind = 45_000 + int(age * 90) if slow else minute * 7919 % 700
        points.append(
            {
                "at": iso(at),
                "average": int(wave + (20_000 if slow else 0)),
                "max": int(wave * 3 + (44_000 if slow else 0)),
                "behind": behind,
                "lagRecords": behind // 10,
                "status": "OUT_OF_SYNC" if slow else "IN_SYNC",
            }
        )
    return {"points": points, "resolution": step * 60_000 if step > 1 else None}


def changes(mirror: Json, now: datetime) -> Json:
    """Who did what, newest first."""

    def line(minutes: int, kind: str, before: Any, after: Any, by: str | None = None) -> Json:
        return {
            "at": iso(now - timedelta(minutes=minutes)),
            "kind": kind,
            "from": before,
            "to": after,
            "reasons": mirror["reasons"] if kind == "status" else [],
            "tookMs": 240_000 if kind == "status" else None,
            "by": by,
        }

    return {
        "changes": [
            line(12, "status", "IN_SYNC", mirror["status"]),
            line(300, "status", "OUT_OF_SYNC", "IN_SYNC"),
            line(320, "write", {"maxTasks": 1}, {"maxTasks": 3}, "ada@example.com"),
            line(360, "status", "IN_SYNC", "OUT_OF_SYNC"),
            line(900, "repair", None, {"connector": f"{mirror['name']}.source"}),
            line(57_600, "write", None, {"topicsRegex": mirror["topicsRegex"]}, "bob@example.com"),
        ],
        "nextToken": None,
    }


def clusters(names: tuple[str, ...], mirrors: list[Json], now: datetime) -> list[Json]:
    """The Kafka clusters that mirrors read and write."""
    rows: list[Json] = [
        {
            "name": name,
            "bootstrapServers": [
                f"broker-{number}.{name}.example.com:9096" for number in (1, 2, 3)
            ],
            "privateBootstrapServers": [],
            "clusterId": f"MkU3OEVBNTcwNTJENDM2{number}",
            "brokers": 3,
            "securityProtocol": "SASL_SSL" if number % 2 else "PLAINTEXT",
            "saslMechanism": "SCRAM-SHA-512" if number % 2 else None,
            "description": "",
            "tags": {},
            "revision": 2,
            "createdAt": iso(now - timedelta(days=90)),
            "updatedAt": iso(now - timedelta(days=number)),
            "usedBy": _users(name, mirrors)[:10],
            "usedByTotal": len(_users(name, mirrors)),
        }
        for number, name in enumerate(names)
    ]
    return rows


def _users(name: str, mirrors: list[Json]) -> list[str]:
    ends = [(one["sourceCluster"]["alias"], one["targetCluster"]) for one in mirrors]
    return [one["name"] for one, both in zip(mirrors, ends, strict=True) if name in both]


def connect_clusters(names: tuple[str, ...], now: datetime) -> list[Json]:
    """A Connect cluster beside each."""
    rows: list[Json] = [
        {
            "name": f"{name}-connect",
            "urls": [f"https://connect-1.{name}.example.com:8083"],
            "kafkaCluster": name,
            "caCertificate": CERTIFICATE if number else None,
            "configProvider": "secrets" if number % 2 else None,
            "offsetFlushMs": 10_000,
            "version": "4.1.0",
            "workers": 3 if number else None,
            "connectedClusters": [one for one in names if one != name][:3],
            "revision": 1,
            "createdAt": iso(now - timedelta(days=90)),
            "updatedAt": iso(now - timedelta(days=number)),
        }
        for number, name in enumerate(names)
    ]
    return rows
