"""What samples leave behind: the last observation, the memory for the next one, and points.

An observation is written on the condition that the one before it is still there, so that of two
samplers at work on one mirror only one is heard, and a status changes once.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import chain
from typing import Any

from mirroring.observation import Observation, Point
from mirroring.settings import settings
from mirroring.storing import dynamo, history, observed, points
from mirroring.storing.dynamo import Dynamo, Item, Refused
from mirroring.storing.history import POINT, TOPICS, History, change_item
from mirroring.storing.items import ABSENT, KIND, MIRROR, OBSERVED, POSITIONS, key, must_exist, put
from mirroring.storing.observed import Outcome, State, Summary
from mirroring.storing.points import Row

PART_BYTES = 300_000
SUMMARY = ("name", "sequence", "summary")
WHOLE = (*SUMMARY, "details")


class Samples:
    """Observations by mirror; every method may raise Unavailable."""

    def __init__(self, db: Dynamo, table: str, history: History) -> None:
        self._db = db
        self._table = table
        self._history = history

    def states(self, names: Sequence[str]) -> dict[str, State]:
        """What the last samples left behind; an empty State for a mirror never sampled."""
        found = {item["name"]["S"]: item for item in self._stored(names)}
        memories = self._memories(list(found.values()))
        states = {name: _state(item, memories[name]) for name, item in found.items()}
        return {name: states.get(name, State()) for name in names}

    def summaries(self, names: Sequence[str]) -> dict[str, Summary]:
        """What lists say of the mirrors that were ever sampled."""
        return {item["name"]["S"]: observed.summary(item) for item in self._stored(names, SUMMARY)}

    def observation(self, name: str) -> Observation | None:
        """The last observation; None before the first sample."""
        for item in self._stored([name], WHOLE):
            return observed.observation(item)
        return None

    def record(self, before: State, outcome: Outcome) -> bool:
        """Writes what follows from `before`; False when another was first or the mirror is gone."""
        mirror, topics = self._gather(before)
        rows = {"points": {"B": mirror}, "topics": {"B": topics}}
        item, *parts = _split(observed.item(outcome.observation) | rows, outcome.memory)
        others = [put(self._table, part) for part in parts]
        if outcome.change is not None:
            others.append(put(self._history.table, change_item(outcome.change)))
        if before.observation is None:
            others.append(must_exist(self._table, key(MIRROR, outcome.observation.mirror)))
        condition = _follows(before.observation)
        try:
            if others:
                self._db.transact(put(self._table, item, **condition), *others)
            else:
                self._db.put(self._table, item, **condition)
        except Refused:
            return False
        return True

    def points(
        self, name: str, start: datetime, end: datetime, topic: str | None = None
    ) -> list[Point]:
        """One point a sample from `start` to `end`, oldest first; fewer the older they are."""
        prefix = POINT if topic is None else TOPICS
        series = points.MIRROR if topic is None else topic
        packed = self._history.rows(name, prefix, start, end, series)
        rows = {row.at: row for row in chain(packed, self._latest(name, prefix))}
        wanted = [rows[at] for at in sorted(rows) if start <= at <= end]
        return list(points.series(wanted, series, datetime.now(UTC)))

    def _latest(self, name: str, prefix: str) -> Iterator[Row]:
        """The rows that are not packed yet, and the last sample's."""
        gathered, row = {
            POINT: ("points", points.mirror_row),
            TOPICS: ("topics", points.topics_row),
        }[prefix]
        for item in self._stored([name], (*WHOLE, gathered)):
            yield from points.unpack(item[gathered]["B"])
            yield row(observed.observation(item))

    def _gather(self, before: State) -> tuple[bytes, bytes]:
        """What is gathered once the last observation is history; full packs are written."""
        last = before.observation
        if last is None:
            return b"", b""
        mirror, mirror_pack = points.gather(before.points, points.mirror_row(last))
        topics, topics_pack = points.gather(before.topics, points.topics_row(last))
        for prefix, pack in ((POINT, mirror_pack), (TOPICS, topics_pack)):
            if pack is not None:
                self._history.keep(last.mirror, prefix, pack)
        return mirror, topics

    def _stored(self, names: Sequence[str], only: Sequence[str] = ()) -> Iterator[Item]:
        return self._db.batch(self._table, [key(OBSERVED, name) for name in names], only)

    def _memories(self, items: Sequence[Item]) -> Mapping[str, bytes]:
        """The memories by mirror; those that are too large for one item put together again."""
        keys = [part for item in items for part in _part_keys(item)]
        found = {i["name"]["S"]: i["data"]["B"] for i in self._db.batch(self._table, keys)}
        memories = {}
        for item in items:
            parts = [found[part["name"]["S"]] for part in _part_keys(item)]
            memories[item["name"]["S"]] = item["memory"]["B"] + b"".join(parts)
        return memories


@cache
def opened() -> Samples:
    """The samples in the tables that the environment names."""
    return Samples(dynamo.opened(), settings().needed("mirrors_table"), history.opened())


def _follows(last: Observation | None) -> dict[str, Any]:
    """The condition that no other sampler recorded since."""
    if last is None:
        return {"ConditionExpression": ABSENT, "ExpressionAttributeNames": KIND}
    return {
        "ConditionExpression": "#sequence = :last",
        "ExpressionAttributeNames": {"#sequence": "sequence"},
        "ExpressionAttributeValues": {":last": {"N": str(last.sequence)}},
    }


def _state(item: Item, memory: bytes) -> State:
    points, topics = item["points"]["B"], item["topics"]["B"]
    return State(observed.observation(item), memory, points, topics)


def _split(item: Item, memory: bytes) -> list[Item]:
    """The item with its memory; above what an item may hold, the rest of it in parts beside."""
    slices = [memory[at : at + PART_BYTES] for at in range(0, len(memory), PART_BYTES)] or [b""]
    whole = {**item, "memory": {"B": slices[0]}, "parts": {"N": str(len(slices) - 1)}}
    keys = _part_keys(whole)
    return [whole, *({**at, "data": {"B": one}} for at, one in zip(keys, slices[1:], strict=True))]


def _part_keys(item: Item) -> list[Item]:
    """Two sets take turns by sequence: a reader of the last sample never meets the next one's."""
    turn, count = int(item["sequence"]["N"]) % 2, int(item["parts"]["N"])
    return [key(POSITIONS, f"{item['name']['S']}#{turn}#{index}") for index in range(count)]
