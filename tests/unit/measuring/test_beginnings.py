"""Where a mirror starts, and which records are older than it."""

from mirroring.observation import Code, Status

from tests.unit.measuring.test_unknown import codes
from tests.unit.modelled import BEGAN, MINUTE, Modelled
from tests.unit.modelled_kafka import Written

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
