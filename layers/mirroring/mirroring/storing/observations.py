"""What samples leave behind: the last observation, the memory for the next one, and points.

An observation is written on the condition that the one before it is still there, so that of two
samplers at work on one mirror only one is heard, and a status changes once. It lies under a key of
its mirror's own: under one key for all, a whole fleet would share 1,000 write units a second.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import chain
from typing import Any

from aws_lambda_powertools import Logger

from mirroring.errors import Unavailable
from mirroring.observation import Observation, Point
from mirroring.settings import settings
from mirroring.storing import (
    dynamo,
    earlier,
    gathered,
    history,
    history_packs,
    last_hour,
    observation_item,
    parts,
    tenths,
)
from mirroring.storing.bases import Start
from mirroring.storing.dynamo import Dynamo, Item, Refused
from mirroring.storing.history import POINT, TOPICS, History, change_item
from mirroring.storing.history_packs import Row
from mirroring.storing.items import ABSENT, KIND, MIRROR, key, must_exist, put, sortable
from mirroring.storing.observation_item import Outcome, State, Summary
from mirroring.storing.parts import Blobs, Parts, Writer
from mirroring.storing.sampled import SampledClusters

SUMMARY = ("kind", "name", "sequence", "summary", "hour")
DETAILS = (*SUMMARY, *parts.counts("details"), "parts")
STARTS = {
    "details": Start(observation_item.WORDS),
    "memory": Start(),
    "topics": Start(worth=1_000),
    "points": Start(worth=1_000),
}
LOOKS = 3

logger = Logger()


class Observations:
    """Observations by mirror; every method may raise Unavailable."""

    def __init__(self, db: Dynamo, table: str, history: History) -> None:
        self._db = db
        self._table = table
        self._history = history
        self._parts = Parts(db, table, STARTS)

    def states(self, names: Sequence[str]) -> dict[str, State]:
        """What the last samples left behind; an empty State for a mirror never sampled."""
        states: dict[str, State] = {}
        left = list(names)
        for look in range(1, LOOKS + 1):
            heads = list(self._heads(left))
            blobs = self._read(heads, *STARTS, consistent=look > 1)
            for head in heads:
                name = head["name"]["S"]
                found = blobs[name]
                if found is not None or look == LOOKS:
                    states[name] = _state(head, found)
            left = [name for name in blobs if name not in states]
        return {name: states.get(name, State()) for name in names}

    def summaries(self, names: Sequence[str]) -> dict[str, Summary]:
        """What lists say of the mirrors that were ever sampled."""
        return {
            head["name"]["S"]: observation_item.summary(head)
            for head in self._heads(names, SUMMARY)
        }

    def observation(self, name: str) -> Observation | None:
        """The last observation; None before the first sample."""
        found = self._whole(name, DETAILS, "details")
        return None if found is None else observation_item.observation(found)

    def remembered(self, name: str) -> tuple[Observation, bytes] | None:
        """The last observation and the memory of the same sample; None before the first one."""
        only = (*SUMMARY, *parts.counts("details", "memory"), "parts")
        found = self._whole(name, only, "details", "memory")
        return (observation_item.observation(found), found["memory"]["B"]) if found else None

    def record(self, before: State, outcome: Outcome) -> bool:
        """Writes what follows from `before`; False when another was first or the mirror is gone.

        All of it counts once the head is written, and nothing before.
        """
        seen = outcome.observation
        points, topics = self._gather(before)
        tenths.keep(self._history, before, outcome)
        item = observation_item.item(seen)
        details = observation_item.details(seen)
        blobs = {
            "details": details,
            "memory": outcome.memory,
            "topics": topics,
            "points": points,
        }
        at = datetime.now(UTC)
        placed = self._parts.write(
            Writer(item["kind"]["S"], seen.sequence, at), blobs, before.bases
        )
        if placed is None:
            return False
        hour = last_hour.grown(before.hour, seen.measured_at, seen.latency.behind)
        head = {**item, **placed, "hour": {"B": hour}, **_to_find(outcome)}
        others = list(self._beside(before, outcome, at))
        condition = _follows(before)
        try:
            if others:
                self._db.transact(put(self._table, head, **condition), *others)
            else:
                self._db.put(self._table, head, **condition)
        except Refused:
            return False
        return True

    def note(self, connect_cluster: str, at: datetime) -> None:
        """This Connect cluster was sampled."""
        SampledClusters(self._db, self._table).note(connect_cluster, at)

    def points(
        self, name: str, start: datetime, end: datetime, topic: str | None = None
    ) -> list[Point]:
        """One point a sample from `start` to `end`, oldest first; fewer the older they are."""
        prefix = POINT if topic is None else TOPICS
        series = history_packs.MIRROR if topic is None else topic
        packed = self._history.rows(name, prefix, start, end, series)
        every = chain(packed, self._latest(name, prefix, series))
        rows = {row.at: row for row in every if series in row.figures}
        wanted = [rows[at] for at in sorted(rows) if start <= at <= end]
        return list(history_packs.series(wanted, series, datetime.now(UTC)))

    def _beside(self, before: State, outcome: Outcome, at: datetime) -> Iterator[Item]:
        """What else is written together with the head, or not at all."""
        if outcome.change is not None:
            yield put(self._history.table, change_item(outcome.change))
        if before.earlier is not None:
            yield earlier.expiring(self._table, before.earlier, at)
        elif before.observation is None:
            yield must_exist(self._table, key(MIRROR, outcome.observation.mirror))

    def tenths(self, name: str, start: datetime, end: datetime, topic: str) -> list[Point]:
        """The worst of each ten minutes of a topic, oldest first; none where a mirror has few."""
        rows = tenths.rows(self._history, name, start, end, topic)
        return list(history_packs.series(rows, topic, datetime.now(UTC)))

    def _latest(self, name: str, prefix: str, series: str) -> Iterator[Row]:
        """The rows of a series that are not packed yet, and the last sample's."""
        blob = "topics" if prefix == TOPICS else "points"
        row = history_packs.topics_row if prefix == TOPICS else history_packs.mirror_row
        only = (*SUMMARY, *parts.counts("details", blob), "parts")
        found = self._whole(name, only, "details", blob)
        if found is not None:
            yield from gathered.rows(found[blob]["B"], series)
            yield row(observation_item.observation(found))

    def _gather(self, before: State) -> tuple[bytes, bytes]:
        """What is gathered once the last observation is history; full packs are written."""
        last = before.observation
        if last is None:
            return b"", b""
        mirror, mirror_pack = gathered.add(before.points, history_packs.mirror_row(last))
        topics, topics_pack = gathered.add(before.topics, history_packs.topics_row(last))
        for prefix, pack in ((POINT, mirror_pack), (TOPICS, topics_pack)):
            for part, one in enumerate(history_packs.split(pack) if pack else ()):
                self._history.keep(last.mirror, prefix, one, part)
        return mirror, topics

    def _heads(self, names: Iterable[str], only: Sequence[str] = ()) -> Iterator[Item]:
        """The heads of the mirrors that were ever sampled, by this version or an earlier one."""
        left = dict.fromkeys(names)
        for head in self._db.batch(
            self._table, [observation_item.key_of(one) for one in left], only
        ):
            del left[head["name"]["S"]]
            yield head
        yield from self._db.batch(self._table, [earlier.key_of(one) for one in left], only)

    def _whole(self, name: str, only: Sequence[str], *blobs: str) -> Item | None:
        """A head with these blobs put together; looks again when a sample came in between."""
        for look in range(1, LOOKS + 1):
            heads = list(self._heads([name], only))
            if not heads:
                return None
            (found,) = self._read(heads, *blobs, consistent=look > 1).values()
            if found is not None:
                return {**heads[0], **{blob: {"B": data} for blob, data in found.data.items()}}
        raise Unavailable(f"{name} is just being sampled; try again in a few seconds")

    def _read(
        self, heads: Sequence[Item], *blobs: str, consistent: bool
    ) -> dict[str, Blobs | None]:
        """The blobs of each head by its name; None where a sample came in between."""
        old = [head for head in heads if earlier.wrote(head)]
        new = [head for head in heads if not earlier.wrote(head)]
        before = earlier.read(self._db, self._table, old, blobs)
        return {
            **self._parts.read(new, *blobs, consistent=consistent),
            **{name: Blobs(data) for name, data in before.items()},
        }


