"""When each Connect cluster was last sampled, and of which people were told that it is not."""

from datetime import datetime
from functools import cache

from mirroring.schema import Moment, Stored
from mirroring.settings import settings
from mirroring.storing import dynamo
from mirroring.storing.dynamo import Dynamo, Refused
from mirroring.storing.items import ABSENT, KIND, all_of, document, read

SAMPLED, UNSAMPLED = "sampled", "unsampled"


class Sampled(Stored):
    """A Connect cluster, of whose mirrors at least one was sampled `at`."""

    connect_cluster: str
    at: Moment


class Unsampled(Stored):
    """A Connect cluster that people were told is not sampled `since`; None: no longer so."""

    connect_cluster: str
    since: Moment | None = None


class SampledClusters:
    """Both by the Connect cluster's name; every method may raise Unavailable."""

    def __init__(self, db: Dynamo, table: str) -> None:
        self._db = db
        self._table = table

    def note(self, connect_cluster: str, at: datetime) -> None:
        """It was sampled now."""
        one = Sampled(connect_cluster=connect_cluster, at=at)
        self._db.put(self._table, document(SAMPLED, connect_cluster, one))

    def begin(self, connect_cluster: str, at: datetime) -> None:
        """From now on it is to be sampled; without effect where it was already."""
        item = document(SAMPLED, connect_cluster, Sampled(connect_cluster=connect_cluster, at=at))
        try:
            self._db.put(
                self._table, item, ConditionExpression=ABSENT, ExpressionAttributeNames=KIND
            )
        except Refused:
            return

    def last(self) -> dict[str, datetime]:
        """When each was sampled last."""
        found = (read(item, Sampled) for item in all_of(self._db, self._table, SAMPLED))
        return {one.connect_cluster: one.at for one in found}

    def told(self) -> dict[str, datetime]:
        """Since when those are not sampled that people were told of."""
        found = (read(item, Unsampled) for item in all_of(self._db, self._table, UNSAMPLED))
        return {one.connect_cluster: one.since for one in found if one.since is not None}

    def tell(self, connect_cluster: str, since: datetime | None) -> None:
        """People were told that it is not sampled since then, or (None) that it is again."""
        one = Unsampled(connect_cluster=connect_cluster, since=since)
        self._db.put(self._table, document(UNSAMPLED, connect_cluster, one))


@cache
def sampled_clusters() -> SampledClusters:
    """Those in the table that the environment names."""
    return SampledClusters(dynamo.dynamo(), settings().needed("mirrors_table"))
