"""Which source topics a mirror mirrors, as MirrorMaker 2 decides it (MirrorSourceConnector)."""

from collections.abc import Iterable, Sequence

from mirroring.java.regex import matcher
from mirroring.mirror import Mirror

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


_SHOWN = 5


def matching(mirror: Mirror, topics: Iterable[str]) -> list[str]:
    """The source topics that the mirror copies, in order; raises JavaRegexError, TimeoutError."""
    wanted = matcher(mirror.topics_regex)
    excluded = matcher(alternatives(excluded_topics(mirror)))
    return sorted(
        topic
        for topic in set(topics)
        if wanted.matches(topic) and not excluded.matches(topic) and not is_cycle(mirror, topic)
    )


def excluded_topics(mirror: Mirror) -> tuple[str, ...]:
    """Every pattern of `topics.exclude`: what is never copied, and what the person excluded."""
    return (*ALWAYS_EXCLUDED, *mirror.topics_exclude)


def alternatives(patterns: Sequence[str]) -> str:
    """One pattern for many, joined without groups as MirrorUtils.compilePatternList does."""
    return "|".join(patterns)


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
    ordered = sorted(names)
    more = len(ordered) - _SHOWN
    return ", ".join(ordered[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
