"""The steps of one sample between Connect and the verdict: read Kafka, then figure. Each may fail.

What one source, one mirror or one step cannot do is a reason of those mirrors alone.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from mirroring.errors import ClusterUnauthorized, ProblemError
from mirroring.kafka_client.probe import Probe
from mirroring.measuring import listen, read_source, read_target, retention, verify
from mirroring.measuring.assess import figure, late_topics
from mirroring.measuring.clock import Clock
from mirroring.measuring.commits import needs_inspection
from mirroring.measuring.figures import Timing
from mirroring.measuring.pacing import paces
from mirroring.measuring.readings import MirrorReadings, note_unobservable
from mirroring.observation import Code

# Of a minute: one mirror may use it all, 250 have 40 ms each, in which a pattern that does not
# backtrack matches 20,000 names.
PATTERNS_S = 10.0
MISTAKES = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What a mistake of ours raises, a library's error that nobody expects, or a row stored so."""
_Source = TypeVar("_Source")
Sources = Sequence[tuple[Probe, Sequence[MirrorReadings]]]
Failed = Callable[[Sequence[MirrorReadings], ProblemError], None]


def measure(
    sources: Sources,
    target: Probe | None,
    all_readings: Sequence[MirrorReadings],
    flush_ms: int,
    clock: Clock,
) -> dict[str, Timing]:
    """Read both sides of these mirrors and figure what was read; the pace of each mirror."""
    read = partial(read_source.read_source, clock=clock, matching_s=matching_s(all_readings))
    each(sources, read, unobserved)
    choose_to_inspect(all_readings)
    if target is not None:
        each(
            [(target, all_readings)],
            lambda one, all_: read_target.read_target(one, all_, clock),
            no_target,
        )
    pace = paces(all_readings, flush_ms)
    each(sources, lambda probe, some: verify.look_up(probe, some, pace), dimmed)
    looked = clock()
    if target is not None:
        each([(target, all_readings)], listen.listen, no_target)
    for readings in all_readings:
        _figure(readings, pace[readings.mirror.name], looked)
    late = {one.mirror.name: late_topics(one, pace[one.mirror.name]) for one in all_readings}
    each(sources, lambda probe, some: retention.read_retention(probe, some, late), dimmed)
    return pace


def choose_to_inspect(all_readings: Sequence[MirrorReadings]) -> None:
    """Step 2: which partitions want a closer look."""
    for readings in all_readings:
        readings.to_inspect = {
            one
            for one, reading in readings.partitions.items()
            if needs_inspection(readings.positions[one], reading)
        }


def matching_s(all_readings: Sequence[MirrorReadings]) -> float:
    """Seconds that each mirror's patterns may take, so that all of a sample's have an end."""
    return PATTERNS_S / max(1, len(all_readings))


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


def unobserved(all_readings: Sequence[MirrorReadings], error: ProblemError) -> None:
    """The source could not be observed."""
    note_unobservable(all_readings, _code(error), error.detail)


def dimmed(all_readings: Sequence[MirrorReadings], error: ProblemError) -> None:
    """The source was observed in part."""
    for readings in all_readings:
        readings.partly_unobservable[_code(error)] = error.detail


def no_target(all_readings: Sequence[MirrorReadings], error: ProblemError) -> None:
    """The target could not be observed."""
    note_unobservable(all_readings, Code.TARGET_UNREACHABLE, error.detail)


def _code(error: ProblemError) -> Code:
    refused = isinstance(error, ClusterUnauthorized)
    return Code.SOURCE_UNAUTHORIZED if refused else Code.SOURCE_UNREACHABLE


def _figure(readings: MirrorReadings, pace: Timing, now: int) -> None:
    """A mistake of ours costs this mirror its sample, and no other."""
    try:
        figure(readings, pace, now)
    except MISTAKES as error:
        readings.failure = error
