"""The local stack as an outside user starts, uses and stops it."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from tests.e2e.kafka_records import Cluster

ROOT = Path(__file__).parents[2]
CONNECT = "org.apache.kafka.connect.cli.ConnectDistributed"
BROKER = "kafka.Kafka"
START_S = 180
STOP_S = 30
ENDED_S = 15
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


@contextmanager
def running(data: Path, *options: str) -> Iterator[LocalStack]:
    """The stack, ready; stopped in the end, which leaves no process behind."""
    stack = start(data, *options)
    try:
        stack.wait_until_ready()
        yield stack
        family = stack.family()
        assert stack.stop() == 0, stack.said()
        eventually(lambda: not alive(family), within_s=ENDED_S, what="every process ended")
    finally:
        stack.process.kill()


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
