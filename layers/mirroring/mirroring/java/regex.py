"""Java's regular expressions, which MirrorMaker 2 matches topics with, read as Java 17 reads them.

A pattern is parsed with the grammar of `java.util.regex.Pattern`, so that what Java refuses is
refused here with Java's words, and written again for the `regex` module.
"""

from dataclasses import dataclass
from functools import lru_cache

import regex

from mirroring.java.characters import Cursor, JavaRegexError, escape, literal
from mirroring.java.classes import character_class, dot, family

__all__ = ["JavaRegexError", "Matcher", "matcher"]

_TIMEOUT_S = 1.0
_FLAGS = "idmsucxU"
_MARKS = {"A": r"\A", "G": r"\G", "b": r"\b", "B": r"\B", "Z": r"(?=\n?\z)", "z": r"\z"}
_WHOLE = {"R": r"(?:\r\n|[\n-\r\x85\u2028\u2029])", "X": r"\X"}


@dataclass(frozen=True)
class Matcher:
    """A Java pattern, ready to be asked."""

    pattern: str
    compiled: regex.Pattern[str]

    def matches(self, text: str) -> bool:
        """Whether the whole text matches, as `Matcher.matches()`; TimeoutError after a second."""
        return self.compiled.fullmatch(text, timeout=_TIMEOUT_S) is not None

    def begins(self, text: str) -> bool:
        """Whether the text could be continued to a match, as far as the pattern can tell."""
        return self.compiled.fullmatch(text, timeout=_TIMEOUT_S, partial=True) is not None


@lru_cache(maxsize=1024)
def matcher(pattern: str) -> Matcher:
    """The matcher of a Java pattern; raises JavaRegexError where Java's compiler does."""
    translated = _Parser(_unquoted(pattern)).whole()
    try:
        return Matcher(pattern, regex.compile(translated, regex.V1))
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


