"""Secrets that nobody may need: noted before one is made, and when another takes its place.

The note goes in the transaction that writes the record which names the secret. Whatever dies in
between leaves the note, and with it reconcile finds what no record names.
"""

from datetime import datetime
from functools import cache

from mirroring.schema import Moment, Stored
from mirroring.settings import settings
from mirroring.storing import dynamo
from mirroring.storing.dynamo import Dynamo, Item
from mirroring.storing.items import LEFTOVER, all_of, delete, document, key, put, read


class Leftover(Stored):
    """A secret by its path (`cluster/eu-core/3f2a…`), in doubt since `at`."""

    path: str
    at: Moment


class Leftovers:
    """The notes; every method may raise Unavailable."""

    def __init__(self, db: Dynamo, table: str) -> None:
        self._db = db
        self._table = table

    def note(self, path: str, now: datetime) -> None:
        """From now on reconcile looks whether a record names the secret."""
        self._db.put(self._table, _item(path, now))

    def drop(self, path: str) -> None:
        """The secret is gone, or a record names it."""
        self._db.delete(self._table, key(LEFTOVER, path))

    def all(self) -> list[Leftover]:
        """Every note."""
        return [read(item, Leftover) for item in all_of(self._db, self._table, LEFTOVER)]


@cache
def leftovers() -> Leftovers:
    """The notes in the table that the environment names."""
    return Leftovers(dynamo.dynamo(), settings().needed("mirrors_table"))


def noting(table: str, path: str, now: datetime) -> Item:
    """The note as a write of a transaction."""
    return put(table, _item(path, now))


def dropping(table: str, path: str) -> Item:
    """The end of a note as a write of a transaction."""
    return delete(table, key(LEFTOVER, path))


def _item(path: str, now: datetime) -> Item:
    return document(LEFTOVER, path, Leftover(path=path, at=now))
