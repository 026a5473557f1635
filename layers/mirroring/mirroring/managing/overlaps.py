"""Mirrors that would write into one another's topics, by real `cluster.id`s and by patterns."""

from collections.abc import Collection, Iterable

from mirroring.errors import AliasTaken, FieldError, MirrorExists, MirrorOverlaps
from mirroring.java.regex import JavaRegexError
from mirroring.managing.shared_names import Look, Sharing
from mirroring.mirror import Mirror
from mirroring.selection import matching, some


def same(mirror: Mirror, fleet: Iterable[Mirror]) -> MirrorExists | None:
    """The mirror that is this one already."""
    for other in _beside(mirror, fleet):
        if _identity(other) == _identity(mirror):
            return MirrorExists(
                f"{other.name} is this mirror already: change it, or delete it first."
            )
    return None


def overlap(
    mirror: Mirror, topics: Collection[str], fleet: Iterable[Mirror], sharing: Sharing
) -> MirrorOverlaps | None:
    """The mirror of the same source that writes some topic, of now or later, to the same place.

    Beside one that renames where the other does not, topics of two names meet in one: that is told
    of those that are there.
    """
    for other in _beside(mirror, fleet):
        if shared := _written_by_both(mirror, other, topics, sharing):
            return MirrorOverlaps(
                f"{other.name} writes {shared} already, and every record would be there "
                "twice: leave them out with topicsExclude, or give another alias."
            )
    return None


def alias_taken(mirror: Mirror, fleet: Iterable[Mirror]) -> AliasTaken | None:
    """Another source under the same alias into the same target.

    Their topics would be one; and so are, without renaming too, the topics of the offset syncs
    (`mm2-offset-syncs.<alias>.internal`) and of the checkpoints, by which groups are translated.
    """
    field = "sourceCluster.alias"
    for other in namesakes(mirror, fleet):
        if mirror.rename_mirrored_topics:
            words = f"belongs to another source of this target: {other.name} reads {_source(other)}"
            return AliasTaken(f"{field} {words}.", FieldError(field=field, message=words))
        if mirror.sync_group_offsets or other.sync_group_offsets:
            words = (
                f"is that of {other.name}, which reads {_source(other)}: where group offsets are "
                "synced, those of two clusters would be taken for one another"
            )
            return AliasTaken(f"{field} {words}.", FieldError(field=field, message=words))
    return None


def namesakes(mirror: Mirror, fleet: Iterable[Mirror]) -> list[Mirror]:
    """The mirrors of other sources that bear the same alias on the same target."""
    return [
        one
        for one in fleet
        if one.name != mirror.name
        and one.target_cluster_id == mirror.target_cluster_id
        and one.source.alias == mirror.source.alias
        and one.source.cluster_id != mirror.source.cluster_id
    ]


def _beside(mirror: Mirror, fleet: Iterable[Mirror]) -> list[Mirror]:
    return [one for one in fleet if _route(one) == _route(mirror) and one.name != mirror.name]


def _route(mirror: Mirror) -> tuple[str, str]:
    return (mirror.source.cluster_id, mirror.target_cluster_id)


def _source(mirror: Mirror) -> str:
    return mirror.source.managed or f"cluster {mirror.source.cluster_id}"


def _identity(mirror: Mirror) -> tuple[object, ...]:
    return (
        mirror.connect_cluster,
        mirror.rename_mirrored_topics,
        mirror.source.alias,
        mirror.topics_regex,
        frozenset(mirror.topics_exclude),
    )


def _written_by_both(
    mirror: Mirror, other: Mirror, topics: Collection[str], sharing: Sharing
) -> str | None:
    """Names on the target in words, None where there are none; an alias has no dot."""
    if found := _names(mirror, topics) & _names(other, topics):
        return some(found)
    if mirror.rename_mirrored_topics is not other.rename_mirrored_topics:
        return None
    if mirror.rename_mirrored_topics and mirror.source.alias != other.source.alias:
        return None
    shared = sharing.shared([Look(mirror), Look(other)])
    if shared is None:
        return None
    if shared.example is None:
        return "what may be the same topics (their patterns are too rich to tell)"
    return f"what its pattern shares with this one (a topic {shared.example}, for one)"


def _names(mirror: Mirror, topics: Collection[str]) -> set[str]:
    """What it copies, as on the target; a pattern of old that is refused today copies nothing."""
    try:
        return {mirror.mirrored_name(topic) for topic in matching(mirror, topics)}
    except JavaRegexError:
        return set()
