"""What is stored, listed and sent is bounded here, however many topics a mirror has. Pure.

DynamoDB takes items of 400 kB, SNS and SQS messages of 256 kB; whoever is told 20,000 reasons reads
none of them. So of each code the worst few are told by name, and the last counts the rest.
"""

from collections.abc import Collection, Iterable, Sequence
from itertools import zip_longest

from mirroring.observation import Code, Connector, Reason, Task
from mirroring.reason_table import LASTING, LESS_IS_WORSE

REASONS, OF_A_CODE = 20, 5
# Findings are kept for the samples after: so many that the losses of a partition still add up.
FINDINGS_OF_A_CODE = 100
# A trace of Java has its first words at the top and its cause at the end.
TRACE_CHARACTERS = 4_000
TRACES, TASKS = 20, 500
TEXT_CHARACTERS = 1_000
ENTRIES = 20


def reasons(found: Iterable[Reason], before: Iterable[Reason] = ()) -> tuple[Reason, ...]:
    """At most 20 reasons, of each code the worst few; the last of a code counts those left out.

    Who was told `before` stays, unless another is worse by a power of two: nothing flaps.
    """
    codes, reported = _by_code(found), {one.key for one in before}
    places = _places([len(some) for some in codes.values()])
    return tuple(
        one
        for some, most in zip(codes.values(), places, strict=True)
        for one in _worst(some, most, reported)
    )


def findings(found: Iterable[Reason]) -> tuple[Reason, ...]:
    """The lasting findings to remember: of each code the newest, with a count of the older ones.

    Those counted are no younger than the one that counts them, and expire with it.
    """
    codes = _by_code(found).values()
    return tuple(one for some in codes for one in _worst(some, FINDINGS_OF_A_CODE, ()))


def connector(seen: Connector) -> Connector:
    """The connector with at most 500 tasks, those that do not run first, and 20 short traces."""
    tasks = seen.tasks
    if len(tasks) > TASKS:
        worst = sorted(tasks, key=lambda one: (one.status == "RUNNING", one.id))[:TASKS]
        tasks = tuple(sorted(worst, key=lambda one: one.id))
    traced = {one.id for one in [one for one in tasks if one.trace][:TRACES]}
    kept = tuple(_with_trace(one, one.trace if one.id in traced else None) for one in tasks)
    return seen.model_copy(update={"trace": _trace(seen.trace), "tasks": kept})


def text(words: str, most: int = TEXT_CHARACTERS) -> str:
    """The words, cut where they are longer than that."""
    return words if len(words) <= most else f"{words[: most - 1]}…"


def names(some: Sequence[str], most: int) -> str:
    """The first few names, and how many more there are."""
    more = len(some) - most
    return ", ".join(some[:most]) + (f" and {more} more" if more > 0 else "")


def value(some: object) -> object:
    """A JSON value with short texts, and the first 20 entries of each list."""
    if isinstance(some, str):
        return text(str(some))
    if isinstance(some, dict):
        return {text(str(key)): value(one) for key, one in some.items()}
    if isinstance(some, list | tuple):
        more = [f"and {len(some) - ENTRIES} more"] if len(some) > ENTRIES else []
        return [*map(value, some[:ENTRIES]), *more]
    return some


def _by_code(found: Iterable[Reason]) -> dict[Code, list[Reason]]:
    """The reasons in the order of their codes' first ones."""
    codes: dict[Code, list[Reason]] = {}
    for one in found:
        codes.setdefault(one.code, []).append(one)
    return codes


def _places(sizes: Sequence[int]) -> list[int]:
    """How many of each code are told: one of each first, then a second, up to 20 in all."""
    turns = zip_longest(*([index] * min(size, OF_A_CODE) for index, size in enumerate(sizes)))
    taken = [index for turn in turns for index in turn if index is not None][:REASONS]
    return [taken.count(index) for index in range(len(sizes))]


def _worst(some: Sequence[Reason], most: int, reported: Collection[object]) -> list[Reason]:
    """The worst of one code; the last counts the others, those counted before included."""
    if len(some) <= most and not any(one.count for one in some):
        return list(some)
    rest = len(some) - min(most, len(some)) + sum(one.count or 0 for one in some)
    kept = [_uncounted(one) for one in sorted(some, key=lambda one: _rank(one, reported))[:most]]
    return [*kept[:-1], *(_counted(one, rest) for one in kept[-1:])]


def _rank(one: Reason, reported: Collection[object]) -> tuple[object, ...]:
    """Sorts the worst first: lasting findings by their time, the others by their magnitude."""
    names = (one.topic or "", _number(one.partition), one.connector or "", _number(one.task))
    measured = one.measured or 0
    if one.code in LASTING:
        return (-one.since.timestamp(), -measured, *names)
    # What is left until records are deleted is the worse the less it is.
    sign = 1 if one.code in LESS_IS_WORSE else -1
    return (sign * measured.bit_length(), one.key not in reported, sign * measured, *names)


def _number(index: int | None) -> int:
    return -1 if index is None else index


def _counted(one: Reason, count: int) -> Reason:
    if not count:
        return one
    return one.model_copy(update={"count": count, "message": one.message + _more(one, count)})


def _uncounted(one: Reason) -> Reason:
    """The reason without the count that it got in the last sample."""
    if not one.count:
        return one
    message = one.message.removesuffix(_more(one, one.count))
    return one.model_copy(update={"count": None, "message": message})


def _more(one: Reason, count: int) -> str:
    facts = {"task": one.task, "partition": one.partition, "topic": one.topic}
    noun = next((name for name, fact in facts.items() if fact is not None), "connector")
    return f" So it is with {count:,} more {noun}{'s' if count > 1 else ''}."


def _with_trace(task: Task, trace: str | None) -> Task:
    return task.model_copy(update={"trace": _trace(trace)})


def _trace(trace: str | None) -> str | None:
    if trace is None or len(trace) <= TRACE_CHARACTERS:
        return trace
    half = TRACE_CHARACTERS // 2
    return f"{trace[:half]}\n…\n{trace[-half:]}"
