"""Bytes of any size beside an item: what is too large for it, in parts that the item names.

An item holds 400 kB and a transaction 4 MB, so the parts are written before the item that names
them (the head), which alone decides whether they count. Two sets take turns by the head's sequence:
who reads what the last writer committed never meets what the next one writes. A set is one
writer's: its stamp says whose, and nobody overwrites what another may be about to commit.

Each blob is a difference to an earlier state of its own, its base (bases.py), once that is worth
it. Bases lie in sets of their own, which take turns by the count of the blob's bases.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from mirroring.storing import bases, differences
from mirroring.storing.bases import Base, Start
from mirroring.storing.dynamo import Dynamo, Item, Refused
from mirroring.storing.items import KIND, expiry, key

HEAD_BYTES = 80_000
PART_BYTES = 300_000
# A function that samples is ended after 45 s: what it did not commit by then, it never will.
WRITER_LIVES = timedelta(seconds=60)
# What no head names any more is overwritten by a later set of its turn, or expires.
PARTS_LIVE = timedelta(days=30)
FREE = "attribute_not_exists(#kind) OR #sequence < :mine OR (#sequence = :mine AND written < :dead)"


@dataclass(frozen=True, slots=True)
class Blobs:
    """What was read: each blob's bytes, and the bases of those that have one."""

    data: Mapping[str, bytes]
    bases: Mapping[str, Base] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes a set now: the head's key kind and sequence, and a stamp of its own."""

    kind: str
    sequence: int
    now: datetime
    stamp: str = field(default_factory=lambda: secrets.token_hex(4))


class Parts:
    """The parts of heads, by the head's key kind; every method may raise Unavailable.

    `starts` tells of each blob what it begins with: what is stored can be read with that only.
    """

    def __init__(self, db: Dynamo, table: str, starts: Mapping[str, Start]) -> None:
        self._db = db
        self._table = table
        self._starts = starts

    def write(
        self, writer: Writer, blobs: Mapping[str, bytes], known: Mapping[str, Base]
    ) -> dict[str, Any] | None:
        """Writes what is too large for the head, and answers what the head must hold of all.

        `known` are the bases that the head before names. None when another writer is at work on the
        same set.
        """
        head: dict[str, Any] = {"stamp": {"S": writer.stamp}}
        kept: dict[str, Base] = {}
        try:
            for name, data in blobs.items():
                stored, base = self._differing(writer, name, data, known.get(name))
                if base is not None:
                    kept[name] = base
                count = self._put(writer, name, writer.sequence, stored[HEAD_BYTES:])
                head[name] = {"B": stored[:HEAD_BYTES]}
                if count:
                    head[_count(name)] = {"N": str(count)}
        except Refused:
            return None
        return head | ({"bases": bases.packed(kept)} if kept else {})

    def read(self, heads: Sequence[Item], *names: str, consistent: bool) -> dict[str, Blobs | None]:
        """The blobs of these names by the heads' names; None where parts are another set's by now.

        A set is overwritten when its turn comes again, two heads or bases later. Unless
        `consistent`, at twice the cost, one may be too new for the copy of the table that answers.
        """
        wanted = [part for head in heads for part in _named(head, names)]
        parts = self._db.batch(self._table, wanted, consistent=consistent)
        found = {_place(one): one for one in parts}
        return {head["name"]["S"]: self._joined(head, names, found) for head in heads}

    def _differing(
        self, writer: Writer, name: str, data: bytes, base: Base | None
    ) -> tuple[bytes, Base | None]:
        """The blob as a difference to its base, and the base: a new one where that is worth it."""
        start, turn = self._starts[name], base.turn if base else 0
        if base is not None and base.data is not None and base.last is not None:
            packed = differences.pack(data, base.data)
            if len(packed) > start.worth:
                saved = len(packed) - len(differences.pack(data, base.last))
                base = replace(base, spent=base.spent + max(0, saved))
            if not base.is_worn(writer.now):
                return packed, base
        whole = differences.pack(data, start.data)
        if len(whole) <= start.worth:
            return whole, None
        count = self._put(writer, f"{name}.base", turn + 1, whole, bases.LIVES)
        laid = int(writer.now.timestamp())
        fresh = Base(turn + 1, count, writer.stamp, laid, len(whole))
        return differences.pack(data, data), fresh

    def _put(
        self, writer: Writer, name: str, turn: int, data: bytes, lives: timedelta = PARTS_LIVE
    ) -> int:
        """Writes data in parts, and counts them; raises Refused where the set is another's."""
        slices = [data[at : at + PART_BYTES] for at in range(0, len(data), PART_BYTES)]
        for index, some in enumerate(slices):
            part = {
                **_part(writer.kind, name, turn, index),
                "sequence": {"N": str(writer.sequence)},
                "stamp": {"S": writer.stamp},
                "data": {"B": some},
                "written": expiry(writer.now),
                "expires_at": expiry(writer.now + lives),
            }
            self._db.put(
                self._table,
                part,
                ConditionExpression=FREE,
                ExpressionAttributeNames={**KIND, "#sequence": "sequence"},
                ExpressionAttributeValues={
                    ":mine": part["sequence"],
                    ":dead": expiry(writer.now - WRITER_LIVES),
                },
            )
        return len(slices)

    def _joined(
        self, head: Item, names: Sequence[str], found: Mapping[tuple[str, str], Item]
    ) -> Blobs | None:
        """The blobs of a head; None where a part is missing, of another set or of no use."""
        known = bases.unpacked(head)
        data: dict[str, bytes] = {}
        kept: dict[str, Base] = {}
        try:
            for name in names:
                rest = _together(_rest(head, name), head["stamp"]["S"], found)
                whole, base = self._starts[name].data, known.get(name)
                if base is not None:
                    there = _together(_parts_of(head, name, base), base.stamp, found)
                    whole = differences.unpack(there, whole)
                data[name] = differences.unpack(head[name]["B"] + rest, whole)
                if base is not None:
                    kept[name] = replace(base, data=whole, last=data[name])
        except ValueError:
            return None
        return Blobs(data, kept)


