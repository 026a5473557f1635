"""The local stack as an outside user starts, uses and stops it, and its two Kafka clusters."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition

ROOT = Path(__file__).parents[2]
CONNECT = "org.apache.kafka.connect.cli.ConnectDistributed"
BROKER = "kafka.Kafka"
START_S = 180
STOP_S = 30
READY = re.compile(r"^ready (http://127\.0\.0\.1:\d+)$", re.MULTILINE)

T = TypeVar("T")


def eventually(look: Callable[[], T | None], *, within_s: float, what: str = "it") -> T:
    """The first answer of `look` that is true; fails after `within_s` seconds with the last one."""
    deadline = time.monotonic() + within_s
    while not (seen := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true in {within_s} s, last seen: {seen!r}")
        threading.Event().wait(0.05)
    return seen


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Record:
    """A Kafka record, as bytes; what is None is left to the producer."""

    value: bytes | None
    key: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = ()
    timestamp_ms: int | None = None
    partition: int | None = None


@dataclass(frozen=True)
class Cluster:
    """One of the two real Kafka clusters."""

    bootstrap_server: str

    def create(
        self, *topics: str, partitions: int = 3, configs: dict[str, str] | None = None
    ) -> None:
        """Create topics."""
        layout = {"num_partitions": partitions, "replication_factor": 1, "configs": configs or {}}
        with KafkaAdminClient(bootstrap_servers=self.bootstrap_server) as admin:
            admin.create_topics({topic: layout for topic in topics})

    def delete(self, *topics: str) -> None:
        """Delete topics."""
        with KafkaAdminClient(bootstrap_servers=self.bootstrap_server) as admin:
            admin.delete_topics(list(topics))

    def topics(self) -> set[str]:
        """The names of all topics."""
        with KafkaAdminClient(bootstrap_servers=self.bootstrap_server) as admin:
            return set(admin.list_topics())

    def produce(self, topic: str, *records: Record) -> None:
        """Write records and wait until the broker has them."""
        with KafkaProducer(bootstrap_servers=self.bootstrap_server) as producer:
            for one in records:
                producer.send(
                    topic,
                    value=one.value,
                    key=one.key,
                    headers=list(one.headers),
                    timestamp_ms=one.timestamp_ms,
                    partition=one.partition,
                )
            producer.flush(30)

    def read(self, topic: str) -> list[Record]:
        """Every record that the topic holds now, partition by partition; none without the topic."""
        with KafkaConsumer(
            bootstrap_servers=self.bootstrap_server,
            allow_auto_create_topics=False,
            enable_auto_commit=False,
        ) as consumer:
            partitions = [
                TopicPartition(topic, each) for each in consumer.partitions_for_topic(topic) or ()
            ]
            if not partitions:
                return []
            ends = consumer.end_offsets(partitions)
            consumer.assign(partitions)
            consumer.seek_to_beginning()
            return [record for each in partitions for record in _until(consumer, each, ends[each])]


@dataclass
class LocalStack:
    """A running `lockstep local`."""

    process: subprocess.Popen[bytes]
    output: Path
    data: Path
    url: str = ""
    endpoints: dict[str, str] = field(default_factory=dict)

    @property
    def source(self) -> Cluster:
        """The cluster that mirrors read."""
        return Cluster(self.endpoints["source"])

    @property
    def target(self) -> Cluster:
        """The cluster beside Connect, that mirrors write."""
        return Cluster(self.endpoints["target"])

    def said(self) -> str:
        """Everything that it printed so far."""
        return self.output.read_text()

    def wait_until_ready(self) -> None:
        """Wait for the ready line; fails at once when the process ends."""

        def look() -> re.Match[str] | None:
            assert self.process.poll() is None, self.said()
            return READY.search(self.said())

        self.url = eventually(look, within_s=START_S, what="ready")[1]
        self.endpoints = self.get("/_local/endpoints").json

    def call(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """One HTTP call; a body that is no bytes is sent as JSON."""
        return request(self.url + path, method, body, headers or {})

    def get(self, path: str) -> Answer:
        """GET a path of the API, or of `/_local`."""
        return self.call("GET", path)

    def put(self, path: str, body: Any, **headers: str) -> Answer:
        """PUT JSON to a path of the API."""
        return self.call("PUT", path, body, headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        """POST JSON to a path of the API, or of `/_local`."""
        return self.call("POST", path, body, headers)

    def delete(self, path: str) -> Answer:
        """DELETE a path of the API."""
        return self.call("DELETE", path)

    def connect(self, method: str, path: str, body: Any = None) -> Answer:
        """One call of Kafka Connect's own REST API."""
        return request(self.endpoints["connect"] + path, method, body, {})

    def connect_answers(self) -> bool:
        """Whether Kafka Connect serves its REST API."""
        try:
            return self.connect("GET", "/connectors").status == 200
        except OSError:
            return False

    def run(self, function: str, event: Any = None) -> Answer:
        """Invoke a function now: `stack.run("dispatch_samples")`."""
        return self.post(f"/_local/run/{function}", event)

    def aws(self, service: str) -> Any:
        """A boto3 client of the local AWS."""
        return boto3.client(  # type: ignore[call-overload]  # the service's name is no literal here
            service,
            "eu-central-1",
            endpoint_url=self.endpoints["aws"],
            config=Config(proxies={}),
            aws_access_key_id="local",
            aws_secret_access_key="local",
        )

    def family(self) -> set[int]:
        """The ids of its process and of all that it started, and they in turn."""
        return family(self.process.pid)

    def kill(self, program: str) -> None:
        """Kill -9 the one process that runs this program: `stack.kill(CONNECT)`, for one."""
        os.kill(next(pid for pid in self.family() if _runs(pid, program)), signal.SIGKILL)

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Stop it as a person would, and wait; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(STOP_S)


def start(data: Path, *options: str, output: Path | None = None) -> LocalStack:
    """Start the stack with its folder at `data`; nothing is waited for."""
    output = output or data.with_suffix(".txt")
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "lockstep", "local", "--data", data, *options],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
        )
    return LocalStack(process, output, data)


def request(url: str, method: str, body: Any, headers: dict[str, str]) -> Answer:
    """One HTTP call, with no proxy."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path
    try:
        connection.request(method, path, content, {"content-type": "application/json"} | headers)
        response = connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, names, response.read())
    finally:
        connection.close()


def family(pid: int) -> set[int]:
    """The ids of a process and of all that it started, and they in turn."""
    return set(_family(pid))


def alive(pids: set[int]) -> set[int]:
    """Those of these processes that still run; one that only waits to be reaped does not."""
    return {pid for pid in pids if _state(pid) not in (None, "Z")}


def _runs(pid: int, program: str) -> bool:
    """Whether a process's command line holds this word."""
    try:
        return program in Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return False


def _state(pid: int) -> str | None:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return None


def _family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            yield from _family(int(child))


def _until(consumer: KafkaConsumer, partition: TopicPartition, end: int) -> Sequence[Record]:
    """The records of one partition up to an offset."""
    records = []
    consumer.assign([partition])
    consumer.seek_to_beginning()
    while consumer.position(partition) < end:
        for one in consumer.poll(timeout_ms=500).get(partition, ()):
            headers = tuple((name, value) for name, value in one.headers)
            records.append(Record(one.value, one.key, headers, one.timestamp, one.partition))
    return records
