"""The Java programs of the stack: two Kafka clusters, Connect beside the target, DynamoDB Local."""

from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path

from lockstep.local import download, jars, ports, record_aot
from lockstep.local.dynamodb import DynamoDb, start_dynamodb
from lockstep.local.jvm import (
    MORE_MEMORY,
    check_running,
    has_used_up_its_heap,
    how_it_ended,
)
from lockstep.local.kafka import (
    HOST,
    Broker,
    Worker,
    answers,
    new_cluster_id,
    start_broker,
    start_worker,
)
from lockstep.local.processes import Child
from lockstep.local.run_context import RunContext
from lockstep.local.waiting import listens, wait_until

START_S = 120.0
RESTART_PAUSE_S = 2.0
# A worker holds the records that it copies, and what it knows of both clusters' topics.
CONNECT_TO_BROKER_HEAP = 1.5
SOURCE, TARGET, CONNECT, DYNAMODB = "eu-core", "us-core", "us-connect", "DynamoDB Local"
AWS = "AWS"
PORTS = (SOURCE, f"{SOURCE} controller", TARGET, f"{TARGET} controller", CONNECT, DYNAMODB, AWS)


class JavaServices:
    """Where each program lives and listens, and how each is started, watched and started again."""

    def __init__(self, run: RunContext) -> None:
        data = run.options.data
        port = ports.remembered(data / "ports.json", PORTS)
        self._processes, self._progress, self._stop = run.processes, run.progress, run.stop
        heap_mb = run.options.kafka_memory_mb
        self.source = _broker(SOURCE, data, port, heap_mb)
        self.target = _broker(TARGET, data, port, heap_mb)
        self.worker = Worker(
            f"Kafka Connect {CONNECT}",
            data / CONNECT,
            port[CONNECT],
            self.target.address,
            group=CONNECT,
            heap_mb=round(CONNECT_TO_BROKER_HEAP * heap_mb),
        )
        self.dynamodb = DynamoDb(data / "dynamodb", port[DYNAMODB])
        self.aws_port = port[AWS]
        self._kafka_jars = jars.locked("kafka")
        self._dynamodb_jars = jars.locked("dynamodb")
        self._starts = ThreadPoolExecutor(thread_name_prefix="start")
        self._kafka: list[Future[None]] = []
        self._needed: list[Child] = []
        self._connect: Child | None = None

    def endpoints(self) -> dict[str, str]:
        """Where each part that a person may want to talk to answers."""
        return {
            "source": self.source.address,
            "target": self.target.address,
            "connect": self.worker.url,
            "aws": f"http://{HOST}:{self.aws_port}",
        }

    def fetch(self) -> None:
        """Have all Java libraries on this machine; raise StackError when they cannot be had."""
        wanted = (self._kafka_jars, self._dynamodb_jars)
        download.fetch(*wanted, progress=self._progress.downloading, stop=self._stop)
        record_aot.record(self._processes, self._kafka_jars, self._progress.say, self._stop)

    def start(self) -> None:
        """Start everything, each part as soon as what it needs answers."""
        dynamodb = start_dynamodb(self._processes, self._dynamodb_jars, self.dynamodb)
        self._needed.append(dynamodb)
        self._kafka = [self._starts.submit(self._start_target_and_connect)]
        self._kafka.append(self._starts.submit(self._start_broker, self.source))
        self._starts.shutdown(wait=False)

    def wait_for_dynamodb(self) -> None:
        """Wait until DynamoDB Local answers."""
        self._wait(self._needed[0], partial(listens, self.dynamodb.port))

    def wait_for_kafka(self) -> None:
        """Wait until both clusters and Connect answer, or the first of them fails."""
        for started in wait(self._kafka, return_when=FIRST_EXCEPTION).done:
            started.result()

    def watch(self) -> None:
        """Start Connect again when it ended; raise StackError when anything else did."""
        for child in self._needed:
            check_running(child)
        if self._connect and not self._connect.is_running():
            why = f", {MORE_MEMORY}" if has_used_up_its_heap(self._connect) else ""
            self._progress.say(f"{how_it_ended(self._connect)}{why}: it is started again")
            self._processes.kill(self._connect)
            self._stop.wait(RESTART_PAUSE_S)
            self._connect = self._start_connect()

    def _start_target_and_connect(self) -> None:
        self._start_broker(self.target)
        self._connect = self._start_connect()
        self._wait(self._connect, partial(answers, self.worker))
        self._progress.say(f"{self.worker.name} answers at {self.worker.url}")

    def _start_broker(self, broker: Broker) -> None:
        child = start_broker(self._processes, self._kafka_jars, broker)
        self._needed.append(child)
        self._wait(child, partial(listens, broker.port))
        self._progress.say(f"{broker.name} answers at {broker.address}")

    def _start_connect(self) -> Child:
        return start_worker(self._processes, self._kafka_jars, self.worker)

    def _wait(self, child: Child, answers: Callable[[], bool]) -> None:
        """Wait until a program answers; raise StackError when it ends instead, or never does."""

        def is_up() -> bool:
            check_running(child)
            return answers()

        wait_until(is_up, seconds=START_S, what=child.name, stop=self._stop)


def _broker(name: str, data: Path, port: Mapping[str, int], heap_mb: int) -> Broker:
    controller_port = port[f"{name} controller"]
    return Broker(
        f"Kafka {name}",
        data / name,
        port[name],
        controller_port,
        new_cluster_id(),
        heap_mb=heap_mb,
    )
