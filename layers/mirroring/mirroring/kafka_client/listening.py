"""Hearing records arrive: a fetch that waits at the end of each partition, without a session."""

import time
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from mirroring.kafka_client import dialect
from mirroring.kafka_client.brokers import Brokers, Versions
from mirroring.kafka_client.leaders import ByNode
from mirroring.kafka_client.wire import fetch
from mirroring.kafka_client.wire.batches import batches, stamps
from mirroring.kafka_client.wire.fetch import Fetched
from mirroring.kafka_types import LATEST, Arrival, Partition

WAIT_S = 0.5
PACE_S = 0.002
LAST_ANSWER_S = 1.0
PARTITION_BYTES = 65_536
REQUEST_BYTES = 4 << 20
ENOUGH = 5_000
_READ_UNCOMMITTED = 0


def listen(brokers: Brokers, seconds: float, by_node: ByNode[object]) -> list[Arrival]:
    """What arrives from now on, all brokers heard side by side.

    A broker that fails or stays silent ends its own listening only.
    """
    ears = {node: Ear(brokers, node, wanted) for node, wanted in by_node.items()}
    until = time.monotonic() + seconds
    jobs = {node: ear.listen(until) for node, ear in ears.items()}
    brokers.gather(jobs, within_s=seconds + LAST_ANSWER_S)
    return [arrival for ear in ears.values() for arrival in ear.heard]


class Ear:
    """Listens at one broker, one fetch under way at a time."""

    def __init__(self, brokers: Brokers, node: int, wanted: Iterable[Partition]) -> None:
        self._brokers = brokers
        self._node = node
        self._counts = dict.fromkeys(wanted, 0)
        self._positions: dict[Partition, int] = {}
        self.heard: list[Arrival] = []

    async def listen(self, until: float) -> None:
        """Until then (monotonic s), or until of every partition enough was heard.

        It begins where the logs end at that moment.
        """
        await self._go_to_the_ends()
        while self._positions and (left := until - time.monotonic()) > 0:
            await self._fetch(min(left, WAIT_S))
            await self._brokers.sleep(PACE_S)

    async def _go_to_the_ends(self) -> None:
        wanted: dict[str, list[tuple[int, int]]] = {}
        for topic, index in self._counts:
            wanted.setdefault(topic, []).append((index, LATEST))
        make = partial(dialect.offsets_request, wanted=wanted, isolation=_READ_UNCOMMITTED)
        for topic, rows in dialect.offsets_answer(await self._brokers.ask(self._node, make)):
            for index, error, _, offset in rows:
                if not error:
                    self._positions[Partition(topic, index)] = offset

    async def _fetch(self, wait_s: float) -> None:
        make = partial(_request, positions=self._positions, wait_s=wait_s)
        answer = await self._brokers.ask(self._node, make)
        for fetched in fetch.response(answer.body):
            partition = Partition(fetched.topic, fetched.partition)
            if fetched.error:
                del self._positions[partition]
            elif fetched.records:
                self._hear(partition, fetched, answer.arrived)

    def _hear(self, partition: Partition, fetched: Fetched, arrived: int) -> None:
        """Notes the records and goes on at the end: what did not fit would be heard too late."""
        start = self._positions[partition]
        new = [
            Arrival(partition, offset, timestamp, arrived)
            for batch in batches(fetched.records)
            if not batch.is_control and batch.last_offset >= start
            for offset, timestamp in stamps(batch)
            if offset >= start
        ]
        self.heard += new
        self._counts[partition] += len(new)
        last = max((batch.last_offset for batch in batches(fetched.records)), default=start - 1)
        self._positions[partition] = max(last + 1, fetched.high_watermark)
        if self._counts[partition] >= ENOUGH:
            del self._positions[partition]


def _request(versions: Versions, positions: Mapping[Partition, int], wait_s: float) -> Any:
    wanted: dict[str, list[tuple[int, int, int]]] = {}
    for (topic, index), offset in positions.items():
        wanted.setdefault(topic, []).append((index, offset, PARTITION_BYTES))
    limits = fetch.Limits(int(wait_s * 1000), REQUEST_BYTES)
    return dialect.fetch_request(versions, wanted, limits, _READ_UNCOMMITTED)
