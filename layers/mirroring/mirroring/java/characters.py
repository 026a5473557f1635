r"""Single characters of a Java pattern: the cursor over it, and what `\` makes of the next one."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import regex

_CONTROL = {"a": 7, "e": 27, "f": 12, "n": 10, "r": 13, "t": 9}
_LINE_ENDS = r"\n-\r\x85\u2028\u2029"
_BLANKS = r" \t\xA0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000"
_SETS = {
    "d": "[0-9]",
    "s": r"[ \t-\r]",
    "w": "[a-zA-Z0-9_]",
    "h": f"[{_BLANKS}]",
    "v": f"[{_LINE_ENDS}]",
}


class JavaRegexError(ValueError):
    """Java's compiler refuses this pattern; the text says why, as Java does."""


class TooCostly(JavaRegexError):
    """Java would take this pattern, and no topic is worth what it costs."""


class Cursor:
    """A place in a pattern, and the inline flags that hold there."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.index = 0
        self.flags: frozenset[str] = frozenset()

    @property
    def rest(self) -> str:
        """What is not read yet."""
        return self.pattern[self.index :]

    @property
    def ended(self) -> bool:
        """Whether everything is read."""
        return self.index >= len(self.pattern)

    def skip(self, count: int) -> None:
        """Leave `count` characters behind."""
        self.index += count

    def peek_raw(self, ahead: int = 0) -> str:
        """The next character, '' at the end."""
        return self.pattern[self.index + ahead : self.index + ahead + 1]

    def take_raw(self) -> str:
        """The next character, which is then read."""
        char = self.peek_raw()
        self.index += 1
        return char

    def peek(self) -> str:
        """The next character; under flag `x` blanks and comments are passed first."""
        if "x" in self.flags:
            found = regex.match(r"(?:[ \t-\r]|#[^\n\r\x85\u2028\u2029]*)*", self.rest)
            self.index += found.end() if found else 0
        return self.peek_raw()

    def take(self) -> str:
        """The character that `peek` shows, which is then read."""
        self.peek()
        return self.take_raw()

    def error(self, words: str) -> JavaRegexError:
        """Java's complaint, with the place."""
        return JavaRegexError(f"{words} near index {min(self.index, len(self.pattern))}")


@dataclass(frozen=True)
class Escape:
    """What an escape stands for: one character by its code, or a whole set (`code` is None)."""

    translated: str
    code: int | None = None


def literal(code: int) -> str:
    """A character by its code, written so that it means only itself, in a class too."""
    char = chr(code)
    return char if char.isascii() and char.isalnum() else f"\\U{code:08X}"


def escape(at: Cursor, *, in_range: bool = False) -> Escape:
    r"""What follows a `\` that introduces no group reference, boundary or property."""
    char = at.take_raw()
    if char == "v" and in_range:
        return _single(11)
    if char.lower() in _SETS and char:
        named = _SETS[char.lower()]
        return Escape(named if char.islower() else f"[^{named}]")
    if char in _CONTROL:
        return _single(_CONTROL[char])
    if char == "c":
        return _single(_read(at, r"[\s\S]", "Illegal control escape sequence", ord) ^ 64)
    if char == "0":
        return _single(_read(at, r"[0-3]?[0-7]{1,2}", "Illegal octal escape sequence", _octal))
    if char == "x":
        return _single(_hexadecimal(at))
    if char == "N":
        return _single(_named(at))
    if char == "u":
        return _single(_read(at, r"[0-9a-fA-F]{4}", "Illegal Unicode escape sequence", _hex))
    if char == "" or (char.isascii() and char.isalnum()):
        raise at.error("Illegal/unsupported escape sequence")
    return _single(ord(char))


def _single(code: int) -> Escape:
    return Escape(literal(code), code)


def _octal(digits: str) -> int:
    return int(digits, 8)


def _hex(digits: str) -> int:
    return int(digits, 16)


def _read(at: Cursor, shape: str, complaint: str, value: Callable[[str], int]) -> int:
    found = regex.match(shape, at.rest)
    if found is None:
        raise at.error(complaint)
    at.skip(found.end())
    return value(found.group())


def _named(at: Cursor) -> int:
    found = regex.match(r"\{([^}]*)\}", at.rest)
    if found is None:
        raise at.error("Illegal character name escape sequence")
    at.skip(found.end())
    try:
        return ord(unicodedata.lookup(found.group(1)))
    except KeyError:
        raise at.error(f"Unknown character name [{found.group(1)}]") from None


def _hexadecimal(at: Cursor) -> int:
    if at.peek_raw() != "{":
        return _read(at, r"[0-9a-fA-F]{2}", "Illegal hexadecimal escape sequence", _hex)
    at.skip(1)
    code = _read(at, r"[0-9a-fA-F]+", "Illegal hexadecimal escape sequence", _hex)
    if at.take_raw() != "}":
        raise at.error("Unclosed hexadecimal escape sequence")
    if code > 0x10FFFF:
        raise at.error("Hexadecimal codepoint is too big")
    return code
