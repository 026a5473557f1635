"""One pass over a Java pattern, with the grammar of `java.util.regex.Pattern`."""

from collections.abc import Callable

import regex

from mirroring.java.characters import Cursor, JavaRegexError, TooCostly, escape, literal
from mirroring.java.classes import character_class, dot, family
from mirroring.java.language import LONGEST
from mirroring.java.shape import (
    ANYTHING,
    Either,
    End,
    Letter,
    Look,
    Opaque,
    Piece,
    Repeat,
    Row,
    Shape,
    Start,
    copies,
)

_MOST_COPIES = 20_000
"""Some 5 MB and 10 ms in the `regex` module; a pattern of 4,096 characters without a repetition has
fewer."""
_FLAGS = "idmsucxU"
_MARKS = {
    "A": Piece(r"\A", Start()),
    "G": Piece(r"\G", Opaque(Row())),
    "b": Piece(r"\b", Opaque(Row())),
    "B": Piece(r"\B", Opaque(Row())),
    "Z": Piece(r"(?=\n?\z)", End()),
    "z": Piece(r"\z", End()),
    "R": Piece(r"(?:\r\n|[\n-\r\x85\u2028\u2029])", Letter(r"[\n-\r]")),
    "X": Piece(r"\X", Opaque(ANYTHING)),
}
_OPENINGS: dict[str, Callable[[Shape], Shape]] = {
    ":": lambda shape: shape,
    "=": lambda shape: Look(shape, negated=False),
    "!": lambda shape: Look(shape, negated=True),
    ">": Opaque,
    "<=": lambda _: Opaque(Row()),
    "<!": lambda _: Opaque(Row()),
}
"""What follows `(?`, and what becomes of the shape in the group."""
_SIGNS: dict[str, tuple[int, int | None]] = {"?": (0, 1), "*": (0, None), "+": (1, None)}


class Parser:
    """One pass over a pattern: `whole` answers it in the `regex` module's V1 dialect."""

    def __init__(self, pattern: str) -> None:
        self.at = Cursor(pattern)
        self.names: set[str] = set()
        self.closed: set[int] = set()
        self.groups = 0
        self.bounded = True

    def whole(self) -> Piece:
        """The pattern translated."""
        try:
            translated = self._alternatives()
        except RecursionError as error:
            raise JavaRegexError("Nested too deeply") from error
        if not self.at.ended:
            raise self.at.error("Unmatched closing ')'")
        if copies(translated.shape) > _MOST_COPIES:
            raise TooCostly("repeats what is repeated too often: give smaller numbers in { }")
        return translated

    def _alternatives(self) -> Piece:
        branches = [self._sequence()]
        while self.at.peek() == "|":
            self.at.take()
            branches.append(self._sequence())
        if len(branches) == 1:
            return branches[0]
        shapes = tuple(one.shape for one in branches)
        return Piece("|".join(one.text for one in branches), Either(shapes))

    def _sequence(self) -> Piece:
        parts: list[Piece] = []
        while (char := self.at.peek()) not in ("|", ")", ""):
            if char in "?*+":
                raise self.at.error(f"Dangling meta character '{char}'")
            if (atom := self._atom(char)) is not None:
                parts.append(self._repeated(atom))
        return Piece("".join(one.text for one in parts), Row(tuple(one.shape for one in parts)))

    def _atom(self, char: str) -> Piece | None:
        """One atom; None for inline flags, which match nothing and cannot be repeated."""
        match char:
            case "(":
                return self._group()
            case "{":
                return Piece("")
            case "\\":
                return self._escaped()
        self.at.take()
        match char:
            case "[":
                return self._cased(character_class(self.at))
            case ".":
                return self._cased(dot(self.at.flags))
            case "^":
                return Piece("(?m:^)" if "m" in self.at.flags else r"\A", Start())
            case "$":
                ends = r"(?=\n|\z)" if "m" in self.at.flags else r"(?=\n?\z)"
                return Piece(ends, End())
        return self._cased(literal(ord(char)))

    def _cased(self, atom: str) -> Piece:
        """A class of characters, with the other case of each where that counts alike."""
        text = f"(?i:{atom})" if "i" in self.at.flags else atom
        return Piece(text, Letter(text))

    def _escaped(self) -> Piece:
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
        if char in _MARKS:
            return _MARKS[self.at.take_raw()]
        return self._cased(escape(self.at).translated)

    def _reference(self, to: int | str) -> Piece:
        """What a group matched, again."""
        self.bounded = False
        return Piece(self._cased(f"\\g<{to}>").text, Opaque(ANYTHING))

    def _numbered_reference(self) -> Piece:
        """Further digits belong to it only while so many groups were opened (Pattern.ref)."""
        number = int(self.at.take_raw())
        while (digit := self.at.peek_raw()).isascii() and digit.isdigit():
            if number * 10 + int(digit) > self.groups:
                break
            number = number * 10 + int(self.at.take_raw())
        found = self._reference(number)
        return found if number in self.closed else Piece("(?!)", Either(()))

    def _named_reference(self) -> Piece:
        self.at.take_raw()
        if self.at.take_raw() != "<":
            raise self.at.error("\\k is not followed by '<' for named capturing group")
        name = self._group_name()
        if name not in self.names:
            raise self.at.error(f"named capturing group <{name}> does not exist")
        return self._reference(name)

    def _group_name(self) -> str:
        found = regex.match(r"[a-zA-Z][a-zA-Z0-9]*", self.at.rest)
        if found is None:
            raise self.at.error("capturing group name does not start with a Latin letter")
        self.at.skip(found.end())
        if self.at.take_raw() != ">":
            raise self.at.error("named capturing group is missing trailing '>'")
        return found.group()

    def _group(self) -> Piece | None:
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
        around = _OPENINGS.get(opening.removeprefix("(?"), _OPENINGS[":"])
        return Piece(f"{opening}{body.text})", around(body.shape))

    def _body(self, *, lookbehind: bool) -> Piece:
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
        for opening in _OPENINGS:
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

    def _repeated(self, atom: Piece) -> Piece:
        """The atom with the quantifier that follows it, greedy, reluctant or possessive."""
        char = self.at.peek()
        if char not in ("?", "*", "+", "{"):
            return atom
        self.at.take()
        low, high = self._counted() if char == "{" else _SIGNS[char]
        endless = high is None or atom.text.startswith("(")
        self.bounded = self.bounded and (char == "?" or not endless)
        kind = self.at.take() if self.at.peek() in ("?", "+") else ""
        shape = Repeat(atom.shape, low, high)
        text = f"(?:{atom.text}){{{low},{'' if high is None else high}}}{kind}"
        return Piece(text, Opaque(shape) if kind == "+" else shape)

    def _counted(self) -> tuple[int, int | None]:
        """The numbers of `{2,5}`: above the length of a name, no limit is the same.

        Each copy that a repetition needs costs the matcher memory, 1 GB for `a{2147483647}`.
        """
        found = regex.match(r"([0-9]+)(,?)([0-9]*)", self.at.rest)
        if found is None:
            raise self.at.error("Illegal repetition")
        low, comma, high = found.groups()
        self.at.skip(found.end())
        if self.at.take_raw() != "}":
            raise self.at.error("Unclosed counted closure")
        most = int(high or low) if high or not comma else None
        if (most is not None and most < int(low)) or max(int(low), most or 0) > 0x7FFFFFFF:
            raise self.at.error("Illegal repetition range")
        if int(low) > LONGEST:
            words = (
                f"repeats something {low} times, and a topic's name has {LONGEST} letters at most"
            )
            raise TooCostly(words)
        return int(low), most if most is None or most <= LONGEST else None
