"""The rules that a mirror must keep, over its request, its source's topics and the whole fleet.

Pure: each function answers what is wrong, field by field, so that a preview can list what a create
refuses. Clusters are told apart by their real `cluster.id`, never by the names people gave them.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from mirroring.cluster import KafkaCluster
from mirroring.errors import Conflict, FieldError, MirrorExists, MirrorOverlaps, Unprocessable
from mirroring.java.patterns import exclude_problems, pattern_problems
from mirroring.java.regex import matcher
from mirroring.managing.shared_names import may_share
from mirroring.mirror import Mirror
from mirroring.topics import alternatives, excluded_topics, is_cycle, matching, some

if TYPE_CHECKING:
    from mirroring.answering.requests import MirrorChange, MirrorRequest

SHORTEST_TARGET_MS = 1000
_ALIAS = re.compile(r"[A-Za-z0-9_-]{1,40}")


def require(problems: Iterable[FieldError]) -> None:
    """Raises Unprocessable naming every field that is wrong; nothing when none is."""
    if found := list(problems):
        raise refusal(found)


def refusal(found: Sequence[FieldError]) -> Unprocessable:
    """The refusal that names every field that is wrong."""
    summary = "; ".join(f"{one.field} {one.message}" for one in found)
    return Unprocessable(f"The mirror cannot be made like this: {summary}.", *found)


def request_problems(
    request: "MirrorRequest", alias: str, source: KafkaCluster | None, target: str
) -> list[FieldError]:
    """What is wrong with a request in itself; `source` is None for an external cluster."""
    return [
        *alias_problems(alias, target),
        *_private_problems(request, source),
        *pattern_problems("topicsRegex", request.topics_regex),
        *exclude_problems(request.topics_exclude),
        *pattern_problems("groupsRegex", request.groups_regex),
        *target_latency_problems(request.target_latency),
        *_tasks_problems(request.max_tasks),
    ]


def alias_problems(alias: str, target: str) -> list[FieldError]:
    """An alias becomes the first part of topic names, and must tell the source from the target."""
    field = "sourceCluster.alias"
    if not _ALIAS.fullmatch(alias):
        return [FieldError(field=field, message="must be 1 to 40 of A-Z a-z 0-9 _ -")]
    if alias == target:
        return [FieldError(field=field, message=f"must not be the target's own alias, {target}")]
    return []


def target_latency_problems(target_latency: int) -> list[FieldError]:
    """A target below a second could not be told from the noise of a sample."""
    if target_latency >= SHORTEST_TARGET_MS:
        return []
    words = f"must be at least {SHORTEST_TARGET_MS} ms"
    return [FieldError(field="targetLatency", message=words)]


def change_problems(change: "MirrorChange") -> list[FieldError]:
    """What is wrong with a change in itself."""
    patterns = {"topicsRegex": change.topics_regex, "groupsRegex": change.groups_regex}
    return [
        *(
            one
            for field, given in patterns.items()
            if given is not None
            for one in pattern_problems(field, given)
        ),
        *exclude_problems(change.topics_exclude),
        *_tasks_problems(change.max_tasks),
    ]


def fleet_problems(
    mirror: Mirror, topics: Collection[str], fleet: Iterable[Mirror]
) -> list[FieldError]:
    """What is wrong with the source's topics as they are now, and with the mirrors around it."""
    try:
        return [
            *_skipped(mirror, topics),
            *_heartbeats(mirror, topics),
            *_again(mirror, topics),
            *_loops(mirror, topics, fleet),
        ]
    except TimeoutError:
        words = "takes too long to match a topic's name: nested repetitions are the usual reason"
        return [FieldError(field="topicsRegex", message=words)]


def conflict(mirror: Mirror, topics: Collection[str], fleet: Iterable[Mirror]) -> Conflict | None:
    """The mirror that is the same, or writes one of these topics to the same place; or None."""
    beside = [one for one in fleet if _route(one) == _route(mirror) and one.name != mirror.name]
    for other in beside:
        if _identity(other) == _identity(mirror):
            return MirrorExists(
                f"{other.name} is this mirror already: change it, or delete it first."
            )
    mine = matching(mirror, topics)
    for other in beside:
        if shared := sorted(_written_by_both(mirror, mine, other, topics)):
            return MirrorOverlaps(
                f"{other.name} writes {some(shared)} already, and every record would be there "
                "twice: leave them out with topicsExclude, or give another alias."
            )
    return None


def _private_problems(request: "MirrorRequest", source: KafkaCluster | None) -> list[FieldError]:
    managed = request.source_cluster.managed_cluster
    if source is None or managed is None or not managed.use_private_ips:
        return []
    if source.private_bootstrap_servers:
        return []
    words = f"needs private servers, and {source.name} was registered without them"
    return [FieldError(field="sourceCluster.managedCluster.usePrivateIps", message=words)]


