"""Whether several mirrors could copy a topic of one name: what decides if records go round."""

from collections.abc import Iterable, Sequence

from mirroring.java.regex import matcher
from mirroring.mirror import Mirror
from mirroring.topics import excluded_topics, matching

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
_LONGEST = 249
_WIDEST = 256


def may_share(mirrors: Sequence[Mirror], known: Iterable[str]) -> bool:
    """Whether a topic that all of them copy exists among `known` or could be made some day.

    Names are spelt letter by letter for as long as every pattern could still match; False only
    when that proves that there is none, so that two patterns too rich to follow count as shared.
    """
    return bool(_copied_by_all(mirrors, known)) or _can_be_spelt(mirrors)


def _copied_by_all(mirrors: Sequence[Mirror], names: Iterable[str]) -> list[str]:
    left = list(names)
    for mirror in mirrors:
        left = matching(mirror, left)
    return left


def _can_be_spelt(mirrors: Sequence[Mirror]) -> bool:
    wanted = [matcher(mirror.topics_regex) for mirror in mirrors]
    shut = [matcher(one) for mirror in mirrors for one in excluded_topics(mirror) if _to_end(one)]
    begun = [""]
    for _ in range(_LONGEST):
        begun = [
            name
            for start in begun
            for letter in _LETTERS
            if all(one.begins(name := start + letter) for one in wanted)
            and not any(one.matches(name) for one in shut)
        ]
        if len(begun) > _WIDEST or _copied_by_all(mirrors, begun):
            return True
        if not begun:
            return False
    return True


def _to_end(pattern: str) -> bool:
    """Whether a pattern that matches a name matches every longer one too."""
    return pattern.endswith(".*") and not pattern.endswith("\\.*") and not set(pattern) & set("|(")
