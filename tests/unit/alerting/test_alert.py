"""Who is told of a change of status, and in which words."""

import json
from datetime import timedelta, timezone
from typing import Any

import pytest
from mirroring.alerting.alert import SMS_BYTES, SUBJECT_CHARACTERS, Alert, worded
from mirroring.alerting.news import concluded, is_news
from mirroring.observation import Code, Observation, Reason, Severity, Status

from tests.given import a_change, a_mirror, a_reason, after, an_observation

BACKFILLING = (a_reason(Code.BACKFILLING, severity=Severity.INFO),)
LONGEST = f"{'e' * 40}.{'u' * 40}.k3x9q"


def seen(status: Status | None, *reasons: Reason) -> Observation | None:
    """A sample that judged so; None: there was none before."""
    return None if status is None else an_observation(2, status=status, reasons=reasons)


def alert(mirror: str = "eu.us-core.k3x9q", **change: Any) -> Alert:
    """What people are told of a change."""
    return worded(a_change(mirror=mirror, **change), a_mirror(mirror))


def recovery(before: Status = Status.OUT_OF_SYNC, took_ms: int | None = 725_000) -> Alert:
    """What people are told when it is over."""
    return alert(before=before, after=Status.IN_SYNC, reasons=(), took_ms=took_ms)


@pytest.mark.parametrize(
    ("before", "after_", "expected"),
    [
        pytest.param(None, Status.IN_SYNC, False, id="the first IN_SYNC is silent"),
        pytest.param(None, Status.OUT_OF_SYNC, False, id="as is the first look at all"),
        pytest.param(Status.CREATING, Status.IN_SYNC, False, id="created"),
        pytest.param(Status.CREATING, Status.OUT_OF_SYNC, False, id="from CREATING"),
        pytest.param(Status.IN_SYNC, Status.CREATING, False, id="to CREATING"),
        pytest.param(Status.IN_SYNC, Status.PAUSED, False, id="paused by a person"),
        pytest.param(Status.PAUSED, Status.IN_SYNC, False, id="resumed by a person"),
        pytest.param(Status.OUT_OF_SYNC, Status.DELETING, False, id="deleted by a person"),
        pytest.param(Status.IN_SYNC, Status.OUT_OF_SYNC, True, id="fell"),
        pytest.param(Status.OUT_OF_SYNC, Status.IN_SYNC, True, id="recovered"),
        pytest.param(Status.IN_SYNC, Status.STALE_TOPIC, True, id="went stale"),
        pytest.param(Status.IN_SYNC, Status.UNKNOWN, True, id="out of sight"),
        pytest.param(Status.UNKNOWN, Status.OUT_OF_SYNC, True, id="seen, and bad"),
        pytest.param(Status.IN_SYNC, Status.FAILED, True, id="refused by Connect"),
    ],
)
def test_people_are_told_of_what_they_did_not_do(
    before: Status | None, after_: Status, expected: bool
) -> None:
    now = seen(after_)
    assert now is not None

    assert is_news(seen(before), now) is expected


def test_people_are_told_of_a_fault_that_ends_a_backfill() -> None:
    now = seen(Status.OUT_OF_SYNC, a_reason(Code.STALLED))
    assert now is not None

    assert is_news(seen(Status.OUT_OF_SYNC, *BACKFILLING), now)


def test_people_are_told_once_that_restarts_were_given_up() -> None:
    failed, given_up = a_reason(Code.TASK_FAILED), a_reason(Code.REPAIR_GIVEN_UP)
    before = an_observation(2, status=Status.OUT_OF_SYNC, reasons=(failed,))
    after_ = before.model_copy(update={"reasons": (failed, given_up)})
    was = (before.status, before.status_since)
    told, change = concluded(before, after_, was, after_.measured_at)

    assert change is not None and change.alert
    assert not is_news(told, after_)


@pytest.mark.parametrize("other", [Status.IN_SYNC, Status.UNKNOWN, Status.STALE_TOPIC])
def test_nobody_is_told_when_backfilling_begins_or_ends(other: Status) -> None:
    backfilling = an_observation(status=Status.OUT_OF_SYNC, reasons=BACKFILLING)
    another = an_observation(status=other)

    assert not is_news(another, backfilling)
    assert not is_news(backfilling, another)


def test_a_subject_says_which_mirror_is_how_and_why() -> None:
    assert alert().subject == "eu.us-core.k3x9q OUT_OF_SYNC: STALLED"
    assert alert(after=Status.UNKNOWN, reasons=()).subject == "eu.us-core.k3x9q UNKNOWN"
    assert recovery().subject == "eu.us-core.k3x9q IN_SYNC again after 12 min 5 s OUT_OF_SYNC"


