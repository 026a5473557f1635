"""Which consumer groups' offsets a mirror translates, as MirrorMaker 2 decides it."""

from collections.abc import Iterable

from mirroring.java.budget import patience
from mirroring.java.regex import matcher
from mirroring.mirror import Mirror
from mirroring.topics import MATCHING_S, alternatives

ALWAYS_EXCLUDED = ("console-consumer-.*", "connect-.*", "__.*")
"""Set on every connector: Kafka's defaults (DefaultGroupFilter), whatever a worker's own are."""


def matching(mirror: Mirror, groups: Iterable[str]) -> list[str]:
    """The groups that are translated, in order; raises JavaRegexError, TimeoutError."""
    wanted = matcher(mirror.groups_regex)
    excluded = matcher(alternatives(ALWAYS_EXCLUDED))
    with patience(MATCHING_S):
        return sorted(one for one in groups if wanted.matches(one) and not excluded.matches(one))
