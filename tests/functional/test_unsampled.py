"""People are told once of a Connect cluster that is not sampled, and once when it is again."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from mirroring.alerting import unsampled
from mirroring.alerting.alert import Alert
from mirroring.alerting.sns import Alerts
from mirroring.alerting.unsampled import News, Watch, news, worded
from mirroring.storing import sampled
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.observations import Observations

from functions.sample_latency.app import handler
from tests.functional.events import Context, samples_message
from tests.given import BEGIN, a_mirror, a_tombstone, a_write, after

ONE = {"us-connect": ("a", "b")}


class Inbox(Alerts):
    """What is published."""

    def __init__(self) -> None:
        self.told: list[Alert] = []

    def publish(self, alert: Alert) -> None:
        """Keeps it."""
        self.told.append(alert)


@pytest.fixture
def inbox(registered: None, mirrors: MirrorStore) -> Inbox:
    """Of a fleet of twenty mirrors."""
    for number in range(20):
        new = a_mirror(f"eu.us-core.{number:05d}")
        mirrors.create(new, mirrors.fleet().revision, a_write(mirror=new.name))
    return Inbox()


def minutes(inbox: Inbox, mirrors: MirrorStore, *at: float) -> int:
    """A run in each of these minutes; how many alerts there were."""
    watch = Watch(mirrors, sampled.sampled_clusters(), inbox)
    return sum(watch.tell(after(minutes=one)) for one in at)


def test_one_outage_of_twenty_mirrors_is_one_alert_and_one_recovery(
    inbox: Inbox, mirrors: MirrorStore, taken: Observations
) -> None:
    taken.note("us-connect", after(minutes=1))

    assert minutes(inbox, mirrors, 1, 2, 3, 4) == 0
    assert minutes(inbox, mirrors, 5, 6, 7, 60) == 1
    taken.note("us-connect", after(minutes=61))
    assert minutes(inbox, mirrors, 61.5, 62, 63) == 1

    first, second = inbox.told
    assert first.subject == "us-connect: not sampled since 2026-01-01 00:01 UTC"
    assert "20 mirrors" in first.email
    assert (first.severity, second.severity) == ("critical", "info")
    assert "sampled again" in second.subject


def test_a_connect_cluster_that_was_never_sampled_has_three_minutes(
    inbox: Inbox, mirrors: MirrorStore
) -> None:
    assert minutes(inbox, mirrors, 100, 101, 103) == 0
    assert minutes(inbox, mirrors, 103.1, 104) == 1


def test_what_has_no_mirrors_any_more_is_over_without_a_word(
    inbox: Inbox, mirrors: MirrorStore, taken: Observations
) -> None:
    taken.note("us-connect", BEGIN)
    assert minutes(inbox, mirrors, 10) == 1
    for mirror in mirrors.fleet().mirrors:
        mirrors.remove(mirror.name, a_tombstone(mirror.name))

    assert minutes(inbox, mirrors, 11, 12) == 0
    assert sampled.sampled_clusters().told() == {}


@pytest.mark.parametrize(
    ("last", "told", "expected"),
    [
        ({"us-connect": 0.0}, {}, []),
        ({"us-connect": 3.1}, {}, [False]),
        ({"us-connect": 3.1}, {"us-connect": 9.0}, []),
        ({"us-connect": 1.0}, {"us-connect": 9.0}, [True]),
        ({}, {}, []),
        ({"us-connect": 0.5}, {"gone": 9.0}, [True]),
    ],
)
def test_news_is_what_changed(last: Any, told: Any, expected: list[bool]) -> None:
    def ago(some: dict[str, float]) -> dict[str, datetime]:
        return {name: BEGIN - timedelta(minutes=age) for name, age in some.items()}

    assert [one.again for one in news(ONE, ago(last), ago(told), BEGIN)] == expected


def test_the_longest_name_fits_into_subject_and_sms() -> None:
    told = worded(News("c" * 40, ("m",) * 3_000, BEGIN), after(minutes=4))
    assert len(told.subject) < 100
    assert len(told.sms) <= 140
    assert told.sms.endswith("UTC")


def test_a_sample_notes_its_connect_cluster(registered: None, mirrors: MirrorStore) -> None:
    mirrors.create(a_mirror(), mirrors.fleet().revision, a_write())
    message = samples_message("us-connect", [a_mirror().name])

    handler(message, Context())  # type: ignore[arg-type]  # all that it reads

    assert list(sampled.sampled_clusters().last()) == ["us-connect"]
    assert unsampled.watch().tell(datetime.now().astimezone()) == 0
