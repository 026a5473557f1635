"""What people are told of, told as a mirror's samples go by."""

from collections.abc import Iterable

import pytest
from mirroring.alerting import news
from mirroring.observation import Change, Code, Observation, Reason, Severity, Status

from tests.given import a_reason, after, an_observation

Seen = tuple[Status, tuple[Reason, ...]]
IN_SYNC: Seen = (Status.IN_SYNC, ())
CREATING: Seen = (Status.CREATING, ())
PAUSED: Seen = (Status.PAUSED, ())
STALE: Seen = (Status.STALE_TOPIC, (a_reason(Code.STALE_TOPIC, severity=Severity.WARNING),))
BACKFILLING: Seen = (Status.OUT_OF_SYNC, (a_reason(Code.BACKFILLING, severity=Severity.INFO),))
LATE: Seen = (Status.OUT_OF_SYNC, (a_reason(Code.LATENCY_ABOVE_TARGET),))
STALLED: Seen = (Status.OUT_OF_SYNC, (a_reason(),))
REFUSED: Seen = (Status.FAILED, (a_reason(Code.CONFIG_REFUSED),))


def lost(*minutes: int) -> Seen:
    """Records lost, in as many partitions as there are moments."""
    return Status.OUT_OF_SYNC, (
        a_reason(),
        *(a_reason(Code.DATA_LOSS, partition=one, since=after(minutes=one)) for one in minutes),
    )


def alerts(samples: Iterable[Seen]) -> list[tuple[int, Change]]:
    """What people are told of these samples, a minute apart: the sample's number, and the line."""
    before: Observation | None = None
    was = (Status.CREATING, after())
    told = []
    for number, (status, reasons) in enumerate(samples, 1):
        since = was[1] if was[0] is status else after(minutes=number)
        seen = an_observation(number, status=status, status_since=since, reasons=reasons)
        before, change = news.concluded(before, seen, was, after(minutes=number))
        was = (status, since)
        if change is not None and change.alert:
            told.append((number, change))
    return told


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        ([CREATING, STALLED, STALLED, IN_SYNC], [(3, "OUT_OF_SYNC"), (4, "IN_SYNC")]),
        ([CREATING, STALLED, IN_SYNC], []),
        ([CREATING, REFUSED, REFUSED, REFUSED], [(3, "FAILED")]),
        ([IN_SYNC, PAUSED, STALLED, STALLED], [(4, "OUT_OF_SYNC")]),
        ([IN_SYNC, PAUSED, STALLED, IN_SYNC], []),
        ([BACKFILLING, BACKFILLING, IN_SYNC], []),
        ([BACKFILLING, STALLED, BACKFILLING, IN_SYNC], [(2, "OUT_OF_SYNC"), (4, "IN_SYNC")]),
        ([IN_SYNC, LATE, STALLED, LATE, IN_SYNC], [(2, "OUT_OF_SYNC"), (5, "IN_SYNC")]),
        ([IN_SYNC, STALE, STALE, IN_SYNC], [(2, "STALE_TOPIC"), (4, "IN_SYNC")]),
        ([CREATING, STALE, STALE, IN_SYNC], []),
        ([IN_SYNC, STALLED, PAUSED, STALLED], [(2, "OUT_OF_SYNC")]),
        ([IN_SYNC, STALLED, PAUSED, IN_SYNC], [(2, "OUT_OF_SYNC"), (4, "IN_SYNC")]),
    ],
)
def test_a_fault_that_lasts_is_told_and_no_end_without_it(
    samples: list[Seen], expected: list[tuple[int, str]]
) -> None:
    assert [(number, change.after) for number, change in alerts(samples)] == expected


def test_each_loss_is_told_though_the_mirror_is_out_of_sync_already() -> None:
    told = alerts([IN_SYNC, STALLED, lost(3), lost(3), lost(3, 5), lost(3, 5)])

    assert [number for number, _ in told] == [2, 3, 5]
    assert [change.reasons[0].code for _, change in told] == ["STALLED", "DATA_LOSS", "DATA_LOSS"]
    assert told[2][1].reasons[0].partition == 5
    assert told[2][1].took_ms is None


def test_a_sample_of_0_1_had_told_what_it_said() -> None:
    before = an_observation(7, status=Status.OUT_OF_SYNC, reasons=STALLED[1], told=None)

    assert news.is_news(before, an_observation(8))
    assert not news.is_news(
        before, an_observation(8, status=Status.OUT_OF_SYNC, reasons=STALLED[1])
    )
