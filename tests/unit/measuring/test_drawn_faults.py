"""Whatever fails beside it, a mirror's samples tell the truth: histories with faults of all kinds.

Drawn are partitions that are copied or not, answers that fail for a while, event time and clocks
that are off, producers that linger, records in flight, transactions and LogAppendTime on the
target, reads from remote storage that time out, somebody else's records, commits that come rarely
or never, restarts, samples in bursts or not for an hour, and another mirror of the same target.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st
from mirroring.kafka_types import Fault, Partition, Stamping
from mirroring.observation import Code, Observation, Status

from tests.unit.modelled import BEGAN, MINUTE, OWN, SECOND, TOPIC, Blind, Modelled, sample_together
from tests.unit.modelled_kafka import Ask, Cluster
from tests.unit.scenes import TARGET_MS

STEP_S = 10
# In so many samples it is told that a partition cannot be read.
UNREAD = 4
HOUR = 60 * MINUTE
# Older records of a tiered topic are in remote storage alone.
LOCAL = 2 * MINUTE
FLUSHES = (60, 120, 300)
CLOCKS = (0, -1_500, -5 * SECOND, -HOUR, HOUR, -365 * 24 * HOUR)
LOSSES = {Code.DATA_LOSS, Code.TOPIC_RECREATED, Code.TOPIC_TRUNCATED, Code.TARGET_TOPIC_RESET}
LATE = {Code.STALLED, Code.LATENCY_ABOVE_TARGET}
SOURCE_ASKS = (Ask.LATEST, Ask.EARLIEST, Ask.LOOK_UP, Ask.FETCH)
TARGET_ASKS = (Ask.LATEST, Ask.NEWEST, Ask.STAMPING, Ask.METADATA)


@dataclass(frozen=True)
class Span:
    """A minute: what is written to each partition, what fails, and when it is sampled."""

    written: tuple[frozenset[int], frozenset[int]]
    fails: tuple[Ask, bool, int | None, Fault] | None = None
    foreign: bool = False
    restarts: bool = False
    blind: frozenset[Blind] = frozenset()
    samples: int = 1


@dataclass(frozen=True)
class World:
    """What stays so for a whole history."""

    skew: int = 0
    delay_s: int = 0
    stamping: Stamping = OWN
    flush_s: int = 60
    markers: bool = False
    linger_s: int = 0
    tiered: bool = False


BUSY = Span((frozenset({0, 3}), frozenset({0, 3})))
steps = st.frozensets(st.integers(0, 60 // STEP_S - 1), max_size=4)
faults = st.sampled_from([Fault.TIMEOUT, Fault.NO_LEADER, Fault.UNREACHABLE, Fault.OTHER])
failing = st.one_of(
    st.tuples(st.sampled_from(SOURCE_ASKS), st.just(True), st.none() | st.integers(0, 1), faults),
    st.tuples(st.sampled_from(TARGET_ASKS), st.just(False), st.none() | st.integers(0, 1), faults),
)
worlds = st.builds(
    World,
    st.sampled_from(CLOCKS),
    st.sampled_from([0, 2]),
    st.sampled_from([Stamping(), Stamping(append_time=True), Stamping(transactions=True)]),
    st.sampled_from(FLUSHES),
    st.booleans(),
    st.sampled_from([0, 0, 4]),
    st.booleans(),
)


def spans(*, fails: bool = True, foreign: bool = False) -> st.SearchStrategy[Span]:
    """Minutes in which these may happen."""
    return st.builds(
        Span,
        st.tuples(steps, steps),
        st.none() | failing if fails else st.none(),
        st.booleans() if foreign else st.just(False),
        st.booleans() if fails else st.just(False),
        st.frozensets(st.sampled_from(Blind), max_size=1) if fails else st.just(frozenset()),
        st.sampled_from([1, 1, 1, 1, 0, 3]) if fails else st.just(1),
    )


def lived(model: Modelled, world: World, history: Sequence[Span], dead: Sequence[int] = ()) -> None:
    """Let a history happen; partitions that are `dead` are not copied."""
    for span in history:
        ends = model.now + MINUTE
        _pass(model, world, span, dead)
        for _ in range(span.samples):
            model.sample(span.blind)
            model.now += SECOND if span.samples > 1 else 0
        model.now = ends


def _pass(model: Modelled, world: World, span: Span, dead: Sequence[int] = ()) -> None:
    """Let a minute happen, but for its samples."""
    began = model.now
    _break(model, span)
    for step in range(60 // STEP_S):
        model.now = max(model.now, began + step * STEP_S * SECOND)
        _step(model, world, span, step, dead)
    model.now = began + MINUTE
    if world.tiered:
        for log in model.source_cluster.logs[TOPIC]:
            log.remote = sum(one.at < model.now - LOCAL for one in log.records)


def _break(model: Modelled, span: Span) -> None:
    for cluster in model.clusters:
        cluster.failing, cluster.hidden = {}, {}
    if span.fails is None:
        return
    ask, at_source, index, fault = span.fails
    cluster = model.source_cluster if at_source else model.target_cluster
    name = TOPIC if at_source else model.copy_topic
    if ask is Ask.METADATA:
        cluster.hidden = {name: fault}
    else:
        cluster.failing = {(ask, None if index is None else Partition(name, index)): fault}


def _step(model: Modelled, world: World, span: Span, step: int, dead: Sequence[int]) -> None:
    for index, written in enumerate(span.written):
        if step in written:
            _write(model, world, index)
            if world.markers:
                model.write(world.skew, marker=True, index=index)
        if index not in dead:
            model.copy(index=index, delay=world.delay_s * SECOND)
    if span.foreign and step == 0:
        model.somebody_writes()
    elapsed = (model.now - BEGAN) // SECOND
    if elapsed // world.flush_s != (elapsed - STEP_S) // world.flush_s:
        for index in range(model.partitions):
            if index not in dead:
                model.flush(index)
    if span.restarts and step == 3:
        model.restart()


def _write(model: Modelled, world: World, index: int) -> None:
    """A record; three of them in one batch where its producer lingers."""
    for early in {world.linger_s, world.linger_s // 2, 0}:
        model.write(world.skew - early * SECOND, index=index)


def made(world: World, alias: str = "eu", target: Cluster | None = None) -> Modelled:
    """A mirror of two partitions in such a world, of a source of its own."""
    clusters = (Cluster(), target or Cluster())
    flush = 60 * SECOND
    return Modelled(0, alias, 2, stamping=world.stamping, flush_ms=flush, clusters=clusters)


def known_after(world: World) -> int:
    """After so many minutes with records two commits were seen."""
    return 2 * world.flush_s // 60 + 1


def found_after(world: World, history: int) -> int:
    """After so many minutes a standstill is told, which follows so many that were drawn.

    Where topics end in a transaction's marker, a pause of theirs counts as time that a commit took.
    """
    longest = TARGET_MS // SECOND + world.flush_s
    paused = history if world.markers else 0
    return -(-longest // 60) + 5 + (UNREAD if world.tiered else 0) + paused


def alarms(world: World) -> set[Status]:
    """What is told of a standstill; where no read of what waits succeeds it cannot be proven."""
    return {Status.OUT_OF_SYNC, Status.UNKNOWN} if world.tiered else {Status.OUT_OF_SYNC}


def told(seen: Observation) -> set[Code]:
    """The reasons by their codes."""
    return {one.code for one in seen.reasons}


@given(worlds, st.lists(spans(), max_size=14))
def test_nothing_late_or_lost_is_told_of_a_mirror_that_copies_all(
    world: World, history: list[Span]
) -> None:
    """Whatever cannot be read meanwhile, and whatever its stamps say; and it is in sync at last."""
    model = made(world)
    lived(model, world, history)
    lived(model, world, [Span((frozenset({1}), frozenset({1})))] * 4)
    for seen, _ in model.samples:
        assert not told(seen) & (LATE | LOSSES)
    assert model.samples[-1][0].status is Status.IN_SYNC


def test_a_commit_that_is_first_told_long_after_it_was_made_teaches_no_flush_interval() -> None:
    """Flushes are 300 s apart, 60 s as registered; the first commit is told as the second is due,
    and the target cannot be read once the third would be, were they as close as the two seemed.
    """
    untold, away = frozenset({Blind.OFFSETS}), frozenset({Blind.TARGET})
    busy = (frozenset({0, 1, 4}), frozenset({0, 5}))
    history = [Span(busy, blind=untold)] * 4 + [Span(busy)] * 3 + [Span(busy, blind=away)] * 3
    model = made(World(flush_s=300, markers=True))
    lived(model, World(flush_s=300, markers=True), history)
    for seen, _ in model.samples:
        assert not told(seen) & (LATE | LOSSES)


def test_a_commit_that_is_seen_after_minutes_without_a_sample_teaches_no_flush_interval() -> None:
    away = frozenset({Blind.TARGET})
    busy = (frozenset({0, 1, 4}), frozenset({0, 5}))
    history = [Span(busy, samples=0)] * 4 + [Span(busy)] * 3 + [Span(busy, blind=away)] * 3
    model = made(World(flush_s=300, markers=True))
    lived(model, World(flush_s=300, markers=True), history)
    for seen, _ in model.samples:
        assert not told(seen) & (LATE | LOSSES)


def test_commits_that_come_soon_after_pauses_shorten_no_flush_interval() -> None:
    """Flushes are 300 s apart, 60 s as registered: seven records come just before one, the eighth
    just after.
    """
    busy, quiet, none = Span((frozenset({0, 3}), frozenset())), frozenset({5}), frozenset[int]()
    pause = [Span((none, none))] * 9
    history = [busy] * 20 + [*pause, Span((quiet, none))] * 7
    soon = [Span((frozenset({1}), none)), *[Span((none, none))] * 3, Span((none, none), samples=3)]
    world = World(flush_s=300)
    model = made(world)
    lived(model, world, [*history, *pause, Span((none, none)), *soon])
    for seen, _ in model.samples:
        assert not told(seen) & (LATE | LOSSES)


def test_a_marker_that_no_commit_will_ever_cover_makes_no_later_record_late() -> None:
    """A record and its marker, a pause, and a record while the target cannot be read: its commit is
    not due, though that marker's would be.
    """
    none, one = frozenset[int](), frozenset({5})
    lone, other, idle = Span((one, none)), Span((none, frozenset({5}))), Span((none, none))
    hidden = Span((one, none), fails=(Ask.METADATA, False, 0, Fault.TIMEOUT))
    away = Span((none, none), blind=frozenset({Blind.TARGET}), samples=3)
    world = World(0, 2, Stamping(append_time=True), 120, markers=True)
    model = made(world)
    first = Span((none, frozenset({0})))
    lived(model, world, [*[idle] * 6, lone, other, idle, first, hidden, away])
    for seen, _ in model.samples:
        assert not told(seen) & (LATE | LOSSES)


@given(worlds, st.lists(spans(fails=False), max_size=6), st.integers(0, 1), st.booleans())
def test_a_partition_that_is_not_copied_is_found_within_target_flush_and_samples(
    world: World, history: list[Span], dead: int, foreign: bool
) -> None:
    model = made(world)
    lived(model, world, [BUSY] * known_after(world))
    lived(model, world, history)
    outage = replace(BUSY, foreign=foreign)
    lived(model, world, [outage] * found_after(world, len(history)), dead=[dead])
    assert model.samples[-1][0].status in alarms(world)
    lived(model, world, [outage] * 3, dead=[dead])
    assert {seen.status for seen, _ in model.samples[-3:]} <= alarms(world)


@given(worlds, st.lists(spans(), max_size=8), st.integers(0, 1))
def test_failing_answers_end_no_alarm_and_hide_no_standstill_for_ever(
    world: World, history: list[Span], dead: int
) -> None:
    model = made(world)
    lived(model, world, [BUSY] * known_after(world))
    lived(model, world, [BUSY] * 12, dead=[dead])
    before = len(model.samples)
    lived(
        model, world, [Span((frozenset({0}), frozenset({0})), one.fails) for one in history], [dead]
    )
    for seen, _ in model.samples[before - 1 :]:
        assert seen.status is not Status.IN_SYNC
    lived(model, world, [BUSY] * 3, dead=[dead])
    assert model.samples[-1][0].status in alarms(world)


@given(
    worlds,
    worlds,
    st.lists(st.tuples(spans(), spans(fails=False)), max_size=6),
    st.integers(0, 1),
)
def test_of_two_mirrors_sampled_together_each_is_told_by_itself(
    world: World, other: World, history: list[tuple[Span, Span]], dead: int
) -> None:
    """The first copies all, whatever its source does not answer; of the second a partition dies.

    Their workers are the same, and so is the target.
    """
    other = replace(other, flush_s=world.flush_s)
    copies = made(world)
    dies = made(other, "us", copies.target_cluster)
    together = [*[(BUSY, BUSY)] * known_after(world), *history]
    for first, second in [*together, *[(BUSY, BUSY)] * found_after(other, len(history))]:
        at_source = first.fails if first.fails and first.fails[1] else None
        _pass(copies, world, replace(first, fails=at_source))
        _pass(dies, other, second, [dead] if len(dies.samples) > len(together) else ())
        sample_together([copies, dies])
    assert not {code for seen, _ in copies.samples for code in told(seen)} & (LATE | LOSSES)
    assert copies.samples[-1][0].status is Status.IN_SYNC
    assert dies.samples[-1][0].status in alarms(other)


def test_commits_in_transactions_teach_another_mirror_no_flush_interval() -> None:
    """Flushes are 300 s apart, 60 s as registered; the other's commits come with each record."""
    world = World(0, 2, Stamping(append_time=True), 300, markers=True)
    copies = made(world)
    exact = made(World(stamping=Stamping(transactions=True)), "us", copies.target_cluster)
    for _ in range(20):
        _pass(copies, world, BUSY)
        _pass(exact, World(), BUSY)
        sample_together([copies, exact])
    for seen, _ in copies.samples:
        assert not told(seen) & (LATE | LOSSES)


