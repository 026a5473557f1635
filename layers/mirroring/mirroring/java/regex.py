"""Java's regular expressions, which MirrorMaker 2 matches topics with, read as Java 17 reads them.

A pattern is parsed with the grammar of `java.util.regex.Pattern`, so that what Java refuses is
refused here with Java's words, and written again for the `regex` module.
"""

from dataclasses import dataclass
from functools import lru_cache
from time import perf_counter

import regex

from mirroring.java.budget import PatternsTakeLong, current
from mirroring.java.characters import JavaRegexError
from mirroring.java.parser import Parser
from mirroring.java.shape import Shape, beginnings

__all__ = ["JavaRegexError", "Matcher", "matcher"]


@dataclass(frozen=True)
class Matcher:
    """A Java pattern, ready to be asked; a match has one of the `beginnings`."""

    pattern: str
    compiled: regex.Pattern[str]
    shape: Shape
    beginnings: tuple[str, ...]

    def matches(self, text: str) -> bool:
        """Whether the whole text matches, as `Matcher.matches()`; raises PatternsTakeLong.

        Most of many topics do not begin as a mirror's do, which costs a tenth to see.
        """
        if not text.startswith(self.beginnings):
            return False
        budget, began = current(), perf_counter()
        try:
            return self.compiled.fullmatch(text, timeout=budget.left()) is not None
        except TimeoutError as error:
            raise PatternsTakeLong(f"{self.pattern[:100]} takes too long") from error
        finally:
            budget.spend(perf_counter() - began)


@lru_cache(maxsize=1024)
def matcher(pattern: str) -> Matcher:
    """The matcher of a Java pattern; raises JavaRegexError where Java's compiler does."""
    translated = Parser(_unquoted(pattern)).whole()
    try:
        compiled = regex.compile(f"(?:{translated.text})", regex.V1)
        return Matcher(pattern, compiled, translated.shape, beginnings(translated.shape))
    except (regex.error, RecursionError, OverflowError) as error:
        raise JavaRegexError(f"Unsupported construct: {error}") from error


def _unquoted(pattern: str) -> str:
    r"""The pattern with each `\Q…\E` written as escaped characters (Pattern.RemoveQEQuoting)."""
    parts, rest = [], pattern
    while found := regex.search(r"(?s)\A((?:[^\\]|\\[^Q])*)\\Q(.*?)(?:\\E|\z)", rest):
        plain, quoted = found.groups()
        parts += [plain, *(_itself(char) for char in quoted)]
        rest = rest[found.end() :]
    return "".join([*parts, rest])


def _itself(char: str) -> str:
    return char if char.isalpha() or not char.isascii() else f"\\x{ord(char):02x}"
