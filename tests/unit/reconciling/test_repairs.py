"""Two that pull at one connector: how often, and what is said of it."""

from datetime import datetime, timedelta

import pytest
from mirroring.kafka_connect.connector_info import ConnectorInfo
from mirroring.observation import Code
from mirroring.reconciled import Reconciled, Repairs
from mirroring.reconciling.plan import plan
from mirroring.reconciling.situation import Situation

from tests.unit.repairing import (
    BOTH,
    CHECKPOINT,
    CONFIG,
    DESIRED,
    MINUTE,
    NOW,
    SOURCE,
    done,
    mirror,
    repairs,
    seen,
    told,
)

DRIFTED = told(BOTH, {**CONFIG, "topics": "theirs"})
GONE = told({CHECKPOINT: "RUNNING"})


def put_right(actual: dict[str, ConnectorInfo], remembered: Reconciled, at: datetime) -> Reconciled:
    """What is remembered after a run at that time."""
    observation = seen(Code.CONNECTOR_MISSING, measured_at=at)
    for action in plan(Situation(mirror(), DESIRED, actual, observation, remembered, at)):
        one = Repairs(count=action.attempt, at=at, what="topics")
        remembered = remembered.model_copy(update={"repairs": {SOURCE: one}})
    return remembered


@pytest.mark.parametrize("actual", [DRIFTED, GONE], ids=["rewritten", "deleted"])
def test_an_operator_that_undoes_each_repair_is_met_ten_times_in_three_hours(
    actual: dict[str, ConnectorInfo],
) -> None:
    remembered = done(SOURCE, CHECKPOINT)
    told_since = None
    moments = set()
    for minute in range(180):
        now = NOW + minute * MINUTE
        remembered = put_right(actual, remembered, now)
        moments |= {one.at for one in remembered.repairs.values()}
        if told_since is None and remembered.changed_by_others():
            told_since = minute
    assert len(moments) == 9
    assert told_since == 6
    assert remembered.changed_by_others() == {SOURCE: "topics"}


def test_two_changes_in_a_day_are_no_fight() -> None:
    remembered = put_right(DRIFTED, done(SOURCE, CHECKPOINT), NOW)
    for hours in range(1, 24):
        remembered = put_right(DRIFTED, remembered, NOW + timedelta(hours=hours))
        assert remembered.repairs[SOURCE].count == 1
        assert not remembered.changed_by_others()


@pytest.mark.parametrize(("minutes", "stays"), [(59, True), (60, False)])
def test_it_ends_when_it_has_been_quiet_for_an_hour(minutes: int, stays: bool) -> None:
    remembered = done(SOURCE, repairs={SOURCE: repairs(7, minutes)})
    assert bool(remembered.rested(NOW, frozenset({SOURCE})).changed_by_others()) is stays
    assert remembered.rested(NOW, frozenset({CHECKPOINT})).changed_by_others()
