r"""The shape of a Java pattern: what is left of it once every letter class is one string.

A pattern is translated for the `regex` module, which tells whether one name matches, and keeps its
shape, from which `language` tells whether any name can.
"""

from collections.abc import Iterable
from dataclasses import dataclass

# As many topics as people name one by one; each takes 30 ns of every name that is compared.
MOST = 64


@dataclass(frozen=True, slots=True)
class Letter:
    """One character out of a class, as the `regex` module reads it."""

    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One after another; an empty row matches the empty text."""

    parts: "tuple[Shape, ...]" = ()


@dataclass(frozen=True, slots=True)
class Either:
    """One of several."""

    parts: "tuple[Shape, ...]"


@dataclass(frozen=True, slots=True)
class Repeat:
    """At least `low` times, at most `high` (None: no limit)."""

    part: "Shape"
    low: int
    high: int | None


@dataclass(frozen=True, slots=True)
class Look:
    """What must, or must not, follow here."""

    part: "Shape"
    negated: bool


@dataclass(frozen=True, slots=True)
class Start:
    """The beginning of the name."""


@dataclass(frozen=True, slots=True)
class End:
    """The end of the name."""


@dataclass(frozen=True, slots=True)
class Opaque:
    """What no regular language says exactly: at most `widest`, perhaps nothing at all."""

    widest: "Shape"


Shape = Letter | Row | Either | Repeat | Look | Start | End | Opaque
ANYTHING = Repeat(Letter(r"[\x00-\U0010ffff]"), 0, None)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a pattern: translated for the `regex` module, and its shape."""

    text: str
    shape: Shape = Row()


def copies(shape: Shape) -> int:
    """How many parts a matcher is made of that writes out what must be repeated."""
    match shape:
        case Row(parts) | Either(parts):
            return 1 + sum(map(copies, parts))
        case Repeat(part, low, _):
            return copies(part) * max(low, 1)
        case Look(part) | Opaque(part):
            return copies(part)
    return 1


def beginnings(shape: Shape) -> tuple[str, ...]:
    """What every matching text begins with one of; the empty text where nothing is known."""
    return tuple(sorted(_beginnings(shape)[0]))


def _beginnings(shape: Shape) -> tuple[set[str], bool]:
    """The same, and whether these are all that the shape matches."""
    match shape:
        case Letter(text) if (char := _literal(text)) is not None:
            return {char}, True
        case Row(parts):
            return _of_row(parts)
        case Either(parts):
            each = [_beginnings(one) for one in parts]
            found = {text for texts, _ in each for text in texts}
            return (found, all(whole for _, whole in each)) if len(found) <= MOST else ({""}, False)
        case Repeat(part, low, _) if low > 0:
            return _beginnings(part)[0], False
        case Look() | Start():
            return {""}, True
    return {""}, False


def _of_row(parts: Iterable[Shape]) -> tuple[set[str], bool]:
    found = {""}
    for part in parts:
        more, whole = _beginnings(part)
        if len(found) * len(more) > MOST:
            return found, False
        found = {begun + text for begun in found for text in more}
        if not whole:
            return found, False
    return found, True


def _literal(text: str) -> str | None:
    """The character of a class that has only one, as `characters.literal` writes it."""
    if text.startswith("\\U"):
        return chr(int(text[2:], 16))
    return text if len(text) == 1 and text.isalnum() else None