def test_the_outage_of_a_mirror_hides_no_standstill_of_another() -> None:
    """After half an hour a commit seems to have taken so long, and the other's target tells of no
    timestamps: its standstill is told a flush, two samples and the target latency later.
    """
    world = World(stamping=Stamping(append_time=True))
    recovers = made(World())
    dies = made(world, "us", recovers.target_cluster)
    for minute in range(50):
        _pass(recovers, World(), BUSY, [0, 1] if 8 <= minute < 38 else ())
        _pass(dies, world, BUSY, [0] if minute >= 42 else ())
        sample_together([recovers, dies])
    assert told(dies.samples[-1][0]) & LATE


@given(worlds, st.lists(spans(foreign=True), max_size=10), st.lists(st.integers(0, 1), max_size=1))
def test_what_waits_is_within_what_the_readings_allow(
    world: World, history: list[Span], dead: list[int]
) -> None:
    """Never fewer than nothing, never more than was ever written, and never a sample that fails."""
    model = made(world)
    lived(model, world, history, dead)
    most = sum(len(log) for log in model.source_cluster.logs[TOPIC])
    for seen, _ in model.samples:
        assert 0 <= (seen.latency.lag_records or 0) <= most
        assert 0 <= (seen.latency.behind or 0) <= model.now - BEGAN + MINUTE
