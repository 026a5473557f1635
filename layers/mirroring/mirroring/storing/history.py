"""What became of a mirror: points of its samples, its changes, and whom nobody was told of yet."""

import heapq
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice
from typing import Any

from mirroring import bounded
from mirroring.observation import Change
from mirroring.settings import settings
from mirroring.storing import dynamo, history_packs
from mirroring.storing.dynamo import Dynamo, Item, Page, Refused
from mirroring.storing.history_packs import Pack, Row
from mirroring.storing.items import expiry, put, read, sortable

POINT, TOPICS, CHANGE = "point", "topics", "change"
CHANGES_LIVE = timedelta(days=395)
UNSENT = {"S": "unsent"}


@dataclass(frozen=True, slots=True)
class Unsent:
    """A change that nobody was told of; `at` is its sort key."""

    at: str
    change: Change


class History:
    """Points and changes; every method may raise Unavailable."""

    def __init__(self, db: Dynamo, table: str) -> None:
        self._db = db
        self.table = table

    def keep(self, mirror: str, prefix: str, pack: Pack, part: int = 0) -> None:
        """Writes a pack, unless a sampler that knew more rows of it wrote it already.

        `part` counts the packs of one time, each of some topics.
        """
        at = f"{prefix}#{sortable(pack.first)}" + (f"#{part}" if part else "")
        try:
            self._db.put(
                self.table,
                {
                    "mirror": {"S": mirror},
                    "at": {"S": at},
                    "row_count": {"N": str(pack.rows)},
                    "data": {"B": pack.data},
                    "expires_at": expiry(pack.expires),
                },
                ConditionExpression="attribute_not_exists(mirror) OR row_count < :rows",
                ExpressionAttributeValues={":rows": {"N": str(pack.rows)}},
            )
        except Refused:
            return

    def rows(
        self, mirror: str, prefix: str, start: datetime, end: datetime, topic: str | None
    ) -> Iterator[Row]:
        """The packed rows from `start` to `end`, oldest first; a moment may come twice.

        They are those of one topic, or of all (None).
        """
        now = datetime.now(UTC)
        first, last = sortable(start - history_packs.PACK_SPAN), sortable(end)
        for item in self._between(mirror, f"{prefix}#{first}", f"{prefix}#{last}~", forward=True):
            if int(item["expires_at"]["N"]) > now.timestamp():
                yield from history_packs.unpack(item["data"]["B"], topic)

    def changes(
        self,
        mirror: str,
        limit: int,
        token: str | None = None,
        beside: Sequence[str] = (),
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Page[Change]:
        """Newest first, with those of `beside` in that time; raises BadRequest for a strange token.

        One query a subject, whatever the length of their histories.
        """
        listing = f"{CHANGE} {mirror}"
        last = dynamo.after(token, listing) or f"{CHANGE}~"
        first = f"{CHANGE}#{sortable(since)}" if since else f"{CHANGE}#"
        latest = min(last, f"{CHANGE}#{sortable(until)}~") if until else last
        found = [
            self._between(mirror, f"{CHANGE}#", last, forward=False, Limit=limit + 2),
            *(
                self._between(one, first, latest, forward=False, Limit=limit + 2)
                for one in beside
                if first <= latest
            ),
        ]
        alive = (
            (item["at"]["S"], read(item, Change))
            for item in heapq.merge(*found, key=lambda item: item["at"]["S"], reverse=True)
            if item["at"]["S"] != last
            and int(item["expires_at"]["N"]) > datetime.now(UTC).timestamp()
        )
        return dynamo.page(alive, limit, listing)

    def lines(self, change: Change | None) -> list[Item]:
        """A change as a write of a transaction; none for None."""
        return [] if change is None else [put(self.table, change_item(change))]

    def add_change(self, change: Change) -> None:
        """Writes a line of a mirror's changes; the same line twice is one."""
        self._db.put(self.table, change_item(change))

    def unsent(self, limit: int) -> list[Unsent]:
        """The oldest changes that nobody was told of, by time."""
        answer = self._db.query(
            self.table,
            IndexName="unsent",
            KeyConditionExpression="unsent = :unsent",
            ExpressionAttributeValues={":unsent": UNSENT},
            Limit=limit,
        )
        rows = (Unsent(item["at"]["S"], read(item, Change)) for item in answer)
        return list(islice(rows, limit))

    def mark_sent(self, sent: Unsent) -> bool:
        """Takes the mark off; False when another publisher did so before."""
        try:
            self._db.update(
                self.table,
                {"mirror": {"S": sent.change.mirror}, "at": {"S": sent.at}},
                UpdateExpression="REMOVE unsent",
                ConditionExpression="attribute_exists(unsent)",
            )
        except Refused:
            return False
        return True

    def _between(
        self, mirror: str, first: str, last: str, *, forward: bool, **more: Any
    ) -> Iterator[Item]:
        return self._db.query(
            self.table,
            KeyConditionExpression="mirror = :mirror AND #at BETWEEN :first AND :last",
            ExpressionAttributeNames={"#at": "at"},
            ExpressionAttributeValues={
                ":mirror": {"S": mirror},
                ":first": {"S": first},
                ":last": {"S": last},
            },
            ScanIndexForward=forward,
            **more,
        )


@cache
def history() -> History:
    """The history in the table that the environment names."""
    return History(dynamo.dynamo(), settings().needed("history_table"))


def change_item(change: Change) -> Item:
    """A change as it is stored; its key follows from what it says, so that a repeat is one."""
    fields = {"before": bounded.value(change.before), "after": bounded.value(change.after)}
    change = change.model_copy(update=fields)
    text = change.model_dump_json(by_alias=True, exclude_defaults=True)
    item = {
        "mirror": {"S": change.mirror},
        "at": {"S": f"{CHANGE}#{sortable(change.at)}#{zlib.crc32(text.encode()):08x}"},
        "document": {"S": text},
        "expires_at": expiry(change.at + CHANGES_LIVE),
    }
    return item | ({"unsent": UNSENT} if change.alert else {})