@cache
def observations() -> Observations:
    """The samples in the tables that the environment names."""
    return Observations(dynamo.dynamo(), settings().needed("mirrors_table"), history.history())


def _follows(before: State) -> dict[str, Any]:
    """The condition that no other sampler recorded since."""
    last = before.observation
    if last is None or before.earlier is not None:
        return {"ConditionExpression": ABSENT, "ExpressionAttributeNames": KIND}
    return {
        "ConditionExpression": "#sequence = :last",
        "ExpressionAttributeNames": {"#sequence": "sequence"},
        "ExpressionAttributeValues": {":last": {"N": str(last.sequence)}},
    }


def _to_find(outcome: Outcome) -> dict[str, Any]:
    """What lists and counts are made by, beside what only a reader of the summary sees."""
    seen = outcome.observation
    found = {"status": {"S": seen.status}, "measured_at": {"S": sortable(seen.measured_at)}}
    cluster = outcome.connect_cluster
    return found | ({"connect_cluster": {"S": cluster}} if cluster else {})


def _state(head: Item, found: Blobs | None) -> State:
    """The state that a head and its blobs say.

    Where they are no set any more (a writer that was held up for a minute wrote among them), what
    the head says is all that is left, and the memory begins anew.
    """
    if found is None:
        logger.error("parts of two samples are mixed", mirror=head["name"]["S"])
        return State(observation_item.observation({**head, "details": observation_item.NONE}))
    blobs = found.data
    whole = {**head, "details": {"B": blobs["details"]}}
    return State(
        observation_item.observation(whole),
        blobs["memory"],
        blobs["points"],
        blobs["topics"],
        head if earlier.wrote(head) else None,
        observation_item.hour(head),
        found.bases,
    )
