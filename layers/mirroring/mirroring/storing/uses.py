"""Which mirrors stand on which clusters: an index of keys, so that nobody reads the mirrors for it.

Its items are the mirrors' by Connect cluster and source, of about 100 bytes each.
"""

from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from mirroring.mirror import Source
from mirroring.settings import settings
from mirroring.storing import dynamo
from mirroring.storing.dynamo import Dynamo

INDEX = "uses"
EXTERNAL = "external:"
# Of one Connect cluster: half a megabyte, one request.
MOST = 5_000


@dataclass(frozen=True, slots=True)
class Use:
    """A mirror's name, and its source: a registered cluster's name, or an external one's alias."""

    mirror: str
    source: str
    external: bool = False


class Uses:
    """The index; every method may raise Unavailable."""

    def __init__(self, db: Dynamo, table: str) -> None:
        self._db = db
        self._table = table

    def of(self, connect_cluster: str, source: str | None = None) -> list[Use]:
        """The mirrors of a Connect cluster, or those of them that read a registered cluster."""
        condition, values = "connect_cluster = :connect", {":connect": {"S": connect_cluster}}
        names: dict[str, Any] = {}
        if source is not None:
            condition, values[":source"] = f"{condition} AND #source = :source", {"S": source}
            names = {"ExpressionAttributeNames": {"#source": "source"}}
        items = self._db.query(
            self._table,
            IndexName=INDEX,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            Limit=MOST,
            **names,
        )
        return [_use(item["name"]["S"], item["source"]["S"]) for item in islice(items, MOST)]


@cache
def uses() -> Uses:
    """The index of the table that the environment names."""
    return Uses(dynamo.dynamo(), settings().needed("mirrors_table"))


def source_key(source: Source) -> str:
    """A mirror's source as the index knows it; no cluster's name has a colon."""
    return source.managed or f"{EXTERNAL}{source.alias}"


def _use(mirror: str, source: str) -> Use:
    return Use(mirror, source.removeprefix(EXTERNAL), source.startswith(EXTERNAL))
