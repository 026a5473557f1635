"""The first record that a consumer would be given between two offsets, found by fetching."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

from kafka.errors import KafkaError

from mirroring.client_properties.security import Isolation
from mirroring.kafka_client import dialect
from mirroring.kafka_client.brokers import Brokers, Versions
from mirroring.kafka_client.leaders import ByNode
from mirroring.kafka_client.offsets import ask_offsets
from mirroring.kafka_client.unreachable import fault_of
from mirroring.kafka_client.wire import fetch
from mirroring.kafka_client.wire.fetch import Fetched
from mirroring.kafka_client.wire.scan import scan
from mirroring.kafka_types import EARLIEST, Fault, OffsetAt, Partition, Record, fault

FIRST_BYTES = 16_384
MOST_BYTES = 1 << 20
_REQUEST_BYTES = 16 << 20
_WAIT_MS = 500
_OUT_OF_RANGE = 1
_EMPTY_ANSWERS = 2


@dataclass(frozen=True)
class Search:
    """Where the search goes on, where it ends, how many bytes it may ask for.

    `empty` counts answers without a byte. After one it is asked alone: others in its request may
    have used up the bytes, and of tiered storage a broker reads but one partition a request.
    `lost` says that the log does not reach from before `start` to beyond it.
    """

    start: int
    end: int
    most: int = FIRST_BYTES
    empty: int = 0
    lost: bool = False


class Ended(NamedTuple):
    """What a search came to; None when nothing is there for a consumer."""

    verdict: Record | Fault | None


Searches = dict[int, dict[Partition, Search]]
Verdicts = dict[Partition, Record | Fault | None]


def find(
    brokers: Brokers, isolation: Isolation, deadline: float, by_node: ByNode[tuple[int, int]]
) -> Verdicts:
    """A record with start ≤ offset < end, None for none, TIMEOUT past `deadline` (monotonic s)."""
    verdicts: Verdicts = {}
    searches: Searches = {
        node: {one: Search(*span) for one, span in spans.items()} for node, spans in by_node.items()
    }
    while searches and time.monotonic() < deadline:
        searches = _round(brokers, isolation, searches, verdicts)
    for left in searches.values():
        verdicts.update(dict.fromkeys(left, Fault.TIMEOUT))
    return verdicts


def _round(
    brokers: Brokers, isolation: Isolation, searches: Searches, verdicts: Verdicts
) -> Searches:
    """One fetch of every open search; what ended goes into `verdicts`, the rest comes back."""
    requests = {
        (node, number): group
        for node, open_ in searches.items()
        for number, group in enumerate(_groups(open_))
    }
    answers = brokers.gather(
        {
            key: brokers.ask(key[0], partial(_request, group=group, isolation=isolation.code))
            for key, group in requests.items()
        }
    )
    going_on: Searches = {}
    for key, group in requests.items():
        for partition, search in _read(group, answers[key], isolation).items():
            if isinstance(search, Ended):
                verdicts[partition] = search.verdict
            else:
                going_on.setdefault(key[0], {})[partition] = search
    return _found_again(brokers, going_on, verdicts)


def _groups(open_: Mapping[Partition, Search]) -> Iterator[dict[Partition, Search]]:
    group: dict[Partition, Search] = {}
    size = 0
    for partition, search in open_.items():
        if search.empty:
            yield {partition: search}
            continue
        if group and size + search.most > _REQUEST_BYTES:
            yield group
            group, size = {}, 0
        group[partition] = search
        size += search.most
    if group:
        yield group


def _request(versions: Versions, group: Mapping[Partition, Search], isolation: int) -> Any:
    wanted: dict[str, list[tuple[int, int, int]]] = {}
    for (topic, index), search in group.items():
        wanted.setdefault(topic, []).append((index, search.start, search.most))
    limits = fetch.Limits(_WAIT_MS, sum(search.most for search in group.values()))
    return dialect.fetch_request(versions, wanted, limits, isolation)


def _read(
    group: Mapping[Partition, Search], answer: Any, isolation: Isolation
) -> dict[Partition, Search | Ended]:
    if isinstance(answer, KafkaError):
        return dict.fromkeys(group, Ended(fault_of(answer)))
    found: dict[Partition, Search | Ended] = dict.fromkeys(group, Ended(Fault.OTHER))
    for fetched in fetch.response(answer.body):
        partition = Partition(fetched.topic, fetched.partition)
        found[partition] = step(group[partition], fetched, isolation)
    return found


def _found_again(brokers: Brokers, searches: Searches, verdicts: Verdicts) -> Searches:
    """Takes the lost ones to where their log begins now, or ends them when that is no later."""
    lost = {
        node: {one: EARLIEST for one, search in open_.items() if search.lost}
        for node, open_ in searches.items()
    }
    if not any(lost.values()):
        return searches
    for partition, begins in ask_offsets(brokers, Isolation.READ_UNCOMMITTED, lost).items():
        node = next(node for node, asked in lost.items() if partition in asked)
        search = searches[node].pop(partition)
        if not isinstance(begins, OffsetAt):
            verdicts[partition] = begins
        elif search.start < begins.offset < search.end:
            searches[node][partition] = Search(begins.offset, search.end)
        else:
            verdicts[partition] = None if begins.offset >= search.end else Fault.OTHER
    return {node: open_ for node, open_ in searches.items() if open_}


def step(search: Search, fetched: Fetched, isolation: Isolation) -> Search | Ended:
    """Where one answer leaves a search."""
    if fetched.error == _OUT_OF_RANGE:
        return replace(search, lost=True)
    if fetched.error:
        return Ended(fault(fetched.error))
    committed = isolation is Isolation.READ_COMMITTED
    end = min(search.end, fetched.stable_end if committed else fetched.high_watermark)
    seen = scan(fetched, search.start, end)
    if seen.record is not None or seen.next_offset >= end:
        return Ended(seen.record)
    if not fetched.records:
        empty = search.empty + 1
        return Ended(Fault.TIMEOUT) if empty > _EMPTY_ANSWERS else replace(search, empty=empty)
    most = max(seen.most, min(search.most * 4, MOST_BYTES))
    return replace(search, start=seen.next_offset, most=most, empty=0)
