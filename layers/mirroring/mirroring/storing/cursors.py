"""Where reconcile stopped when its time was over: the last mirror begun, by Connect cluster."""

from collections.abc import Mapping
from functools import cache

from mirroring.settings import settings
from mirroring.storing import dynamo
from mirroring.storing.dynamo import Dynamo
from mirroring.storing.items import key

KEY = key("cursors", "reconcile")


class Cursors:
    """One item for all Connect clusters, written only after a run that did not come to its end.

    Of two runs at once the last one is remembered: a mirror is then looked at once more or a run
    later, and no more than that. Every method may raise Unavailable.
    """

    def __init__(self, db: Dynamo, table: str) -> None:
        self._db = db
        self._table = table

    def read(self) -> dict[str, str]:
        """The mirror after which to go on, for each Connect cluster that was not finished."""
        item = self._db.get(self._table, KEY)
        return {} if item is None else {name: at["S"] for name, at in item["after"]["M"].items()}

    def write(self, cursors: Mapping[str, str]) -> None:
        """Remember them instead of what was there."""
        after = {name: {"S": mirror} for name, mirror in cursors.items()}
        self._db.put(self._table, {**KEY, "after": {"M": after}})


@cache
def cursors() -> Cursors:
    """The cursors in the table that the environment names."""
    return Cursors(dynamo.dynamo(), settings().needed("mirrors_table"))
