"""What Lockstep can see of clusters that speak other versions of Kafka's protocol.

docs/compatibility.md has the table that these tests make.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from kafka.protocol.broker_version_data import BROKER_API_VERSIONS
from mirroring.client_properties.security import Isolation, Security
from mirroring.kafka_client.probe import Probe
from mirroring.kafka_types import (
    EARLIEST,
    LATEST,
    MAX_TIMESTAMP,
    Fault,
    OffsetAt,
    Partition,
    Record,
)

from tests.functional.small_broker import (
    API_VERSIONS,
    DESCRIBE_CONFIGS,
    FETCH,
    LIST_OFFSETS,
    METADATA,
    REQUESTS,
    SmallBroker,
    Versions,
    running,
)
from tests.stack import ROOT

TOPIC, PARTITION = "orders", Partition("orders", 0)
TIMES = [1_000, 3_000, 2_000]


@dataclass(frozen=True)
class Cluster:
    """A kind of cluster: what it speaks (API key → lowest, highest), and what it keeps back."""

    name: str
    versions: Versions
    has_topic_ids: bool = True
    may_describe_configs: bool = True


def kafka(*version: int) -> Versions:
    """What Apache Kafka of this version speaks, as kafka-python has it from its sources."""
    known = BROKER_API_VERSIONS[version]
    return {key: known[key] for key in REQUESTS}


# Seen by others: redpanda-data/redpanda#17829 and platformatic/kafka#51, and
# Azure/azure-event-hubs-for-kafka#69; newer ones may speak more.
REDPANDA: Versions = {
    API_VERSIONS: (0, 3),
    METADATA: (0, 7),
    LIST_OFFSETS: (0, 4),
    FETCH: (4, 11),
    DESCRIBE_CONFIGS: (0, 4),
}
EVENT_HUBS: Versions = {
    API_VERSIONS: (0, 1),
    METADATA: (0, 5),
    LIST_OFFSETS: (0, 2),
    FETCH: (4, 6),
}
CLUSTERS = (
    Cluster("Kafka 2.3", kafka(2, 3)),
    Cluster("Kafka 2.8", kafka(2, 8)),
    Cluster("Kafka 3.0", kafka(3, 0)),
    Cluster("Kafka 3.9", kafka(3, 9)),
    Cluster("Kafka 4.0", kafka(4, 0)),
    Cluster("Kafka 4.3", kafka(4, 3)),
    Cluster("MSK, IAM without DescribeTopicDynamicConfiguration", kafka(3, 9), True, False),
    Cluster("A proxy that drops topic ids", kafka(3, 9), has_topic_ids=False),
    Cluster("Redpanda 23.3", REDPANDA, has_topic_ids=False),
    Cluster("Event Hubs (2019)", EVENT_HUBS, has_topic_ids=False),
)


def is_reached(probe: Probe, _: SmallBroker) -> bool:
    return probe.cluster().brokers == 1 and list(probe.topics()) == [TOPIC]


def has_ids(probe: Probe, _: SmallBroker) -> bool:
    return bool(probe.topics([TOPIC])[TOPIC].topic_id)


def tells_ends(probe: Probe, _: SmallBroker) -> bool:
    ends = [probe.offsets({PARTITION: at})[PARTITION] for at in (EARLIEST, LATEST)]
    return ends == [OffsetAt(0, -1), OffsetAt(3, -1)]


def finds_by_time(probe: Probe, _: SmallBroker) -> bool:
    return probe.offsets({PARTITION: 1_500})[PARTITION] == OffsetAt(1, 3_000)


def tells_newest_time(probe: Probe, _: SmallBroker) -> bool:
    return probe.offsets({PARTITION: MAX_TIMESTAMP})[PARTITION] == OffsetAt(1, 3_000)


def is_fetched_from(probe: Probe, _: SmallBroker) -> bool:
    found = probe.first_record({PARTITION: (1, 3)}, Isolation.READ_UNCOMMITTED)[PARTITION]
    return isinstance(found, Record) and (found.offset, found.timestamp) == (1, 3_000)


def is_heard(probe: Probe, broker: SmallBroker) -> bool:
    now = time.time_ns() // 1_000_000
    later = threading.Timer(0.3, broker.write, (TOPIC, now))
    later.start()
    arrivals = probe.listen([PARTITION], 1.0)
    later.join()
    return [one.timestamp for one in arrivals] == [now]


def tells_configs(probe: Probe, _: SmallBroker) -> bool:
    return not isinstance(probe.topic_configs([TOPIC], ["retention.ms"])[TOPIC], Fault)


COLUMNS: dict[str, Callable[[Probe, SmallBroker], bool]] = {
    "is reached": is_reached,
    "topic ids": has_ids,
    "ends and starts": tells_ends,
    "look-up by time": finds_by_time,
    "newest time": tells_newest_time,
    "fetch to verify": is_fetched_from,
    "arrivals heard": is_heard,
    "topic configs": tells_configs,
}


def seen(cluster: Cluster) -> list[str]:
    """A line of the table: `yes` or `no` for each column."""
    broker = SmallBroker(
        cluster.versions,
        {TOPIC: list(TIMES)},
        has_topic_ids=cluster.has_topic_ids,
        may_describe_configs=cluster.may_describe_configs,
        configs={"retention.ms": "604800000"},
    )
    with running(broker) as server:
        probe = Probe([server], Security())
        line = ["yes" if can(probe, broker) else "no" for can in COLUMNS.values()]
        probe.close()
    return line


@pytest.mark.parametrize("cluster", CLUSTERS, ids=lambda one: one.name)
def test_the_document_says_what_works_with_a_cluster(cluster: Cluster) -> None:
    document = (ROOT / "docs" / "compatibility.md").read_text("utf-8")

    assert f"| {' | '.join([cluster.name, *seen(cluster)])} |" in document


def test_the_document_has_no_line_but_those_of_the_tests() -> None:
    document = (ROOT / "docs" / "compatibility.md").read_text("utf-8")
    header = f"| cluster | {' | '.join(COLUMNS)} |"
    lines = document.partition(header)[2].splitlines()[2:]
    table = [line for line in lines if line.startswith("| ")]

    assert [line.split(" | ")[0].removeprefix("| ") for line in table[: len(CLUSTERS)]] == [
        one.name for one in CLUSTERS
    ]


@pytest.mark.parametrize("cluster", CLUSTERS, ids=lambda one: one.name)
def test_a_cluster_is_asked_for_nothing_that_it_does_not_speak(cluster: Cluster) -> None:
    broker = SmallBroker(cluster.versions, {TOPIC: list(TIMES)})
    with running(broker) as server:
        probe = Probe([server], Security())
        for can in (is_reached, tells_ends, finds_by_time, tells_newest_time, is_fetched_from):
            can(probe, broker)
        probe.close()

    refused = {one for one in broker.asked if not broker.speaks(*one)}
    assert {key for key, _ in refused} <= {API_VERSIONS}
