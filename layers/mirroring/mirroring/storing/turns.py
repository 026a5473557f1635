"""Whose turn it is to get a cluster's new connection properties: one mirror's at a time."""

from datetime import datetime
from functools import cache
from typing import Any

from mirroring.schema import Moment, Stored
from mirroring.settings import settings
from mirroring.storing import dynamo
from mirroring.storing.dynamo import Dynamo, Refused
from mirroring.storing.items import ABSENT, KIND, TURN, document, key, read


class Turn(Stored):
    """A mirror has the turn of a cluster since `at`."""

    cluster: str
    mirror: str
    at: Moment


class Turns:
    """The turns by cluster; every method may raise Unavailable."""

    def __init__(self, db: Dynamo, table: str) -> None:
        self._db = db
        self._table = table

    def take(self, cluster: str, mirror: str, at: datetime) -> bool:
        """Whether the mirror has the turn now; of two that take it at once only one has."""
        turn = Turn(cluster=cluster, mirror=mirror, at=at)
        item = document(TURN, cluster, turn, mirror={"S": mirror})
        try:
            self._db.put(self._table, item, **_nobody_else(mirror))
        except Refused:
            return False
        return True

    def of(self, cluster: str) -> Turn | None:
        """Who has it."""
        item = self._db.get(self._table, key(TURN, cluster))
        return None if item is None else read(item, Turn)

    def end(self, cluster: str, mirror: str) -> None:
        """The next may take it; without effect where another mirror has it."""
        try:
            self._db.delete(self._table, key(TURN, cluster), **_nobody_else(mirror))
        except Refused:
            return


@cache
def opened() -> Turns:
    """The turns in the table that the environment names."""
    return Turns(dynamo.opened(), settings().needed("mirrors_table"))


def _nobody_else(mirror: str) -> dict[str, Any]:
    return {
        "ConditionExpression": f"{ABSENT} OR #mirror = :mirror",
        "ExpressionAttributeNames": {**KIND, "#mirror": "mirror"},
        "ExpressionAttributeValues": {":mirror": {"S": mirror}},
    }
