r"""The shape of a Java pattern: what is left of it once every letter class is one string.

A pattern is translated for the `regex` module, which tells whether one name matches, and keeps its
shape, from which `language` tells whether any name can.
"""

from dataclasses import dataclass


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
