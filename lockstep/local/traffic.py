"""The demo's traffic: orders on the source cluster, as long as the stack runs."""

import contextlib
import itertools
import json
import random
import threading
from dataclasses import dataclass
from datetime import UTC, datetime

from kafka import KafkaAdminClient, KafkaProducer
from kafka.errors import KafkaError

STEADY, BURSTY, QUIET, EMPTY = "orders.placed", "orders.returned", "orders.archived", "orders.gifts"
TOPICS = (STEADY, BURSTY, QUIET, EMPTY)
PARTITIONS = 3

CLOSE_S = 1.0
TICK_S = 0.2
BURST_EVERY = 100
BURST = 60
ARCHIVED = 200


@dataclass(frozen=True)
class Traffic:
    """Demo topics of one cluster: one steady, one bursty, one gone quiet, one never written."""

    bootstrap_server: str

    def prepare(self) -> None:
        """Make the topics at the first start, and write what then stays quiet."""
        with KafkaAdminClient(bootstrap_servers=self.bootstrap_server) as admin:
            missing = set(TOPICS) - set(admin.list_topics())
            layout = {"num_partitions": PARTITIONS, "replication_factor": 1}
            if missing:
                admin.create_topics({topic: layout for topic in sorted(missing)})
        if QUIET in missing:
            with KafkaProducer(bootstrap_servers=self.bootstrap_server) as producer:
                _send(producer, QUIET, ARCHIVED)

    def write(self, stop: threading.Event) -> None:
        """Write until `stop`; while the cluster does not answer, what could not be sent is lost."""
        producer = KafkaProducer(bootstrap_servers=self.bootstrap_server)
        for tick in itertools.count():
            with contextlib.suppress(KafkaError):
                _send(producer, STEADY, 1)
                if tick % BURST_EVERY == 0:
                    _send(producer, BURSTY, BURST)
            if stop.wait(TICK_S):
                break
        with contextlib.suppress(KafkaError):
            producer.close(timeout=CLOSE_S)


def _send(producer: KafkaProducer, topic: str, count: int) -> None:
    for _ in range(count):
        customer = f"customer-{random.randint(1, 50)}"  # noqa: S311 - no secret
        order = {"customer": customer, "at": datetime.now(UTC).isoformat()}
        producer.send(topic, key=customer.encode(), value=json.dumps(order).encode())