def counts(*names: str) -> tuple[str, ...]:
    """The attributes of a head, beside key and sequence, that reading these blobs takes."""
    return ("stamp", "bases", *names, *map(_count, names))


def _count(name: str) -> str:
    return f"{name}_parts"


def _part(kind: str, name: str, turn: int, index: int) -> Item:
    return key(kind, f"{name}#{turn % 2}#{index:04d}")


def _rest(head: Item, name: str) -> list[Item]:
    """The keys of the parts of what does not fit into a head."""
    count = int(head.get(_count(name), {"N": "0"})["N"])
    sequence = int(head["sequence"]["N"])
    return [_part(head["kind"]["S"], name, sequence, index) for index in range(count)]


def _parts_of(head: Item, name: str, base: Base) -> list[Item]:
    """The keys of the parts of a base."""
    kind = head["kind"]["S"]
    return [_part(kind, f"{name}.base", base.turn, index) for index in range(base.parts)]


def _named(head: Item, names: Sequence[str]) -> Iterator[Item]:
    """The keys of all parts that reading these blobs takes."""
    known = bases.unpacked(head)
    for name in names:
        yield from _rest(head, name)
        if name in known:
            yield from _parts_of(head, name, known[name])


def _together(parts: Sequence[Item], stamp: str, found: Mapping[tuple[str, str], Item]) -> bytes:
    """What the parts hold together; raises ValueError where one is missing, or another's."""
    items = [found.get(_place(one), {}) for one in parts]
    if any(one.get("stamp") != {"S": stamp} for one in items):
        raise ValueError("parts of two sets are mixed")
    return b"".join(one["data"]["B"] for one in items)


def _place(item: Item) -> tuple[str, str]:
    return item["kind"]["S"], item["name"]["S"]
