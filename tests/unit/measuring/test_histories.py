"""Whatever happens to a mirror, its samples tell the truth: histories drawn by hypothesis."""

from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st
from mirroring.measuring.latency import BRIEF_MS
from mirroring.observation import Code, Observation, Status

from tests.unit.modelled import BEGAN, MINUTE, MINUTE_S, PACE, SECOND, UNLIMITED, Blind, Modelled
from tests.unit.scenes import TARGET_MS

FLUSH_AT, PURGE_AT = 20, 40
HOUR = 60 * MINUTE
CLOCKS = (0, HOUR, -HOUR, -365 * 24 * HOUR)
OVERDUE = PACE.overdue // PACE.gap + 2


class Mirrors(StrEnum):
    """What MirrorMaker does for a minute."""

    ALL = "copies all"
    LITTLE = "copies a record each ten seconds"
    CUT = "reaches no record, and commits what it has"
    DEAD = "its worker is dead"


class Purges(StrEnum):
    """What the source deletes in a minute."""

    NOTHING = "nothing"
    COPIED = "whatever is copied"
    ALL = "all that it holds"


class Minute(NamedTuple):
    """A minute of a history: how many records come in which seconds, and what is done to them."""

    written: dict[int, int]
    mirrors: Mirrors
    markers: frozenset[int] = frozenset()
    purges: Purges = Purges.NOTHING
    blind: frozenset[Blind] = frozenset()


def minutes(
    *mirrors: Mirrors,
    markers: bool = False,
    purges: Sequence[Purges] = (Purges.NOTHING,),
    blind: bool = False,
) -> st.SearchStrategy[Minute]:
    """Minutes in which the mirror, and the source, do one of these."""
    seconds = st.integers(0, MINUTE_S - 1)
    return st.builds(
        Minute,
        st.dictionaries(seconds, st.integers(1, 5), max_size=8),
        st.sampled_from(mirrors),
        st.frozensets(seconds, max_size=3) if markers else st.just(frozenset()),
        st.sampled_from(purges),
        st.frozensets(st.sampled_from(Blind), max_size=2) if blind else st.just(frozenset()),
    )


def told(history: Sequence[Minute], skew: int = 0, old: int = 0) -> tuple[Modelled, list[int]]:
    """The mirror after this history, and how long (ms) records truly waited at each sample."""
    model, waited = Modelled(old), [0]
    for number, minute in enumerate(history):
        for second in range(MINUTE_S):
            model.now = BEGAN + number * MINUTE + second * SECOND
            for _ in range(minute.written.get(second, 0)):
                model.write(skew)
            if second in minute.markers:
                model.write(skew, marker=True)
            _mirror(model, minute.mirrors, second)
            if second == PURGE_AT and minute.purges is not Purges.NOTHING:
                end = len(model.source.records)
                model.purge(model.copied if minute.purges is Purges.COPIED else end)
        model.now = BEGAN + (number + 1) * MINUTE - 1
        waited.append(model.waited)
        model.sample(minute.blind)
    return model, waited


def _mirror(model: Modelled, does: Mirrors, second: int) -> None:
    """What the mirror does in this second."""
    if does is Mirrors.DEAD:
        model.restart()
        return
    if does is Mirrors.ALL or (does is Mirrors.LITTLE and second % 10 == 0):
        model.copy(UNLIMITED if does is Mirrors.ALL else 1)
    if second == FLUSH_AT:
        model.flush()


@given(st.lists(minutes(*Mirrors, markers=True), max_size=12))
def test_no_mirror_is_in_sync_while_a_record_waits_longer_than_the_target(
    history: list[Minute],
) -> None:
    """It takes two samples to say so, unless nothing moves."""
    model, waited = told(history)
    for (before, after), (seen, _) in zip(pairwise(waited), model.samples[1:], strict=True):
        if min(before, after) > TARGET_MS:
            assert seen.status is not Status.IN_SYNC


@given(st.lists(minutes(*Mirrors), max_size=12))
def test_behind_is_how_long_the_oldest_record_truly_waits(history: list[Minute]) -> None:
    model, waited = told(history)
    assert [seen.latency.behind for seen, _ in model.samples] == waited


@given(
    st.lists(minutes(Mirrors.ALL, markers=True), max_size=12),
    st.sampled_from(CLOCKS),
)
def test_a_mirror_that_copies_all_never_alarms_whatever_its_clocks_say(
    history: list[Minute], skew: int
) -> None:
    model, _ = told(history, skew)
    for seen, change in model.samples:
        assert seen.status is Status.IN_SYNC
        assert (seen.latency.behind or 0) <= BRIEF_MS
        assert change is None or not change.alert


