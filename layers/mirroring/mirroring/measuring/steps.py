"""The steps of one sample between Connect and the verdict: read Kafka, then figure. Each may fail.

What one source, one mirror or one step cannot do is a reason of those mirrors alone.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from mirroring.errors import ClusterUnauthorized, ProblemError
from mirroring.kafka_client.probe import Probe
from mirroring.measuring import read_source, read_target, retention, verify
from mirroring.measuring.assess import figure, late_topics
from mirroring.measuring.figures import Timing
from mirroring.measuring.pacing import paces
from mirroring.measuring.readings import MirrorReadings
from mirroring.observation import Code

# Of a minute: one mirror may use it all, 250 have 40 ms each, in which a pattern that does not
# backtrack matches 20,000 names.
PATTERNS_S = 10.0
_Source = TypeVar("_Source")
Sources = Sequence[tuple[Probe, Sequence[MirrorReadings]]]
Failed = Callable[[Sequence[MirrorReadings], ProblemError], None]


def measure(
    sources: Sources,
    target: Probe | None,
    sheets: Sequence[MirrorReadings],
    flush_ms: int,
    clock: read_target.Clock,
) -> dict[str, Timing]:
    """Read both sides of these mirrors and figure what was read; the pace of each mirror."""
    read = partial(read_source.read_source, clock=clock, matching_s=matching_s(sheets))
    each(sources, read, unobserved)
    if target is not None:
        each(
            [(target, sheets)],
            lambda one, all_: read_target.read_target(one, all_, clock),
            no_target,
        )
    else:
        read_target.close(sheets)
    pace = paces(sheets, flush_ms)
    each(sources, lambda probe, some: verify.look_up(probe, some, pace), dimmed)
    looked = clock()
    if target is not None:
        each([(target, sheets)], read_target.listen, no_target)
    for sheet in sheets:
        _figure(sheet, pace[sheet.mirror.name], looked)
    late = {one.mirror.name: late_topics(one, pace[one.mirror.name]) for one in sheets}
    each(sources, lambda probe, some: retention.read_retention(probe, some, late), dimmed)
    return pace


def matching_s(sheets: Sequence[MirrorReadings]) -> float:
    """Seconds that each mirror's patterns may take, so that all of a sample's have an end."""
    return PATTERNS_S / max(1, len(sheets))


def each(
    groups: Sequence[tuple[_Source, Sequence[MirrorReadings]]],
    step: Callable[[_Source, Sequence[MirrorReadings]], None],
    failed: Failed,
) -> None:
    """Do a step for every source at once: a silent one must not hold up the others."""

    def alone(group: tuple[_Source, Sequence[MirrorReadings]]) -> None:
        try:
            step(*group)
        except ProblemError as error:
            failed(group[1], error)

    if len(groups) == 1:
        alone(groups[0])
    elif groups:
        with ThreadPoolExecutor(max_workers=len(groups)) as pool:
            list(pool.map(alone, groups))


def unobserved(sheets: Sequence[MirrorReadings], error: ProblemError) -> None:
    """The source could not be observed."""
    read_target.away(sheets, _code(error), error.detail)


def dimmed(sheets: Sequence[MirrorReadings], error: ProblemError) -> None:
    """The source was observed in part."""
    for sheet in sheets:
        sheet.dim[_code(error)] = error.detail


def no_target(sheets: Sequence[MirrorReadings], error: ProblemError) -> None:
    """The target could not be observed."""
    read_target.away(sheets, Code.TARGET_UNREACHABLE, error.detail)


def _code(error: ProblemError) -> Code:
    refused = isinstance(error, ClusterUnauthorized)
    return Code.SOURCE_UNAUTHORIZED if refused else Code.SOURCE_UNREACHABLE


def _figure(sheet: MirrorReadings, pace: Timing, now: int) -> None:
    """A mistake of ours costs this mirror its sample, and no other."""
    try:
        figure(sheet, pace, now)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        sheet.failure = error
