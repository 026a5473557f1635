"""Which topics a mirror copies and which groups it translates, as MirrorMaker 2 decides it.

MirrorSourceConnector and MirrorCheckpointConnector of Kafka 4.3.1, with DefaultTopicFilter,
DefaultGroupFilter and both replication policies.
"""

import re
from collections.abc import Iterable

from mirroring import bounded
from mirroring.java.budget import patience
from mirroring.java.patterns import alternatives
from mirroring.java.regex import matcher
from mirroring.mirror import Mirror

MATCHING_S = 2.0
"""For all names of one cluster: 20,000 names take 40 ms with a pattern that does not backtrack."""

ALWAYS_EXCLUDED = (
    r"mm2.*\.internal",
    r".*[\-\.]internal",
    r".*\.replica",
    "__.*",
    r"\..*",
    "connect-(configs|offsets|status)",
)
"""Set on every connector: Kafka's defaults up to 3.9 and since 4.0 together, so that a worker's
upgrade changes nothing (KIP-1074), the names that ReplicationPolicy.isInternalTopic drops, and a
Connect cluster's own topics, whose configurations hold secrets."""

GROUPS_ALWAYS_EXCLUDED = ("console-consumer-.*", "connect-.*", "__.*")
"""Set on every connector: Kafka's defaults (DefaultGroupFilter), whatever a worker's own are."""

HEARTBEATS = ".*heartbeats"
"""Excluded where nothing is renamed: IdentityReplicationPolicy renames these all the same, and so
may copy its own copies again and again."""

_SHOWN = 5
_LOOKS_INTERNAL = re.compile(r".*([-.]internal|\.replica)").fullmatch
_IS_INTERNAL = re.compile(r"__.*|\..*|mm2.*\.internal|.*\.checkpoints\.internal").fullmatch
_OF_CONNECT = re.compile(r"(.*)(config|offset|status)(?:s|es)?").fullmatch


def matching(mirror: Mirror, topics: Iterable[str]) -> list[str]:
    """The source topics that the mirror copies, in order; raises JavaRegexError, TimeoutError."""
    excluded = matcher(alternatives(excluded_topics(mirror)))
    with patience(MATCHING_S):
        return [
            topic
            for topic in wanted(mirror, topics)
            if not excluded.matches(topic) and not is_cycle(mirror, topic)
        ]


def matching_groups(mirror: Mirror, groups: Iterable[str]) -> list[str]:
    """The groups that are translated, in order; raises JavaRegexError, TimeoutError."""
    wanted = matcher(mirror.groups_regex)
    excluded = matcher(alternatives(GROUPS_ALWAYS_EXCLUDED))
    with patience(MATCHING_S):
        return sorted(one for one in groups if wanted.matches(one) and not excluded.matches(one))


def wanted(mirror: Mirror, topics: Iterable[str]) -> list[str]:
    """The topics that the person's own patterns ask for, in order, copied or not."""
    asked = matcher(mirror.topics_regex)
    left_out = matcher(alternatives(mirror.topics_exclude) or "(?!)")
    with patience(MATCHING_S):
        return sorted(
            one for one in set(topics) if asked.matches(one) and not left_out.matches(one)
        )


def left_out(mirror: Mirror, topics: Iterable[str]) -> tuple[list[str], list[str]]:
    """Topics that the person's patterns ask for and nobody gets: cycles to MirrorMaker, and names
    that look internal to it though they are neither its own nor Kafka's."""
    asked = wanted(mirror, topics)
    internal = [one for one in asked if _LOOKS_INTERNAL(one) and not _IS_INTERNAL(one)]
    cycles = [one for one in asked if one not in internal and is_cycle(mirror, one)]
    return cycles, internal


def of_connect(mirror: Mirror, topics: Iterable[str]) -> list[str]:
    """Topics among those copied that must be a Connect cluster's own, whatever their first part:
    where names of all three kinds have the same beginning."""
    kinds: dict[str, dict[str, str]] = {}
    for topic in matching(mirror, topics):
        if found := _OF_CONNECT(topic):
            kinds.setdefault(found[1], {})[found[2]] = topic
    return [topic for own in kinds.values() if len(own) == 3 for topic in own.values()]


def excluded_topics(mirror: Mirror) -> tuple[str, ...]:
    """Every pattern of `topics.exclude`: what is never copied, and what the person excluded."""
    plain = () if mirror.rename_mirrored_topics else (HEARTBEATS,)
    return (*ALWAYS_EXCLUDED, *plain, *mirror.topics_exclude)


def is_cycle(mirror: Mirror, topic: str) -> bool:
    """Whether DefaultReplicationPolicy takes the topic for one that came from the target.

    Every dot-segment but the last counts as the alias of a cluster that the topic came through;
    without renaming only a name that ends in `heartbeats` is read so (IdentityReplicationPolicy).
    """
    if not mirror.rename_mirrored_topics and not topic.endswith("heartbeats"):
        return False
    return mirror.target_cluster in topic.rstrip(".").split(".")[:-1]


def some(names: Iterable[str]) -> str:
    """A few names, and how many more there are."""
    return bounded.names(sorted(names), _SHOWN)
