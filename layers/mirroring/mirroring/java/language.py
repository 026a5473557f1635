"""Which names a pattern could match, decided for all names at once (Brzozowski's derivatives).

A language is a number in an arena, where equal ones are one. `after` is what may follow a letter;
whether some name is in a language is a search over what follows.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
"""What a topic's name is made of (org.apache.kafka.common.internals.Topic)."""
LONGEST = 249
_END = 1 << len(LETTERS)
_EVERY = _END - 1
NOTHING, EMPTY, ANYTHING = 0, 1, 2


class TooRich(Exception):
    """Following the patterns takes more steps than there are left."""


class _Node(NamedTuple):
    """A kind, its number or letters, and the languages that it is made of."""

    kind: str
    parts: tuple[int, ...] = ()
    low: int = 0
    high: int | None = None


class Languages:
    """An arena, good for so many steps: raises TooRich after them."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._nodes: list[_Node] = []
        self._numbers: dict[_Node, int] = {}
        self._nullable: list[bool] = []
        self._after: dict[tuple[int, int], int] = {}
        self._new(_Node("letters", low=0))
        self._new(_Node("row"))
        self._new(_Node("not", (NOTHING,)))

    def end(self) -> int:
        """Only the end of a name, which stands behind it like a letter."""
        return self.letters(_END)

    def all_of(self, parts: Iterable[int]) -> int:
        """What is in each of them."""
        flat: set[int] = set()
        for part in parts:
            node = self._nodes[part]
            flat.update(node.parts if node.kind == "and" else (part,))
        flat.discard(ANYTHING)
        denied = {self._nodes[one].parts for one in flat if self._nodes[one].kind == "not"}
        if NOTHING in flat or any((one,) in denied for one in flat):
            return NOTHING
        return self._few("and", flat, ANYTHING)

    def none_of(self, part: int) -> int:
        """What is not in it."""
        node = self._nodes[part]
        return node.parts[0] if node.kind == "not" else self._new(_Node("not", (part,)))

    def beyond(self, language: int, text: str) -> int:
        """What follows that text."""
        for letter in text:
            at = LETTERS.find(letter)
            language = NOTHING if at < 0 else self._next(language, 1 << at)
        return language

    def shortest(self, language: int, longest: int) -> str | None:
        """A shortest name of 1 to `longest` letters in the language; None where there is none."""
        classes = self._classes(language)
        seen, row = {language}, [(language, "")]
        for _ in range(longest):
            row, before = [], row
            for start, name in before:
                for letter, bit in classes:
                    following = self._next(start, bit)
                    if following in seen:
                        continue
                    seen.add(following)
                    if self._nullable[self._next(following, _END)]:
                        return name + letter
                    if following != NOTHING:
                        row.append((following, name + letter))
        return None

    def again(self, inner: int, low: int, high: int | None) -> int:
        """At least `low` times, at most `high`."""
        if high == 0 or inner == EMPTY:
            return EMPTY
        if inner == NOTHING:
            return NOTHING if low else EMPTY
        if self._nullable[inner]:
            low = 0
        return inner if (low, high) == (1, 1) else self._new(_Node("again", (inner,), low, high))

    def letters(self, mask: int) -> int:
        """One of these letters, a bit each."""
        return self._new(_Node("letters", low=mask))

    def row(self, first: int, then: int) -> int:
        """The one and then the other."""
        if NOTHING in (first, then):
            return NOTHING
        if first == EMPTY:
            return then
        if then == EMPTY or (first == ANYTHING == then):
            return first
        node = self._nodes[first]
        if node.kind == "row":
            return self.row(node.parts[0], self.row(node.parts[1], then))
        return self._new(_Node("row", (first, then)))

    def either(self, parts: Iterable[int]) -> int:
        """What is in any of them."""
        flat: set[int] = set()
        letters = 0
        for part in parts:
            node = self._nodes[part]
            for one in node.parts if node.kind == "or" else (part,):
                alone = self._nodes[one]
                if alone.kind == "letters":
                    letters |= alone.low
                else:
                    flat.add(one)
        if letters:
            flat.add(self.letters(letters))
        return ANYTHING if ANYTHING in flat else self._few("or", flat, NOTHING)

    def _few(self, kind: str, parts: set[int], none: int) -> int:
        if len(parts) < 2:
            return next(iter(parts), none)
        return self._new(_Node(kind, tuple(sorted(parts))))

    def _new(self, node: _Node) -> int:
        known = self._numbers.get(node)
        if known is not None:
            return known
        self._spend()
        number = self._numbers[node] = len(self._nodes)
        self._nodes.append(node)
        self._nullable.append(self._takes_nothing(node))
        return number

    def _takes_nothing(self, node: _Node) -> bool:
        each = [self._nullable[one] for one in node.parts]
        match node.kind:
            case "letters":
                return False
            case "not":
                return not each[0]
            case "or":
                return any(each)
            case "again":
                return node.low == 0 or each[0]
        return all(each)

    def _next(self, language: int, letter: int) -> int:
        """What follows one letter (a bit of its own)."""
        if language in (NOTHING, EMPTY, ANYTHING):
            return ANYTHING if language == ANYTHING else NOTHING
        known = self._after.get((language, letter))
        if known is None:
            self._spend()
            known = self._after[language, letter] = self._derived(self._nodes[language], letter)
        return known

    def _derived(self, node: _Node, letter: int) -> int:
        match node.kind:
            case "letters":
                return EMPTY if node.low & letter else NOTHING
            case "not":
                return self.none_of(self._next(node.parts[0], letter))
            case "or":
                return self.either([self._next(one, letter) for one in node.parts])
            case "and":
                return self.all_of([self._next(one, letter) for one in node.parts])
            case "again":
                (inner,) = node.parts
                left = None if node.high is None else node.high - 1
                rest = self.again(inner, max(node.low - 1, 0), left)
                return self.row(self._next(inner, letter), rest)
        first, then = node.parts
        found = self.row(self._next(first, letter), then)
        if not self._nullable[first]:
            return found
        return self.either((found, self._next(then, letter)))

    def _classes(self, language: int) -> list[tuple[str, int]]:
        """A letter for each class of letters that no part of the language tells apart."""
        masks, seen, left = set(), set[int](), [language]
        while left:
            if (one := left.pop()) in seen:
                continue
            seen.add(one)
            node = self._nodes[one]
            left += node.parts
            if node.kind == "letters":
                masks.add(node.low)
        ordered = sorted(masks)
        found: dict[Sequence[int], tuple[str, int]] = {}
        for index, letter in enumerate(LETTERS):
            bit = 1 << index
            found.setdefault(tuple(mask & bit and 1 for mask in ordered), (letter, bit))
        return list(found.values())

    def _spend(self) -> None:
        self._steps -= 1
        if self._steps < 0:
            raise TooRich
