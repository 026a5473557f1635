"""A mirror's item, what must hold where one is written, and what to say where it does not."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from mirroring.cluster import ConnectCluster, KafkaCluster
from mirroring.errors import ClustersMoved, MirrorNotFound, VersionMoved
from mirroring.mirror import Mirror
from mirroring.storing.dynamo import Item, Refused
from mirroring.storing.items import (
    CLUSTER,
    CONNECT_CLUSTER,
    FAILED,
    MIRROR,
    document,
    key,
    must_be_at,
    must_exist,
)
from mirroring.storing.registry import moved, no_cluster, no_connect_cluster
from mirroring.storing.uses import source_key

Error = Callable[[Item | None], Exception]
"""What to say when a condition does not hold of the item that is there."""


def mirror_item(mirror: Mirror) -> Item:
    """A mirror as it is stored."""
    return document(
        MIRROR,
        mirror.name,
        mirror,
        version={"N": str(mirror.version)},
        connect_cluster={"S": mirror.connect_cluster},
        source={"S": source_key(mirror.source)},
    )


def needed(
    table: str, mirror: Mirror, looked_up: Sequence[KafkaCluster | ConnectCluster]
) -> Iterator[tuple[Item, Error]]:
    """The checks that a mirror's clusters are there, those `looked_up` as they were then."""
    names = {(CONNECT_CLUSTER, mirror.connect_cluster)}
    if mirror.source.managed is not None:
        names.add((CLUSTER, mirror.source.managed))
    seen = {(_kind(one), one.name): one.revision for one in looked_up}
    for kind, name in sorted(names | seen.keys()):
        where = key(kind, name)
        if (kind, name) in seen:
            check = must_be_at(table, where, seen[kind, name])
        else:
            check = must_exist(table, where)
        yield check, partial(_moved_or_gone, kind, name)


def _kind(one: KafkaCluster | ConnectCluster) -> str:
    return CLUSTER if isinstance(one, KafkaCluster) else CONNECT_CLUSTER


def _moved_or_gone(kind: str, name: str, now: Item | None) -> Exception:
    if now is not None:
        return ClustersMoved(f"{name} was registered anew at the same moment: try again")
    return no_cluster(name) if kind == CLUSTER else no_connect_cluster(name)


def first_error(refused: Refused, errors: Sequence[Error]) -> Exception:
    """What the first condition that did not hold is about."""
    judged = zip(refused.codes, refused.items, errors, strict=False)
    return next((error(item) for code, item, error in judged if code == FAILED), moved())


def not_replaced(mirror: Mirror, refused: Refused) -> Exception:
    """Why a mirror's next version was not taken."""
    if refused.codes[0] != FAILED:
        return moved()
    if refused.items[0] is None:
        return no_mirror(mirror.name)
    return VersionMoved(
        f"{mirror.name} is not at version {mirror.version - 1} any more: read it again"
    )


def no_mirror(name: str) -> MirrorNotFound:
    """There is none of this name."""
    return MirrorNotFound(f"there is no mirror {name}")
