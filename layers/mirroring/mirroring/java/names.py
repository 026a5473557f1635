"""The names that a pattern's shape matches, as a language."""

from dataclasses import dataclass, replace
from functools import lru_cache

import regex

from mirroring.java.language import ANYTHING, EMPTY, LETTERS, NOTHING, Languages
from mirroring.java.shape import Either, End, Letter, Look, Opaque, Repeat, Row, Shape, Start


def at_most(languages: Languages, shape: Shape) -> int:
    """The names that a pattern matches, and where that is not regular perhaps more."""
    return _Reader(languages, widest=True).followed(shape, languages.end(), begins=True)


def at_least(languages: Languages, shape: Shape) -> int:
    """The names that a pattern matches, and where that is not regular perhaps fewer."""
    return _Reader(languages, widest=False).followed(shape, languages.end(), begins=True)


@dataclass(frozen=True)
class _Reader:
    languages: Languages
    widest: bool

    def followed(self, shape: Shape, then: int, *, begins: bool) -> int:
        """The shape with a language behind it, which is what look-aheads and `$` are about."""
        made = self.languages
        match shape:
            case Letter(text):
                return made.row(made.letters(_mask(text)), then)
            case Row(parts):
                for index in reversed(range(len(parts))):
                    first = begins and not any(map(_consumes, parts[:index]))
                    then = self.followed(parts[index], then, begins=first)
                return then
            case Either(parts):
                return made.either(self.followed(one, then, begins=begins) for one in parts)
            case Repeat():
                return self._repeated(shape, then)
            case Look():
                return made.all_of((self._ahead(shape, begins), then))
            case Start():
                return then if begins or self.widest else NOTHING
            case End():
                return made.all_of((made.row(made.end(), ANYTHING), then))
            case Opaque(part):
                return self.followed(part, then, begins=begins) if self.widest else NOTHING

    def _ahead(self, look: Look, begins: bool) -> int:
        """What may follow: where it must not, least and most change places."""
        reader = replace(self, widest=self.widest is not look.negated)
        found = reader.followed(look.part, ANYTHING, begins=begins)
        return self.languages.none_of(found) if look.negated else found

    def _repeated(self, shape: Repeat, then: int) -> int:
        """A repetition; of what looks around itself it is anything, or nothing."""
        if not _looks(shape.part):
            inner = self.followed(shape.part, EMPTY, begins=False)
            return self.languages.row(self.languages.again(inner, shape.low, shape.high), then)
        if self.widest:
            return self.languages.row(ANYTHING, then)
        return then if shape.low == 0 else NOTHING


@lru_cache(maxsize=4096)
def _mask(text: str) -> int:
    """The letters that a class holds, a bit each."""
    compiled = regex.compile(text, regex.V1)
    return sum(1 << index for index, one in enumerate(LETTERS) if compiled.fullmatch(one))


def _consumes(shape: Shape) -> bool:
    """Whether something of the name stands before what follows it, as far as that is plain."""
    return not isinstance(shape, Start | Look) and shape != Row()


def _looks(shape: Shape) -> bool:
    """Whether its match depends on what stands around it."""
    match shape:
        case Look() | Start() | End() | Opaque():
            return True
        case Row(parts) | Either(parts):
            return any(map(_looks, parts))
        case Repeat(part):
            return _looks(part)
    return False