def _tasks_problems(max_tasks: int | None) -> list[FieldError]:
    if max_tasks is None or max_tasks >= 1:
        return []
    return [FieldError(field="maxTasks", message="must be at least 1")]


def _skipped(mirror: Mirror, topics: Collection[str]) -> list[FieldError]:
    """MirrorMaker takes a topic with the target's alias in front for its own, and skips it."""
    if not mirror.rename_mirrored_topics:
        return []
    skipped = sorted(topic for topic in _wanted(mirror, topics) if is_cycle(mirror, topic))
    if not skipped:
        return []
    alias = mirror.target_cluster
    words = (
        f"matches {some(skipped)}, which MirrorMaker skips since {alias} is the target's alias: "
        f'leave them out with topicsExclude ["(.*\\\\.)?{alias}\\\\..*"]'
    )
    return [FieldError(field="topicsRegex", message=words)]


def _heartbeats(mirror: Mirror, topics: Collection[str]) -> list[FieldError]:
    """IdentityReplicationPolicy renames whatever ends so, and may do it again and again."""
    if mirror.rename_mirrored_topics:
        return []
    found = sorted(topic for topic in _wanted(mirror, topics) if topic.endswith("heartbeats"))
    if not found:
        return []
    words = (
        f"matches {some(found)}: without renaming MirrorMaker renames what ends in heartbeats "
        'all the same; leave it out with topicsExclude [".*heartbeats"]'
    )
    return [FieldError(field="topicsRegex", message=words)]


def _again(mirror: Mirror, topics: Collection[str]) -> list[FieldError]:
    """On one cluster a copy that matches again would be copied again, without an end."""
    if mirror.source.cluster_id != mirror.target_cluster_id or not mirror.rename_mirrored_topics:
        return []
    copies = [mirror.mirrored_name(topic) for topic in matching(mirror, topics)]
    if not matching(mirror, copies):
        return []
    words = (
        f"matches the copies too ({some(sorted(copies))}), and source and target are one "
        f'cluster: leave them out with topicsExclude ["{mirror.source.alias}\\\\..*"]'
    )
    return [FieldError(field="topicsRegex", message=words)]


def _loops(mirror: Mirror, topics: Collection[str], fleet: Iterable[Mirror]) -> list[FieldError]:
    """Without renaming, nothing stops a record that comes back to where it was written."""
    if mirror.rename_mirrored_topics:
        return []
    field = "renameMirroredTopics"
    if mirror.source.cluster_id == mirror.target_cluster_id:
        words = "must be true, since source and target are the same cluster"
        return [FieldError(field=field, message=words)]
    loop = _loop(mirror, topics, fleet)
    if loop is None:
        return []
    others = " and ".join(one.name for one in loop[1:])
    words = f"must be true, or the topics others: with {others} records would go round for ever"
    return [FieldError(field=field, message=words)]


def _wanted(mirror: Mirror, topics: Iterable[str]) -> list[str]:
    """The topics that the patterns match, before MirrorMaker's own rule about cycles."""
    wanted, excluded = (
        matcher(mirror.topics_regex),
        matcher(alternatives(excluded_topics(mirror))),
    )
    return [one for one in topics if wanted.matches(one) and not excluded.matches(one)]


def _loop(mirror: Mirror, topics: Collection[str], fleet: Iterable[Mirror]) -> list[Mirror] | None:
    """The mirrors, this one first, that would bring a record back to its source."""
    plain = [one for one in fleet if not one.rename_mirrored_topics]
    paths = [[mirror]]
    while paths:
        path = paths.pop()
        passed = {one.target_cluster_id for one in path}
        for following in plain:
            if following.source.cluster_id != path[-1].target_cluster_id:
                continue
            if following.target_cluster_id in passed or not may_share([*path, following], topics):
                continue
            if following.target_cluster_id == mirror.source.cluster_id:
                return [*path, following]
            paths.append([*path, following])
    return None


def _route(mirror: Mirror) -> tuple[str, str]:
    return (mirror.source.cluster_id, mirror.target_cluster_id)


def _identity(mirror: Mirror) -> tuple[object, ...]:
    return (
        mirror.connect_cluster,
        mirror.rename_mirrored_topics,
        mirror.source.alias,
        mirror.topics_regex,
        frozenset(mirror.topics_exclude),
    )


def _written_by_both(
    mirror: Mirror, mine: Collection[str], other: Mirror, topics: Collection[str]
) -> set[str]:
    """Names on the target; `mine` are the topics that the mirror matches. An alias has no dot."""
    if mirror.rename_mirrored_topics is not other.rename_mirrored_topics:
        theirs = {other.mirrored_name(topic) for topic in matching(other, topics)}
        return theirs & {mirror.mirrored_name(topic) for topic in mine}
    if mirror.rename_mirrored_topics and mirror.source.alias != other.source.alias:
        return set()
    return {mirror.mirrored_name(topic) for topic in matching(other, mine)}