def test_an_sms_says_the_gravest_reason_in_words() -> None:
    reasons = (
        a_reason(message="Nothing of orders.new, partition 2, was copied for 1 min."),
        a_reason(Code.RETENTION_NEAR, severity=Severity.WARNING, message="Hurry."),
    )

    assert alert(reasons=reasons).sms == (
        "Lockstep: eu.us-core.k3x9q OUT_OF_SYNC: "
        "Nothing of orders.new, partition 2, was copied for 1 min."
    )
    assert recovery().sms == (
        "Lockstep: eu.us-core.k3x9q IN_SYNC again after 12 min 5 s OUT_OF_SYNC"
    )


def test_a_recovery_without_a_known_downtime_invents_none() -> None:
    assert recovery(took_ms=None).sms == "Lockstep: eu.us-core.k3x9q IN_SYNC again"


@pytest.mark.parametrize("status", [Status.OUT_OF_SYNC, Status.STALE_TOPIC, Status.IN_SYNC])
@pytest.mark.parametrize(
    "words",
    ["x" * 500, "ünïcödé … “quoted”\u00a0" * 20, "two\nlines\r\n\tand a tab", "`ticks`", ""],
)
def test_a_subject_and_an_sms_fit_whatever_the_words_are(words: str, status: Status) -> None:
    told = alert(LONGEST, after=status, reasons=(a_reason(message=words),))

    for text, length in ((told.subject, SUBJECT_CHARACTERS), (told.sms, SMS_BYTES)):
        assert len(text.encode("ascii")) <= length
        assert text.isprintable()
        assert "`" not in text
        assert LONGEST in text


def test_an_email_says_what_is_wrong_since_when_how_long_and_what_to_do() -> None:
    assert alert(at=after(hours=2), took_ms=7_200_000).email == "\n".join(
        [
            "The mirror eu.us-core.k3x9q is OUT_OF_SYNC since 2026-01-01 02:00:00 UTC.",
            "Before that it was IN_SYNC for 2 h.",
            "",
            r"  copies          orders\..*",
            "  from            eu",
            "  to              us-core, by us-connect",
            "  target latency  30 s",
            "",
            "CRITICAL STALLED, since 2026-01-01 00:01:00 UTC",
            "  Nothing of orders.new, partition 2, was copied for 1 min 35 s.",
            "  What to do: Check READ on the topic.",
            "",
            "Look closer: GET /mirrors/eu.us-core.k3x9q and GET /mirrors/eu.us-core.k3x9q/changes",
        ]
    )


def test_an_email_with_very_many_reasons_stays_readable() -> None:
    reasons = tuple(a_reason(partition=number) for number in range(1_000))

    told = alert(reasons=reasons)

    assert told.email.count("STALLED") == 10
    assert "... and 990 reasons more." in told.email
    assert len(told.email + told.event) < 20_000


def test_a_program_gets_the_change_as_json() -> None:
    told = json.loads(alert().event)

    assert told == {
        "mirror": "eu.us-core.k3x9q",
        "severity": "critical",
        "source": "eu",
        "target": "us-core",
        "connectCluster": "us-connect",
        "targetLatency": 30_000,
        "from": "IN_SYNC",
        "to": "OUT_OF_SYNC",
        "at": "2026-01-01T00:02:00Z",
        "kind": "status",
        "tookMs": 60_000,
        "reasons": [
            {
                "code": "STALLED",
                "severity": "critical",
                "topic": "orders.new",
                "partition": 2,
                "measured": 95_000,
                "threshold": 30_000,
                "since": "2026-01-01T00:01:00Z",
                "message": "Nothing of orders.new, partition 2, was copied for 1 min 35 s.",
                "action": "Check READ on the topic.",
            }
        ],
    }


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status.OUT_OF_SYNC, Severity.CRITICAL),
        (Status.FAILED, Severity.CRITICAL),
        (Status.STALE_TOPIC, Severity.WARNING),
        (Status.UNKNOWN, Severity.WARNING),
        (Status.IN_SYNC, Severity.INFO),
    ],
)
def test_a_status_has_the_severity_that_filters_go_by(status: Status, expected: Severity) -> None:
    assert alert(after=status).severity is expected


def test_moments_are_told_in_utc() -> None:
    elsewhere = after(hours=2).astimezone(timezone(timedelta(hours=-5)))

    assert "02:00:00 UTC" in alert(at=elsewhere).email


def test_twenty_reasons_of_the_longest_words_in_any_script_fit_into_what_sns_takes() -> None:
    words = "\N{FIRE}" * 1_000
    reasons = tuple(a_reason(topic=f"t{one}", message=words, action=words) for one in range(20))
    mirror = a_mirror(topics_regex="\N{FIRE}" * 4_096)

    told = worded(a_change(reasons=reasons), mirror)

    texts = {"default": told.event, "email": told.email, "sms": told.sms}
    assert len(json.dumps(texts, ensure_ascii=False).encode()) < 256_000
