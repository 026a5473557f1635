"""What answers say of a mirror between two samples: the rows A to D of docs/status.md."""

from typing import Any

import pytest
from mirroring.measuring.status_now import Known, standing
from mirroring.mirror import Intent
from mirroring.observation import Code, Severity, Status

from tests.given import BEGIN, a_mirror, a_reason, after, an_observation

LATER = after(hours=1)
LOSS = a_reason(Code.DATA_LOSS)
WARNING = a_reason(Code.CLOCK_SKEW, severity=Severity.WARNING)
SEEN = an_observation(reasons=(LOSS, a_reason(Code.STALLED), WARNING))
WORDS = "Invalid value x for replication.factor"


@pytest.mark.parametrize(
    ("intent", "refused", "sampled", "status"),
    [
        (Intent.RUNNING, None, True, Status.UNKNOWN),
        (Intent.RUNNING, None, False, Status.UNKNOWN),
        (Intent.PAUSED, None, True, Status.UNKNOWN),
        (Intent.STOPPED, None, False, Status.UNKNOWN),
        (Intent.DELETED, None, True, Status.DELETING),
        (Intent.RUNNING, WORDS, True, Status.FAILED),
    ],
)
def test_without_samples_only_what_a_person_asked_or_connect_refused_is_known(
    intent: Intent, refused: str | None, sampled: bool, status: Status
) -> None:
    mirror, seen = a_mirror(intent=intent), SEEN if sampled else None
    found = standing(Known(mirror, seen, refused, LATER))
    fresh = standing(Known(mirror, seen, refused, after(minutes=3)))

    assert found.status is status
    codes = {one.code for one in found.reasons}
    assert (Code.SAMPLES_MISSING in codes) is (status is Status.UNKNOWN)
    assert (Code.DATA_LOSS in codes) is sampled
    assert Code.SAMPLES_MISSING not in {one.code for one in fresh.reasons}


@pytest.mark.parametrize(
    ("intent", "refused", "sampled", "status", "since"),
    [
        (Intent.RUNNING, None, False, Status.CREATING, BEGIN),
        (Intent.RUNNING, None, True, Status.IN_SYNC, SEEN.status_since),
        (Intent.PAUSED, None, True, Status.IN_SYNC, SEEN.status_since),
        (Intent.STOPPED, None, True, Status.IN_SYNC, SEEN.status_since),
        (Intent.PAUSED, None, False, Status.CREATING, BEGIN),
        (Intent.DELETED, None, True, Status.DELETING, LATER),
        (Intent.DELETED, WORDS, True, Status.DELETING, LATER),
        (Intent.RUNNING, WORDS, False, Status.FAILED, LATER),
        (Intent.RUNNING, WORDS, True, Status.FAILED, LATER),
        (Intent.PAUSED, WORDS, True, Status.FAILED, LATER),
    ],
)
def test_what_a_person_asked_shows_at_once(
    intent: Intent, refused: str | None, sampled: bool, status: Status, since: Any
) -> None:
    mirror = a_mirror(intent=intent, updated_at=LATER)
    found = standing(Known(mirror, SEEN if sampled else None, refused))

    assert (found.status, found.since) == (status, since)


def test_a_sample_that_says_the_same_keeps_its_since_and_reasons() -> None:
    seen = SEEN.model_copy(update={"status": Status.PAUSED})
    found = standing(Known(a_mirror(intent=Intent.PAUSED, updated_at=LATER), seen, None))

    assert (found.since, found.reasons) == (SEEN.status_since, SEEN.reasons)


@pytest.mark.parametrize(
    ("intent", "status", "told", "pending"),
    [
        (Intent.PAUSED, Status.IN_SYNC, False, 1),
        (Intent.STOPPED, Status.OUT_OF_SYNC, False, 1),
        (Intent.PAUSED, Status.IN_SYNC, True, 1),
        (Intent.PAUSED, Status.PAUSED, False, 0),
        (Intent.STOPPED, Status.PAUSED, True, 1),
        (Intent.RUNNING, Status.IN_SYNC, True, 0),
        (Intent.RUNNING, Status.PAUSED, False, 0),
    ],
)
def test_a_pause_is_pending_from_when_it_is_asked_for_until_a_sample_saw_it_done(
    intent: Intent, status: Status, told: bool, pending: int
) -> None:
    known = (a_reason(Code.PAUSE_PENDING, severity=Severity.INFO),) if told else ()
    seen = SEEN.model_copy(update={"status": status, "reasons": (LOSS, *known)})
    found = standing(Known(a_mirror(intent=intent, updated_at=LATER), seen, None))

    codes = [one.code for one in found.reasons]
    assert (found.status, found.since) == (status, SEEN.status_since)
    assert codes == [Code.DATA_LOSS, *[Code.PAUSE_PENDING] * pending]


def test_a_loss_and_a_warning_outlive_a_removal() -> None:
    found = standing(Known(a_mirror(intent=Intent.DELETED), SEEN, None))

    assert found.reasons == (LOSS, WARNING)


def test_the_words_of_a_refusal_are_a_reason() -> None:
    (reason,) = standing(Known(a_mirror(), None, WORDS)).reasons

    assert reason.code is Code.CONFIG_REFUSED
    assert WORDS in reason.message


@pytest.mark.parametrize(
    ("intent", "refused", "status", "code"),
    [
        (Intent.RUNNING, WORDS, Status.FAILED, Code.CONFIG_REFUSED),
        (Intent.DELETED, None, Status.DELETING, Code.CONNECT_UNREACHABLE),
        (Intent.DELETED, WORDS, Status.DELETING, Code.DATA_LOSS),
    ],
)
def test_what_a_sample_said_of_a_refusal_or_a_removal_stays_when_no_other_comes(
    intent: Intent, refused: str | None, status: Status, code: Code
) -> None:
    seen = SEEN.model_copy(update={"status": status, "reasons": (a_reason(code),)})
    found = standing(Known(a_mirror(intent=intent), seen, refused, LATER))

    assert (found.status, found.since) == (status, SEEN.status_since)
    assert found.reasons == seen.reasons
