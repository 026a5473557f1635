"""A Java client's properties text, read as Java and Kafka read it."""

import re
from collections.abc import Iterator

from mirroring.client_properties import definitions
from mirroring.client_properties.security import Isolation, Mechanism, OAuth, Protocol, Security
from mirroring.client_properties.translation import security
from mirroring.errors import BadRequest, FieldError

__all__ = [
    "Isolation",
    "Mechanism",
    "OAuth",
    "Protocol",
    "Security",
    "load",
    "parse",
    "security",
]

_BLANK = " \t\f"
_EOL = re.compile(r"\r\n|\r|\n")
_LAST_EOL = re.compile(r"(\r\n|\r|\n)\Z")
_KEY = re.compile(r"(?:[^\\=: \t\f]|\\.)*", re.DOTALL)
_SEPARATOR = re.compile(r"[ \t\f]*[=:]?[ \t\f]*")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_HALF = re.compile("[\ud800-\udfff]")
_CONTROL = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


def parse(text: str, field: str = "connectionProperties") -> dict[str, str]:
    """Names and values as Kafka understands them; raises BadRequest naming `field` and line.

    What we connect with and what Kafka Connect is given are both made of these: neither can read
    a blank, a listener's name or a letter's case otherwise than the other.
    """
    return {name: definitions.read(name, value) for name, value in load(text, field).items()}


def load(text: str, field: str = "connectionProperties") -> dict[str, str]:
    """Names and values, the last of a doubled name, as `Properties.load` has them.

    Raises BadRequest naming `field` and line.
    """
    found: dict[str, str] = {}
    for number, line in _logical_lines(text):
        key = _KEY.match(line)
        end = key.end() if key else 0
        separator = _SEPARATOR.match(line, end)
        start = separator.end() if separator else end
        try:
            found[_unescape(line[:end])] = _unescape(line[start:])
        except ValueError as wrong:
            raise BadRequest(
                f"Line {number} of the properties cannot be read: {wrong}.",
                FieldError(field=field, message=f"line {number}: {wrong}"),
            ) from None
    return found


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    r"""Each line with the number it began at: comments gone, `\` continuations joined."""
    line, began, going_on = "", 0, False
    for number, natural in enumerate(_EOL.split(_LAST_EOL.sub("", text)), start=1):
        piece = natural.lstrip(_BLANK)
        if not line:
            began = number
            if not piece or piece.startswith(("#", "!")):
                going_on = False
                continue
        going_on = (len(piece) - len(piece.rstrip("\\"))) % 2 == 1
        line += piece[:-1] if going_on else piece
        if not going_on:
            yield began, line
            line = ""
    if going_on:
        yield began, line


def _unescape(text: str) -> str:
    plain = _ESCAPE.sub(_character, text)
    plain = _PAIR.sub(lambda pair: _joined(pair[0]), plain)
    if _HALF.search(plain):
        raise ValueError("half of a surrogate pair stands alone")
    return plain


def _joined(pair: str) -> str:
    return pair.encode("utf-16", "surrogatepass").decode("utf-16")


def _character(match: re.Match[str]) -> str:
    code = match[1]
    if code == "u":
        raise ValueError(r"\u needs four hexadecimal digits")
    return chr(int(code[1:], 16)) if len(code) == 5 else _CONTROL.get(code, code)
