"""A mirror as it is asked for, and what its clusters say of it: create and preview share it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mirroring.cluster import ConnectCluster
from mirroring.connections import Connections, place
from mirroring.contract.requests import MirrorRequest
from mirroring.errors import ProblemError
from mirroring.managing.access import Access, access_problems, look
from mirroring.managing.fleet_rules import refusals
from mirroring.managing.request_rules import request_problems, require
from mirroring.managing.requested_clusters import RequestedClusters, facts, properties
from mirroring.managing.source import SourceFacts
from mirroring.mirror import Mirror, Source
from mirroring.selection import matching


@dataclass(frozen=True)
class Proposal:
    """The mirror, the clusters that it names and their properties, and what was seen of them."""

    mirror: Mirror
    found: RequestedClusters
    seen: SourceFacts
    access: Access
    source: Mapping[str, str] = field(repr=False)
    target: Mapping[str, str] = field(repr=False)

    def topics(self) -> dict[str, int]:
        """The topics that the mirror would copy as they are now, with their partitions."""
        return {name: self.seen.topics[name] for name in matching(self.mirror, self.seen.topics)}

    def refusals(self, fleet: Sequence[Mirror]) -> Iterator[ProblemError]:
        """What a create is refused with beside this fleet, the first that it raises first."""
        seen = access_problems(self.access)
        return refusals(self.mirror, self.seen.topics, fleet, seen)


def propose(
    request: MirrorRequest,
    found: RequestedClusters,
    suffix: str,
    connections: Connections,
    now: datetime,
) -> Proposal:
    """Raises BadRequest, Unprocessable and Unavailable where there is nothing to look at."""
    alias = found.alias(request.source_cluster)
    require(request_problems(request, alias, found.source, found.target.name))
    given = properties(request, found, connections.vault)
    seen = facts(request, found, given)
    mirror = _mirror(request, found, f"{alias}.{found.target.name}.{suffix}", seen, now)
    target = connections.target(found.connect)
    access = look(mirror, seen.topics, place(dict(given)), place(target))
    return Proposal(mirror, found, seen, access, given, target)


def _mirror(
    request: MirrorRequest, found: RequestedClusters, name: str, seen: SourceFacts, now: datetime
) -> Mirror:
    managed = request.source_cluster.managed_cluster
    return Mirror(
        name=name,
        connect_cluster=found.connect.name,
        source=Source(
            alias=found.alias(request.source_cluster),
            managed=found.source.name if found.source else None,
            use_private_ips=bool(managed and managed.use_private_ips),
            cluster_id=seen.cluster_id,
        ),
        target_cluster=found.target.name,
        target_cluster_id=found.target.cluster_id,
        rename_mirrored_topics=request.rename_mirrored_topics,
        topics_regex=request.topics_regex,
        topics_exclude=request.topics_exclude,
        max_tasks=_tasks(found.connect) if request.max_tasks is None else request.max_tasks,
        start_from=request.start_from,
        sync_group_offsets=request.sync_group_offsets,
        groups_regex=request.groups_regex,
        target_latency=request.target_latency,
        description=request.description,
        tags=request.tags,
        created_at=now,
        updated_at=now,
    )


def _tasks(connect: ConnectCluster) -> int:
    """As many as there are workers; as many as there are URLs while none shows (then a warning)."""
    return len(set(connect.urls)) if connect.workers is None else connect.workers