class _Parser:
    """One pass over a pattern: `whole` answers it in the `regex` module's V1 dialect."""

    def __init__(self, pattern: str) -> None:
        self.at = Cursor(pattern)
        self.names: set[str] = set()
        self.closed: set[int] = set()
        self.groups = 0
        self.bounded = True

    def whole(self) -> str:
        """The pattern translated."""
        try:
            translated = self._alternatives()
        except RecursionError as error:
            raise JavaRegexError("Nested too deeply") from error
        if not self.at.ended:
            raise self.at.error("Unmatched closing ')'")
        return f"(?:{translated})"

    def _alternatives(self) -> str:
        branches = [self._sequence()]
        while self.at.peek() == "|":
            self.at.take()
            branches.append(self._sequence())
        return "|".join(branches)

    def _sequence(self) -> str:
        parts: list[str] = []
        while (char := self.at.peek()) not in ("|", ")", ""):
            if char in "?*+":
                raise self.at.error(f"Dangling meta character '{char}'")
            if (atom := self._atom(char)) is not None:
                parts.append(self._repeated(atom))
        return "".join(parts)

    def _atom(self, char: str) -> str | None:
        """One atom; None for inline flags, which match nothing and cannot be repeated."""
        match char:
            case "(":
                return self._group()
            case "{":
                return ""
            case "\\":
                return self._escaped()
        self.at.take()
        match char:
            case "[":
                return self._cased(character_class(self.at))
            case ".":
                return dot(self.at.flags)
            case "^":
                return "(?m:^)" if "m" in self.at.flags else r"\A"
            case "$":
                return r"(?=\n|\z)" if "m" in self.at.flags else r"(?=\n?\z)"
        return self._cased(literal(ord(char)))

    def _cased(self, atom: str) -> str:
        return f"(?i:{atom})" if "i" in self.at.flags else atom

    def _escaped(self) -> str:
        self.at.take()
        char = self.at.peek_raw()
        if char in ("p", "P") and char:
            self.at.take_raw()
            return self._cased(family(self.at, negated=char == "P"))
        if char.isascii() and char.isdigit() and char != "0":
            return self._numbered_reference()
        if char == "k":
            return self._named_reference()
        if char == "b" and self.at.rest.startswith("b{g}"):
            raise self.at.error("Unsupported boundary \\b{g}")
        if char in _MARKS or char in _WHOLE:
            self.at.take_raw()
            return (_MARKS | _WHOLE)[char]
        return self._cased(escape(self.at).translated)

    def _numbered_reference(self) -> str:
        """Further digits belong to it only while so many groups were opened (Pattern.ref)."""
        number = int(self.at.take_raw())
        while (digit := self.at.peek_raw()).isascii() and digit.isdigit():
            if number * 10 + int(digit) > self.groups:
                break
            number = number * 10 + int(self.at.take_raw())
        self.bounded = False
        return self._cased(f"\\g<{number}>") if number in self.closed else "(?!)"

    def _named_reference(self) -> str:
        self.at.take_raw()
        if self.at.take_raw() != "<":
            raise self.at.error("\\k is not followed by '<' for named capturing group")
        name = self._group_name()
        if name not in self.names:
            raise self.at.error(f"named capturing group <{name}> does not exist")
        self.bounded = False
        return self._cased(f"\\g<{name}>")

    def _group_name(self) -> str:
        found = regex.match(r"[a-zA-Z][a-zA-Z0-9]*", self.at.rest)
        if found is None:
            raise self.at.error("capturing group name does not start with a Latin letter")
        self.at.skip(found.end())
        if self.at.take_raw() != ">":
            raise self.at.error("named capturing group is missing trailing '>'")
        return found.group()

    def _group(self) -> str | None:
        self.at.take()
        flags = self.at.flags
        number = 0
        opening = "("
        if self.at.peek_raw() == "?":
            self.at.take_raw()
            special = self._special_opening()
            if special is None:
                return None
            opening = special
        if opening == "(" or opening.startswith("(?P<"):
            self.groups = number = self.groups + 1
        body = self._body(lookbehind=opening.startswith("(?<"))
        self.at.flags = flags
        self.closed.add(number)
        return f"{opening}{body})"

    def _body(self, *, lookbehind: bool) -> str:
        """What a group holds; in a look-behind only the repetitions that every Java takes."""
        outer, self.bounded = self.bounded, True
        body = self._alternatives()
        if lookbehind and not self.bounded:
            raise self.at.error("Look-behind group does not have an obvious maximum length")
        self.bounded = self.bounded and outer
        if self.at.take() != ")":
            raise self.at.error("Unclosed group")
        return body

    def _special_opening(self) -> str | None:
        """What follows `(?`; None when it was flags for the rest of the group around it."""
        for opening in (":", "=", "!", ">", "<=", "<!"):
            if self.at.rest.startswith(opening):
                self.at.skip(len(opening))
                return f"(?{opening}"
        if self.at.peek_raw() == "<":
            self.at.take_raw()
            return self._named_opening()
        return self._flags()

    def _named_opening(self) -> str:
        name = self._group_name()
        if name in self.names:
            raise self.at.error(f"Named capturing group <{name}> is already defined")
        self.names.add(name)
        return f"(?P<{name}>"

    def _flags(self) -> str | None:
        found = regex.match(rf"([{_FLAGS}]*)(-[-{_FLAGS}]*)?([:)])", self.at.rest)
        if found is None:
            kind = "group type" if self.at.peek_raw() in ("$", "@") else "inline modifier"
            raise self.at.error(f"Unknown {kind}")
        self.at.skip(found.end())
        on, off, end = found.groups()
        self.at.flags = (self.at.flags | set(on)) - set(off or "")
        return None if end == ")" else "(?:"

    def _repeated(self, atom: str) -> str:
        """The atom with the quantifier that follows it, greedy, reluctant or possessive."""
        char = self.at.peek()
        if char not in ("?", "*", "+", "{"):
            return atom
        self.at.take()
        count = self._counted() if char == "{" else char
        endless = count.endswith(("*", "+", ",}")) or atom.startswith("(")
        self.bounded = self.bounded and (char == "?" or not endless)
        if self.at.peek() in ("?", "+"):
            count += self.at.take()
        return f"(?:{atom}){count}"

    def _counted(self) -> str:
        found = regex.match(r"([0-9]+)(,?)([0-9]*)", self.at.rest)
        if found is None:
            raise self.at.error("Illegal repetition")
        low, comma, high = found.groups()
        self.at.skip(found.end())
        if self.at.take_raw() != "}":
            raise self.at.error("Unclosed counted closure")
        if (high and int(high) < int(low)) or max(int(low), int(high or 0)) > 0x7FFFFFFF:
            raise self.at.error("Illegal repetition range")
        return f"{{{int(low)}{comma}{high}}}"
