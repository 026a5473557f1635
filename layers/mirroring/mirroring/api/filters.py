"""Which mirrors a list is asked for; a mirror must pass every filter that is given."""

from collections.abc import Callable
from dataclasses import dataclass

from mirroring.api import queries
from mirroring.mirror import Mirror
from mirroring.observation import Status

FILTERS = ("status", "connectCluster", "alias", "source", "tag")


@dataclass(frozen=True, slots=True)
class Filters:
    """`source` is a registered cluster's name; `tag` is a key, or `key:value`."""

    statuses: frozenset[Status] = frozenset()
    connect_cluster: str | None = None
    alias: str | None = None
    source: str | None = None
    tag: str | None = None

    def takes(self, mirror: Mirror) -> bool:
        """Whether what was asked for passes; its status needs more than the mirror to be known."""
        return (
            self.connect_cluster in (None, mirror.connect_cluster)
            and self.alias in (None, mirror.source.alias)
            and self.source in (None, mirror.source.managed)
            and (self.tag is None or self.tag in _words(mirror))
        )

    def takes_status(self, status: Status) -> bool:
        """Whether a mirror with this status passes."""
        return not self.statuses or status in self.statuses


ALL = Filters()


def filters(query: Callable[[str], str | None]) -> Filters:
    """The filters that a request's query parameters name; raises BadRequest."""
    return Filters(
        statuses=queries.statuses(query("status")),
        connect_cluster=query("connectCluster"),
        alias=query("alias"),
        source=query("source"),
        tag=query("tag"),
    )


def _words(mirror: Mirror) -> set[str]:
    """Its tags' keys, and each with its value."""
    return {*mirror.tags, *(f"{key}:{value}" for key, value in mirror.tags.items())}
