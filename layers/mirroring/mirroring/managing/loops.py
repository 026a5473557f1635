"""Chains of mirrors whose copies come round to where they began, and would be copied again.

What MirrorMaker itself stops is no such chain: DefaultReplicationPolicy skips a topic whose name
says that it came through the target (MirrorSourceConnector.isCycle), which it can tell where every
alias on the way is the name under which the target is registered.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mirroring.managing.shared_names import Look, Shared, Sharing
from mirroring.mirror import Mirror

MOST_CHAINS = 2_000
"""How many chains of mirrors are followed before the patterns count as too rich to tell."""


@dataclass(frozen=True)
class Loop:
    """The mirrors of the chain, the new one first; `example` is a topic that would go round."""

    mirrors: tuple[Mirror, ...]
    example: str | None

    @property
    def renames(self) -> bool:
        """Whether names grow on the way: else each record comes back to its own topic."""
        return any(one.rename_mirrored_topics for one in self.mirrors)


def loop(mirror: Mirror, fleet: Iterable[Mirror], sharing: Sharing) -> Loop | None:
    """The shortest chain that this mirror would close: its copy, carried on by the others, is one
    that it copies again. Clusters are told apart by their real `cluster.id`.

    Copies that match once more are refused even where they would not for ever: each round is all
    the data again. Other mirrors that go round without this one are not looked at.
    """
    others = _leading_back(mirror, [one for one in fleet if one.name != mirror.name])
    chains: deque[tuple[Mirror, ...]] = deque([(mirror,)])
    followed = 0
    while chains:
        chain = chains.popleft()
        if _at_home(chain) and (found := sharing.shared(_looks((*chain, mirror)))):
            return Loop(chain, found.example)
        for following in others:
            if following.source.cluster_id != chain[-1].target_cluster_id or following in chain:
                continue
            longer = (*chain, following)
            followed += 1
            found = Shared(None) if followed > MOST_CHAINS else sharing.shared(_looks(longer))
            if found == Shared(None):
                return Loop(longer, None)
            if found is not None:
                chains.append(longer)
    return None


def _at_home(chain: Sequence[Mirror]) -> bool:
    return chain[-1].target_cluster_id == chain[0].source.cluster_id


def _looks(chain: Sequence[Mirror]) -> list[Look]:
    """What each mirror of the chain sees of a topic that the first one copies."""
    prefix, looks = "", []
    for one in chain:
        looks.append(Look(one, prefix))
        prefix = one.mirrored_name(prefix)
    return looks


def _leading_back(mirror: Mirror, others: Sequence[Mirror]) -> list[Mirror]:
    """Those from whose source there is a way to the mirror's own source.

    A mirror whose target bears the alias that its copies begin with would take none of them.
    """
    usable = [one for one in others if not _stops(one, mirror)]
    reached = {mirror.source.cluster_id}
    while (
        more := {one.source.cluster_id for one in usable if one.target_cluster_id in reached}
        - reached
    ):
        reached |= more
    return [one for one in usable if one.target_cluster_id in reached]


def _stops(other: Mirror, mirror: Mirror) -> bool:
    return (
        mirror.rename_mirrored_topics
        and other.rename_mirrored_topics
        and other.target_cluster == mirror.source.alias
    )
