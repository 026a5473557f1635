"""What Java, Kafka's lists and Connect's placeholders would make of a pattern."""

from collections.abc import Sequence

from mirroring.errors import FieldError
from mirroring.java.characters import TooCostly
from mirroring.java.regex import JavaRegexError, matcher


def pattern_problems(field: str, pattern: str) -> list[FieldError]:
    """What is wrong with one pattern: at most one finding, the first that matters."""
    words = _words(pattern)
    return [] if words is None else [FieldError(field=field, message=words)]


def exclude_problems(patterns: Sequence[str]) -> list[FieldError]:
    """The same for each pattern, and for all of them joined, as MirrorMaker compiles them."""
    found = [
        problem
        for index, pattern in enumerate(patterns)
        for problem in pattern_problems(f"topicsExclude.{index}", pattern)
    ]
    return found or pattern_problems("topicsExclude", alternatives(patterns) or ".*")


def alternatives(patterns: Sequence[str]) -> str:
    """One pattern for many, joined without groups as MirrorUtils.compilePatternList does."""
    return "|".join(patterns)


def _words(pattern: str) -> str | None:
    if not pattern:
        return "is empty and would match nothing"
    if "," in pattern:
        return "holds a comma, at which Kafka cuts the pattern in two: write it with | instead"
    if "${" in pattern:
        return "holds ${, which Connect takes for a placeholder"
    if pattern != pattern.strip():
        return "begins or ends with a blank, which Kafka cuts off"
    try:
        matcher(pattern)
    except TooCostly as error:
        return str(error)
    except JavaRegexError as error:
        return f"is not a regular expression to Java: {error}"
    return None
