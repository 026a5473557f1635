"""How many mirrors get a cluster's new connection properties at once: 1, then 2, 4, 8, …

Each mirror that has proven a connection makes room for one more, so that the number doubles from
round to round, as TCP's slow start does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from pydantic import Field

from mirroring.errors import Unavailable
from mirroring.schema import Moment, Stored
from mirroring.settings import settings
from mirroring.storing import dynamo
from mirroring.storing.dynamo import Dynamo, Refused
from mirroring.storing.items import ROTATION, document, key, read

# More at once would only wait for Connect, which restarts one connector after another, and a
# thousand mirrors pass in 15 rounds of one or two minutes.
MOST = 128
# A mirror is sampled every minute: one that proved nothing until then is in trouble.
UNPROVEN = timedelta(minutes=5)
ATTEMPTS = 8
# Those of a private and a public address may rotate together; older ones are history.
CONNECTIONS_KEPT = 8


class Rotation(Stored):
    """Who has a turn of a cluster since when, and how many mirrors have proven each connection.

    `number` counts the changes, so that of two at once one is made on top of the other.
    """

    cluster: str
    number: int = 0
    holders: dict[str, Moment] = Field(default_factory=dict)
    proofs: dict[str, int] = Field(default_factory=dict)

    def room(self, connection: str) -> int:
        """How many may have a turn at once, of which some may have one now."""
        return min(1 + self.proofs.get(connection, 0), MOST)

    def oldest(self) -> tuple[str, datetime] | None:
        """Who has had a turn for the longest time."""
        return min(self.holders.items(), key=lambda one: one[1], default=None)


@dataclass(frozen=True, slots=True)
class Rotations:
    """The rotations by cluster; every method may raise Unavailable."""

    db: Dynamo
    table: str

    def take(self, cluster: str, mirror: str, connection: str, at: datetime) -> bool:
        """Whether the mirror has a turn now; never more mirrors than there is room for."""
        for _ in range(ATTEMPTS):
            now = self.of(cluster)
            if mirror in now.holders:
                return True
            if len(now.holders) >= now.room(connection):
                return False
            if self._replace(now, holders={**now.holders, mirror: at}):
                return True
        return False

    def of(self, cluster: str) -> Rotation:
        """The rotation as it is; nobody's before the first."""
        item = self.db.get(self.table, key(ROTATION, cluster))
        return Rotation(cluster=cluster) if item is None else read(item, Rotation)

    def end(
        self, cluster: str, mirror: str, proven: str | None = None, at: datetime | None = None
    ) -> None:
        """The next may have the turn; one more beside it where `proven` is a connection that works.

        Not while another mirror proves nothing: what breaks some must not reach ever more.
        """
        for _ in range(ATTEMPTS):
            now = self.of(cluster)
            if mirror not in now.holders:
                return
            holders = {name: since for name, since in now.holders.items() if name != mirror}
            stuck = at is not None and any(at - since > UNPROVEN for since in holders.values())
            grown = {} if proven is None or stuck else {proven: now.proofs.get(proven, 0) + 1}
            if self._replace(now, holders=holders, proofs=_newest(now.proofs, grown)):
                return
        raise Unavailable(f"the turns of {cluster} keep changing at this moment; try again")

    def _replace(self, now: Rotation, **changes: object) -> bool:
        after = now.model_copy(update={**changes, "number": now.number + 1})
        item = document(ROTATION, now.cluster, after, number={"N": str(after.number)})
        try:
            self.db.put(
                self.table,
                item,
                ConditionExpression="attribute_not_exists(#number) OR #number = :before",
                ExpressionAttributeNames={"#number": "number"},
                ExpressionAttributeValues={":before": {"N": str(now.number)}},
            )
        except Refused:
            return False
        return True


@cache
def rotations() -> Rotations:
    """The rotations in the table that the environment names."""
    return Rotations(dynamo.dynamo(), settings().needed("mirrors_table"))


def _newest(proofs: Mapping[str, int], grown: Mapping[str, int]) -> dict[str, int]:
    """The counts of the connections that were proven last."""
    kept = {one: count for one, count in proofs.items() if one not in grown}
    return dict([*kept.items(), *grown.items()][-CONNECTIONS_KEPT:])
