"""Whether several mirrors could copy a topic of one name: what decides if records go round."""

from collections.abc import Sequence
from dataclasses import dataclass

from mirroring.java.language import LONGEST, Languages, TooRich
from mirroring.java.names import at_least, at_most
from mirroring.java.patterns import alternatives
from mirroring.java.regex import JavaRegexError, matcher
from mirroring.mirror import Mirror
from mirroring.selection import excluded_topics

STEPS = 100_000
"""About a second. Two patterns as people write them take one to seven thousand."""


@dataclass(frozen=True)
class Look:
    """A mirror, and what stands before a name of the first one's source where it looks."""

    mirror: Mirror
    prefix: str = ""


@dataclass(frozen=True)
class Shared:
    """A name that all of them copy; None where the patterns are too rich to find one."""

    example: str | None


class Sharing:
    """Decides it, for as many steps as one request may take.

    A pattern that no regular language says exactly (a back-reference, a look-behind) is taken to
    match whatever it could, and as an exclude nothing: what is then shared may never be.
    """

    def __init__(self, steps: int = STEPS) -> None:
        self._languages = Languages(steps)
        self._copied: dict[tuple[object, ...], int] = {}

    def shared(self, looks: Sequence[Look]) -> Shared | None:
        """A topic that each of them copies, each with its prefix before the name; None: there can
        be none."""
        longest = LONGEST - max(len(one.prefix) for one in looks)
        try:
            names = self._languages.all_of(
                [self._languages.beyond(self._of(one.mirror), one.prefix) for one in looks]
            )
            found = self._languages.shortest(names, longest)
        except JavaRegexError:  # a pattern of old that is refused today
            return None
        except (TooRich, RecursionError):
            return Shared(None)
        return None if found is None else Shared(found)

    def _of(self, mirror: Mirror) -> int:
        """The names that a mirror copies: matched, not excluded, and no cycle to MirrorMaker."""
        excluded = alternatives(excluded_topics(mirror))
        came_back = _came_from(mirror.target_cluster) if mirror.rename_mirrored_topics else None
        key = (mirror.topics_regex, excluded, came_back)
        if key not in self._copied:
            self._copied[key] = self._narrowed(mirror.topics_regex, excluded, came_back)
        return self._copied[key]

    def _narrowed(self, wanted: str, *excluded: str | None) -> int:
        """What the first pattern matches and none of the others does."""
        shut = [
            at_least(self._languages, matcher(one).shape) for one in excluded if one is not None
        ]
        asked = at_most(self._languages, matcher(wanted).shape)
        return self._languages.all_of([asked, *map(self._languages.none_of, shut)])


def _came_from(alias: str) -> str:
    """The names that topics.is_cycle tells for such a target, as a pattern."""
    return rf"(.*\.)?{alias}\..*[^.].*"