@given(
    st.lists(minutes(*Mirrors, markers=True), max_size=8),
    st.lists(minutes(Mirrors.CUT, Mirrors.DEAD), min_size=OVERDUE, max_size=OVERDUE),
    st.sampled_from(CLOCKS),
)
def test_wrong_clocks_hide_an_outage_for_no_longer_than_a_commit_may_take(
    history: list[Minute], outage: list[Minute], skew: int
) -> None:
    """Once two commits in a row were seen: until then what arrived excuses a late one. What was not
    copied in time before may have made one seem slow, as long as all of that took.
    """
    history = [*[Minute({0: 1}, Mirrors.ALL)] * 3, *history]
    outage = [*outage, *[outage[-1]._replace(written={})] * len(history)]
    model, waited = told(history + outage, skew)
    if waited[len(history) + 1]:
        assert model.samples[-1][0].status is Status.OUT_OF_SYNC


@given(st.lists(minutes(*Mirrors, markers=True), max_size=8))
def test_what_is_over_is_over_after_a_commit_and_two_good_samples(history: list[Minute]) -> None:
    """Though a topic's last records may stay the late ones, which is STALE_TOPIC."""
    model, _ = told([*history, *[Minute({}, Mirrors.ALL)] * 4])
    assert model.samples[-1][0].status is not Status.OUT_OF_SYNC


@given(
    st.lists(minutes(Mirrors.ALL, purges=[Purges.NOTHING, Purges.COPIED], blind=True), max_size=12),
    st.sampled_from(CLOCKS),
)
def test_what_cannot_be_read_for_a_while_is_unknown_and_no_fault_of_the_mirror(
    history: list[Minute], skew: int
) -> None:
    model, _ = told([*history, *[Minute({}, Mirrors.ALL)] * 2], skew)
    for seen, _ in model.samples:
        assert seen.status in (Status.IN_SYNC, Status.UNKNOWN)
    assert model.samples[-1][0].status is Status.IN_SYNC


@given(st.lists(minutes(Mirrors.ALL, Mirrors.LITTLE), max_size=12), st.integers(1, 40))
def test_copying_old_records_is_a_backfill_until_it_ends_and_alerts_nobody(
    history: list[Minute], old: int
) -> None:
    idle = [minute._replace(written={}) for minute in history]
    model, _ = told(idle, old=old)
    for seen, change in model.samples:
        codes = {one.code for one in seen.reasons}
        assert codes <= {Code.BACKFILLING, Code.STALE_TOPIC}
        assert (seen.backfill is not None) is (Code.BACKFILLING in codes)
        assert change is None or not change.alert
    assert (model.samples[-1][0].backfill is None) is (model.copied == old)


@given(st.lists(minutes(*Mirrors, purges=list(Purges)), max_size=12))
def test_no_loss_is_told_when_nothing_was_lost(history: list[Minute]) -> None:
    """And never more than what was deleted."""
    model, _ = told([*history, *[Minute({}, Mirrors.ALL)] * OVERDUE])
    assert model.lost or not any(lost(seen) for seen, _ in model.samples)


@given(
    st.lists(minutes(Mirrors.ALL, Mirrors.LITTLE, Mirrors.CUT), max_size=8),
    minutes(Mirrors.CUT, Mirrors.DEAD, purges=[Purges.ALL]),
)
def test_a_loss_is_counted_when_all_is_deleted_while_nothing_is_copied(
    history: list[Minute], purged: Minute
) -> None:
    """In time: an outage before may have made a commit seem slow."""
    waits = OVERDUE + len(history)
    model, _ = told([*history, purged, *[Minute({}, Mirrors.CUT)] * waits])
    assert max(lost(seen) for seen, _ in model.samples) == model.lost


def test_a_loss_after_idle_minutes_is_counted() -> None:
    """The first record after them was committed with the next flush: they were no part of it."""
    idle = [Minute({}, Mirrors.ALL)] * 3
    history = [Minute({0: 1}, Mirrors.ALL), *idle, Minute({0: 1, 21: 1}, Mirrors.ALL)]
    purged = Minute({0: 1}, Mirrors.CUT, purges=Purges.ALL)
    model, _ = told([*history, purged, *[Minute({}, Mirrors.CUT)] * OVERDUE])
    assert [max(lost(seen) for seen, _ in model.samples), model.lost] == [1, 1]


def test_a_copy_whose_commit_never_comes_is_no_loss_though_its_source_is_deleted() -> None:
    """It came after the flush of a minute in which its worker was killed before the next."""
    copied = [
        Minute({0: 1, 21: 1}, Mirrors.ALL),
        Minute({21: 1}, Mirrors.ALL, purges=Purges.COPIED),
    ]
    history = [*copied, Minute({}, Mirrors.DEAD), *[Minute({}, Mirrors.CUT)] * OVERDUE]
    model, _ = told(history)
    assert [max(lost(seen) for seen, _ in model.samples), model.lost] == [0, 0]


def lost(seen: Observation) -> int:
    """How many records are told to be lost."""
    return sum(one.measured or 0 for one in seen.reasons if one.code is Code.DATA_LOSS)


@settings(max_examples=20)
@given(st.lists(minutes(*Mirrors, markers=True), max_size=8))
def test_the_same_history_is_told_the_same_way(history: list[Minute]) -> None:
    assert told(history)[0].samples == told(history)[0].samples
