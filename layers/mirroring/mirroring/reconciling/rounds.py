"""In which order a run looks after the mirrors of one Connect cluster, and until when."""

from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from enum import StrEnum

# Mirrors are looked after one by one, so that new connections pass from one to the next in a run.
# Connect answers within a fraction of a second; one for which it does not is not waited for.
SLOW_S = 1.0
# Connect's herder does one request after another, so more of them would only wait there.
AT_ONCE = 4


class Outcome(StrEnum):
    """What came of a mirror in a run; STUCK: Connect, or another system, did not do it in time."""

    SETTLED = "SETTLED"
    WAITING = "WAITING"
    STUCK = "STUCK"


@dataclass(frozen=True, slots=True)
class Round:
    """What came of one Connect cluster's mirrors in a run; `begun` are those that had their turn.

    `cursor` is the mirror after which the next run begins, None when all had their turn;
    `failures` what no rule had expected, by mirror.
    """

    settled: int = 0
    cursor: str | None = None
    begun: frozenset[str] = frozenset()
    stuck: frozenset[str] = frozenset()
    failures: Mapping[str, BaseException] = field(default_factory=dict)


def order(names: Collection[str], urgent: Collection[str], cursor: str | None) -> list[str]:
    """The urgent ones, then the rest by name from the one after `cursor` on, and round again."""
    rest = sorted(set(names) - set(urgent))
    start = bisect_right(rest, cursor) if cursor is not None else 0
    return [*sorted(urgent), *rest[start:], *rest[:start]]


def work(
    names: Collection[str],
    urgent: Collection[str],
    cursor: str | None,
    one: Callable[[str], Outcome],
    left_s: Callable[[], float],
) -> Round:
    """Look after each of the names, and begin no other when no time is left."""
    begun: dict[str, Future[Outcome]] = {}
    running: set[Future[Outcome]] = set()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for name in order(names, urgent, cursor):
            if len(running) == AT_ONCE:
                running = wait(running, left_s(), FIRST_COMPLETED).not_done
            if left_s() <= 0:
                break
            begun[name] = pool.submit(one, name)
            running |= wait([begun[name]], SLOW_S).not_done
    if len(begun) == len(names):
        return _round(begun, None)
    rest = [name for name in begun if name not in urgent]
    return _round(begun, rest[-1] if rest else cursor)


def _round(begun: "Mapping[str, Future[Outcome]]", cursor: str | None) -> Round:
    failures = {
        name: error for name, done in begun.items() if (error := done.exception()) is not None
    }
    outcomes = {name: done.result() for name, done in begun.items() if name not in failures}
    return Round(
        settled=list(outcomes.values()).count(Outcome.SETTLED),
        cursor=cursor,
        begun=frozenset(begun),
        stuck=frozenset(name for name, came in outcomes.items() if came is Outcome.STUCK),
        failures=failures,
    )
