"""Mirrors that were removed: for a while a request on its way may put their connectors back."""

from datetime import datetime
from functools import cache

from mirroring.schema import Moment, Stored
from mirroring.settings import settings
from mirroring.storing import dynamo
from mirroring.storing.dynamo import Dynamo, Item
from mirroring.storing.items import TOMBSTONE, all_of, document, expiry, read


class Tombstone(Stored):
    """A removed mirror: until `until` no connector of its name may run on its Connect cluster."""

    mirror: str
    connect_cluster: str
    until: Moment


class Tombstones:
    """The tombstones; every method may raise Unavailable."""

    def __init__(self, db: Dynamo, table: str) -> None:
        self._db = db
        self._table = table

    def standing(self, now: datetime) -> list[Tombstone]:
        """Those that count at `now`: DynamoDB removes expired ones days late, or never locally."""
        found = (read(item, Tombstone) for item in all_of(self._db, self._table, TOMBSTONE))
        return [one for one in found if one.until > now]


@cache
def tombstones() -> Tombstones:
    """The tombstones in the table that the environment names."""
    return Tombstones(dynamo.dynamo(), settings().needed("mirrors_table"))


def tombstone_item(one: Tombstone) -> Item:
    """A tombstone as it is stored; written in the transaction that removes the mirror."""
    return document(TOMBSTONE, one.mirror, one, expires_at=expiry(one.until))
