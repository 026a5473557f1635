"""Reconcile on the real stack, with a Connect worker that dies and returns."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType

from tests.e2e.kafka_records import Cluster
from tests.e2e.killable_worker import SETTLED_S, START_S, KillableWorker, killable_worker
from tests.e2e.local_stack import LocalStack, eventually


class Traffic:
    """A topic of the source with three partitions, written to from now on until `stop`."""

    def __init__(self, source: Cluster, topic: str) -> None:
        self.topic = topic
        self.values: set[bytes | None] = set()
        self._source = source
        self._ended = threading.Event()
        source.create(topic)
        self._writer = threading.Thread(target=self._write)
        self._writer.start()

    def stop(self) -> None:
        """Writes no more; what was written is in `values`."""
        self._ended.set()
        self._writer.join()

    def _write(self) -> None:
        with KafkaProducer(bootstrap_servers=self._source.bootstrap_server) as producer:
            while not self._ended.wait(0.5):
                value = b"%d" % len(self.values)
                producer.send(self.topic, value=value, partition=len(self.values) % 3).get(10)
                self.values.add(value)


@pytest.fixture(scope="module")
def worker(
    registered: LocalStack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[KillableWorker]:
    """A worker that the tests of this module may kill."""
    with killable_worker(registered, tmp_path_factory.mktemp("worker")) as found:
        yield found


@pytest.fixture
def traffic(registered: LocalStack, prefix: str) -> Iterator[Traffic]:
    """A topic that is in use."""
    traffic = Traffic(registered.source, f"{prefix}reconciled")
    yield traffic
    traffic.stop()


@pytest.fixture
def synced(worker: KillableWorker, traffic: Traffic) -> str:
    """The name of a mirror that is in sync."""
    name = str(worker.create(traffic.topic)["name"])
    worker.is_in_sync(name)
    return name


def all_is_copied(worker: KillableWorker, mirror: dict[str, Any], traffic: Traffic) -> None:
    """Wait until the target holds whatever was written."""
    traffic.stop()
    topic = f"{mirror['sourceCluster']['alias']}.{traffic.topic}"
    eventually(
        lambda: {record.value for record in worker.stack.target.read(topic)} == traffic.values,
        within_s=SETTLED_S,
        what="all records",
    )


def codes(change: dict[str, Any]) -> set[str]:
    """The codes of a change's reasons."""
    return {reason["code"] for reason in change["reasons"]}


def enlarge(cluster: Cluster, topic: str) -> None:
    """Write a record that is larger than a Connect worker's producer may send by default."""
    with KafkaAdminClient(bootstrap_servers=cluster.bootstrap_server) as admin:
        large = ConfigResource(ConfigResourceType.TOPIC, topic, {"max.message.bytes": str(4 << 20)})
        admin.alter_configs([large])
    with KafkaProducer(
        bootstrap_servers=cluster.bootstrap_server, max_request_size=4 << 20
    ) as producer:
        producer.send(topic, value=bytes(3 << 19), partition=0).get(30)


def test_a_worker_killed_during_a_create_ends_in_sync_after_it_returns(
    worker: KillableWorker, traffic: Traffic
) -> None:
    killing = threading.Thread(target=worker.kill)
    killing.start()
    mirror = worker.create(traffic.topic)
    killing.join()
    assert worker.status(mirror["name"]) == "CREATING"
    worker.start()
    worker.is_in_sync(mirror["name"])
    all_is_copied(worker, mirror, traffic)
    connectors = {f"{mirror['name']}.source", f"{mirror['name']}.checkpoint"}
    assert connectors <= set(worker.connect.connectors())


def test_a_mirror_made_while_no_worker_is_there_is_finished_later(
    worker: KillableWorker, traffic: Traffic
) -> None:
    worker.kill()
    mirror = worker.create(traffic.topic)
    assert mirror["status"] == "CREATING"
    worker.start()
    worker.is_in_sync(mirror["name"])
    all_is_copied(worker, mirror, traffic)


def test_a_deleted_connector_is_put_back_and_told(worker: KillableWorker, synced: str) -> None:
    name = f"{synced}.source"
    worker.connect.delete(name)
    repair = worker.repair(synced)
    assert repair["from"] == {"connector": name, "state": "MISSING"}
    worker.is_in_sync(synced)
    assert worker.told(name).connector.status == "RUNNING"
    reasons = [reason for one in worker.changes(synced) for reason in one["reasons"]]
    assert "CONNECTOR_MISSING" in {reason["code"] for reason in reasons}


def test_a_drifted_configuration_is_put_right_and_told(worker: KillableWorker, synced: str) -> None:
    name = f"{synced}.source"
    before = worker.told(name).config
    worker.connect.put(name, {**before, "topics": "nothing"})
    repair = worker.repair(synced)
    assert repair["from"] == {"connector": name, "topics": "nothing"}
    assert repair["to"] == {"connector": name, "topics": before["topics"]}
    assert worker.told(name).config == before


def test_an_unchanged_configuration_is_never_put_again(worker: KillableWorker, synced: str) -> None:
    """Every PUT is a record in the topic that keeps the configurations."""
    configs = f"{worker.name}-configs"
    before = len(worker.stack.target.read(configs))
    for _ in range(3):
        assert worker.stack.run("reconcile_mirrors").status == 200
    assert len(worker.stack.target.read(configs)) == before


def test_what_somebody_else_paused_stays_paused(worker: KillableWorker, synced: str) -> None:
    name = f"{synced}.source"
    worker.connect.pause(name)
    eventually(
        lambda: worker.status(synced) == "OUT_OF_SYNC", within_s=SETTLED_S, what="OUT_OF_SYNC"
    )
    assert worker.stack.run("reconcile_mirrors").status == 200
    assert worker.told(name).connector.status == "PAUSED"


def test_a_failed_task_is_restarted_after_a_minute_and_told(
    worker: KillableWorker, synced: str
) -> None:
    """A record that the worker's producer may not send fails the task, and will again."""
    topic = str(worker.stack.get(f"/mirrors/{synced}").json["topicsRegex"]).replace("\\", "")
    enlarge(worker.stack.source, topic)
    failed = eventually(
        lambda: [one for one in worker.changes(synced) if "TASK_FAILED" in codes(one)],
        within_s=SETTLED_S,
        what="TASK_FAILED",
    )[0]
    repair = worker.repair(synced)
    assert repair["from"]["connector"] == f"{synced}.source"
    waited = datetime.fromisoformat(repair["at"]) - datetime.fromisoformat(failed["at"])
    assert timedelta(minutes=1) <= waited < timedelta(minutes=2)


def test_a_removal_while_no_worker_is_there_is_finished_later(
    worker: KillableWorker, synced: str
) -> None:
    path = f"/mirrors/{synced}"
    worker.kill()
    assert worker.stack.delete(path).status == 202
    assert worker.status(synced) == "DELETING"
    worker.start()
    eventually(lambda: worker.stack.get(path).status == 404, within_s=SETTLED_S, what="the removal")
    eventually(worker.answers, within_s=START_S, what="the worker's answer")
    assert not [name for name in worker.connect.connectors() if name.startswith(synced)]
