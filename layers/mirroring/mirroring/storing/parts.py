"""Bytes of any size beside an item: what is too large for it, in parts that the item names.

An item holds 400 kB and a transaction 4 MB, so the parts are written before the item that names
them (the head), which alone decides whether they count. Two sets take turns by the head's sequence:
who reads what the last writer committed never meets what the next one writes. A set is one
writer's: its stamp says whose, and nobody overwrites what another may be about to commit.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from mirroring.storing.dynamo import Dynamo, Item, Refused
from mirroring.storing.items import KIND, expiry, key

HEAD_BYTES = 80_000
PART_BYTES = 300_000
# A function that samples is ended after 45 s: what it did not commit by then, it never will.
WRITER_LIVES = timedelta(seconds=60)
# What no head names any more is overwritten by a later set of its turn, or expires.
PARTS_LIVE = timedelta(days=30)
FREE = "attribute_not_exists(#kind) OR #sequence < :mine OR (#sequence = :mine AND written < :dead)"


class Parts:
    """The parts of heads, by the head's key kind; every method may raise Unavailable."""

    def __init__(self, db: Dynamo, table: str) -> None:
        self._db = db
        self._table = table

    def write(
        self, kind: str, sequence: int, blobs: Mapping[str, bytes], now: datetime
    ) -> dict[str, Any] | None:
        """Writes what is too large for the head, and answers what the head must hold of all.

        None when another writer is at work on the same set.
        """
        stamp = secrets.token_hex(4)
        head: dict[str, Any] = {"stamp": {"S": stamp}}
        for name, data in blobs.items():
            slices = [data[at : at + PART_BYTES] for at in range(HEAD_BYTES, len(data), PART_BYTES)]
            head |= {name: {"B": data[:HEAD_BYTES]}, _count(name): {"N": str(len(slices))}}
            for index, some in enumerate(slices):
                part = {
                    **_part(kind, name, sequence, index),
                    "sequence": {"N": str(sequence)},
                    "stamp": {"S": stamp},
                    "data": {"B": some},
                    "written": expiry(now),
                    "expires_at": expiry(now + PARTS_LIVE),
                }
                if not self._put(part, now):
                    return None
        return head

    def read(self, heads: Sequence[Item], *names: str) -> dict[str, dict[str, bytes] | None]:
        """The bytes of these names by the heads' names; None where parts are another set's by now.

        A set is overwritten when its turn comes again, two heads later.
        """
        wanted = [part for head in heads for name in names for part in _named(head, name)]
        found = {_place(one): one for one in self._db.batch(self._table, wanted, consistent=True)}
        return {head["name"]["S"]: _joined(head, names, found) for head in heads}

    def _put(self, part: Item, now: datetime) -> bool:
        try:
            self._db.put(
                self._table,
                part,
                ConditionExpression=FREE,
                ExpressionAttributeNames={**KIND, "#sequence": "sequence"},
                ExpressionAttributeValues={
                    ":mine": part["sequence"],
                    ":dead": expiry(now - WRITER_LIVES),
                },
            )
        except Refused:
            return False
        return True


def counts(*names: str) -> tuple[str, ...]:
    """The attributes of a head, beside key and sequence, that reading these blobs takes."""
    return ("stamp", *names, *map(_count, names))


def _count(name: str) -> str:
    return f"{name}_parts"


def _part(kind: str, name: str, sequence: int, index: int) -> Item:
    return key(kind, f"{name}#{sequence % 2}#{index:04d}")


def _named(head: Item, name: str) -> list[Item]:
    """The keys of the parts that a head names."""
    count, sequence = int(head[_count(name)]["N"]), int(head["sequence"]["N"])
    return [_part(head["kind"]["S"], name, sequence, index) for index in range(count)]


def _joined(
    head: Item, names: Sequence[str], found: Mapping[tuple[str, str], Item]
) -> dict[str, bytes] | None:
    blobs = {}
    for name in names:
        parts = [found.get(_place(one)) for one in _named(head, name)]
        if any(one is None or one["stamp"] != head["stamp"] for one in parts):
            return None
        blobs[name] = head[name]["B"] + b"".join(one["data"]["B"] for one in parts if one)
    return blobs


def _place(item: Item) -> tuple[str, str]:
    return item["kind"]["S"], item["name"]["S"]
