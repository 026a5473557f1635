"""Where a mirror starts, and which records are older than it."""

from mirroring.observation import Code, Status, TopicState

from tests.unit.measuring.test_unknown import codes
from tests.unit.modelled import BEGAN, MINUTE, Modelled
from tests.unit.modelled_kafka import Written
from tests.unit.scenes import TARGET_MS

HOUR = 60 * MINUTE


def latest() -> Modelled:
    """A mirror of new records alone, just made, of a topic that holds some."""
    return Modelled(old=50, asked={"start_from": "latest"}, state="UNASSIGNED")


def test_records_between_our_first_look_and_the_start_are_not_waited_for() -> None:
    model = latest()
    model.write()
    model.write()
    model.tasks[0].next = len(model.source)
    model.state = "RUNNING"
    for _ in range(8):
        model.now += MINUTE
        assert Code.STALLED not in codes(model.sample())
    model.write()
    model.now += MINUTE
    model.copy()
    model.flush()
    assert model.sample().status is Status.IN_SYNC


def test_a_worker_that_starts_at_the_beginning_all_the_same_is_backfilling() -> None:
    model = latest()
    model.state = "RUNNING"
    for _ in range(3):
        model.copy(10)
        model.flush()
        model.now += MINUTE
        seen = model.sample()
    assert codes(seen) == {Code.BACKFILLING}


def test_old_records_with_odd_timestamps_are_a_backfill_until_they_are_copied() -> None:
    model = Modelled(first_sample=False)
    year = 365 * 24 * HOUR
    model.source.records += [
        Written(BEGAN - HOUR, BEGAN + year if number == 0 else BEGAN - HOUR - number)
        for number in range(400)
    ]
    model.sample()
    for _ in range(9):
        model.copy(40)
        model.flush()
        model.now += MINUTE
        seen = model.sample()
        assert Code.BACKFILLING in codes(seen)
    model.copy()
    model.flush()
    model.now += MINUTE
    assert Code.BACKFILLING not in codes(model.sample())
    assert not any(change and change.alert for _, change in model.samples)


def starting() -> Modelled:
    """A mirror whose topic got a task after its first sample, and a record that waits too long."""
    model = Modelled(assigned=False)
    assert [one.state for one in model.samples[0][0].topics] == [TopicState.PENDING]
    model.write()
    model.now += 2 * TARGET_MS
    model.assigned = True
    return model


def test_a_topic_whose_task_has_just_begun_is_not_stalled() -> None:
    model = starting()
    assert model.sample().status is Status.IN_SYNC
    model.copy()
    model.flush()
    model.now += MINUTE
    assert model.sample().status is Status.IN_SYNC
    assert not any(change and change.alert for _, change in model.samples)


def test_a_topic_that_its_task_never_copies_is_stalled_a_sample_later() -> None:
    model = starting()
    model.sample()
    model.now += MINUTE
    seen = model.sample()
    assert seen.status is Status.OUT_OF_SYNC
    assert Code.STALLED in codes(seen)
