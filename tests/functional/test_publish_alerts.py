"""functions/publish_alerts, started by its schedule: everybody is told, nothing is lost."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from mirroring.alerting import publishing, sns
from mirroring.alerting.alert import Alert
from mirroring.alerting.sns import Alerts
from mirroring.errors import Unavailable
from mirroring.mirror import Intent
from mirroring.observation import Code, Severity, Status
from mirroring.schema import iso
from mirroring.settings import settings
from mirroring.storing.history import History
from mirroring.storing.mirror_store import MirrorStore
from moto.backends import get_backend

from functions.publish_alerts.app import handler
from tests.functional import aws
from tests.functional.aws import REGION, Calls
from tests.functional.events import Context, event
from tests.given import NAME, a_change, a_mirror, a_reason, a_tombstone, a_write, after
from tests.template.test_roles import granted


def run() -> dict[str, int]:
    """The handler, as the scheduler starts it."""
    return handler(event("publish_alerts"), Context())  # type: ignore[arg-type]  # all that it reads


@pytest.fixture(autouse=True)
def created(registered: None, mirrors: MirrorStore) -> None:
    """The mirror that changes are about."""
    mirrors.create(a_mirror(), mirrors.fleet().revision, a_write())


@pytest.fixture
def inbox(created: None) -> Any:
    """A queue that hears what is published: the JSON event, and the message's attributes."""
    queue = boto3.client("sqs").create_queue(QueueName="inbox")["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:123456789012:inbox"
    topic = settings().alerts_topic_arn
    boto3.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

    def read() -> list[dict[str, Any]]:
        found = []
        client = boto3.client("sqs")
        while some := client.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            found += [json.loads(message["Body"]) for message in some]
        return sorted(found, key=lambda one: str(json.loads(one["Message"]).get("at")))

    return read


def test_a_change_is_published_once(past: History, inbox: Any) -> None:
    past.add_change(a_change())

    assert [run(), run()] == [{"published": 1}, {"published": 0}]

    (message,) = inbox()
    assert message["Subject"] == f"{NAME} OUT_OF_SYNC: STALLED"
    assert json.loads(message["Message"])["to"] == "OUT_OF_SYNC"
    attributes = {name: one["Value"] for name, one in message["MessageAttributes"].items()}
    assert attributes == {
        "status": "OUT_OF_SYNC",
        "mirror": NAME,
        "severity": "critical",
        "AWS.SNS.SMS.SMSType": "Transactional",
    }


def test_email_and_sms_get_their_own_words(past: History) -> None:
    past.add_change(a_change())

    run()

    topic = get_backend("sns")["123456789012"][REGION].topics[settings().alerts_topic_arn]
    (_, texts, *_), *_ = topic.sent_notifications
    texts = json.loads(texts)
    assert set(texts) == {"default", "email", "sms"}
    assert texts["sms"].startswith("Lockstep: ")
    assert texts["email"].startswith("The mirror ")


def test_changes_are_told_in_their_order(past: History, inbox: Any) -> None:
    past.add_change(a_change(at=after(minutes=9), before="OUT_OF_SYNC", after="IN_SYNC"))
    past.add_change(a_change(at=after(minutes=2)))

    assert run() == {"published": 2}

    assert [json.loads(one["Message"])["to"] for one in inbox()] == ["OUT_OF_SYNC", "IN_SYNC"]


def test_a_filter_policy_keeps_what_one_does_not_want_to_hear(past: History, inbox: Any) -> None:
    client = boto3.client("sns")
    (subscription,) = client.list_subscriptions()["Subscriptions"]
    client.set_subscription_attributes(
        SubscriptionArn=subscription["SubscriptionArn"],
        AttributeName="FilterPolicy",
        AttributeValue=json.dumps({"severity": ["critical"]}),
    )
    past.add_change(a_change())
    past.add_change(a_change(at=after(minutes=9), after=Status.STALE_TOPIC))

    run()

    assert [json.loads(one["Message"])["to"] for one in inbox()] == ["OUT_OF_SYNC"]


class Broken(Alerts):
    """SNS that refuses what is about some moment, or does not answer at all."""

    def __init__(self, refused: str = "", *, away: bool = False) -> None:
        super().__init__(boto3.client("sns"), settings().alerts_topic_arn)
        self._refused = refused
        self._away = away

    def publish(self, alert: Alert) -> None:
        if self._away:
            raise Unavailable("SNS does not answer")
        if self._refused and self._refused in alert.event:
            raise ClientError({"Error": {"Code": "InvalidParameter"}}, "Publish")
        super().publish(alert)


def test_what_sns_did_not_take_is_told_in_the_next_run(
    past: History, inbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    past.add_change(a_change())
    with monkeypatch.context() as broken:
        broken.setattr(sns, "alerts", lambda: Broken(away=True))
        with pytest.raises(Unavailable):
            run()
    assert inbox() == []

    aws.forget()
    assert run() == {"published": 1}
    assert len(inbox()) == 1


def test_a_refused_change_is_told_before_what_followed_it_and_holds_up_no_other_mirror(
    past: History, mirrors: MirrorStore, inbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirrors.create(a_mirror("other"), mirrors.fleet().revision, a_write(mirror="other"))
    now = datetime.now(UTC).replace(microsecond=0)
    past.add_change(a_change(at=now - timedelta(minutes=3)))
    past.add_change(a_change(at=now - timedelta(minutes=2), before="OUT_OF_SYNC", after="IN_SYNC"))
    past.add_change(a_change(at=now - timedelta(minutes=1), mirror="other"))
    with monkeypatch.context() as broken:
        broken.setattr(sns, "alerts", lambda: Broken(refused=iso(now - timedelta(minutes=3))))
        with pytest.raises(ClientError):
            run()
    assert [json.loads(one["Message"])["mirror"] for one in inbox()] == ["other"]

    aws.forget()
    assert run() == {"published": 2}

    assert [json.loads(one["Message"])["to"] for one in inbox()] == ["OUT_OF_SYNC", "IN_SYNC"]


def test_what_sns_refuses_for_an_hour_is_given_up(
    past: History, inbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    past.add_change(a_change(at=datetime.now(UTC) - timedelta(minutes=61)))
    monkeypatch.setattr(sns, "alerts", lambda: Broken(refused=NAME))

    with pytest.raises(ClientError):
        run()

    assert past.unsent(10) == []
    assert run() == {"published": 0}


def test_one_outage_of_many_mirrors_is_one_message(
    past: History, mirrors: MirrorStore, inbox: Any
) -> None:
    names = [f"m{index:03}" for index in range(30)]
    away = a_reason(Code.CONNECT_UNREACHABLE, severity=Severity.WARNING, topic=None, partition=None)
    for name in names:
        mirrors.create(a_mirror(name), mirrors.fleet().revision, a_write(mirror=name))
        past.add_change(a_change(mirror=name, after=Status.UNKNOWN, reasons=(away,)))
    past.add_change(a_change())

    assert run() == {"published": 31}

    (message,) = inbox()
    assert message["Subject"].startswith("1 mirror of us-connect is OUT_OF_SYNC: STALLED; and 30")
    attributes = message["MessageAttributes"]
    assert attributes["severity"]["Value"] == "critical"
    assert set(json.loads(attributes["mirror"]["Value"])) == {*names, NAME}
    critical, unknown = json.loads(message["Message"])["groups"]
    assert (critical["mirrors"], unknown["mirrorsTotal"]) == ([NAME], 30)
    assert unknown["reason"] == "CONNECT_UNREACHABLE"
    assert past.unsent(10) == []


def test_a_publisher_without_time_leaves_the_rest_to_the_next_run(
    past: History, inbox: Any
) -> None:
    past.add_change(a_change())

    assert publishing.publisher().publish(0) == 0
    assert run() == {"published": 1}


def test_a_crash_between_telling_and_marking_tells_again_and_loses_nothing(
    past: History, inbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    past.add_change(a_change())

    def crash(*_: object) -> bool:
        raise MemoryError

    with monkeypatch.context() as crashing:
        crashing.setattr(History, "mark_sent", crash)
        with pytest.raises(MemoryError):
            run()

    assert run() == {"published": 1}
    assert len(inbox()) == 2
    assert past.unsent(10) == []


def test_two_publishers_at_once_lose_nothing(past: History, inbox: Any) -> None:
    past.add_change(a_change())
    (both,) = past.unsent(10)
    run()

    assert not past.mark_sent(both)
    assert past.unsent(10) == []
    assert len(inbox()) == 1


@pytest.mark.parametrize("is_gone", [True, False])
def test_the_end_of_a_mirror_is_no_news_to_those_who_removed_it(
    past: History, mirrors: MirrorStore, inbox: Any, is_gone: bool
) -> None:
    past.add_change(a_change())
    removed = a_mirror(intent=Intent.DELETED, version=2)
    mirrors.replace(removed, a_write(at=after(hours=1)))
    if is_gone:
        mirrors.remove(NAME, a_tombstone())

    assert run() == {"published": 0}

    assert inbox() == []
    assert past.unsent(10) == []


def test_it_asks_for_no_more_than_its_role_allows(past: History, calls: Calls) -> None:
    past.add_change(a_change())
    calls.made.clear()

    run()

    allowed = granted("PublishAlertsRole")
    assert {where: asked - allowed[where] for where, asked in calls.made.items()} == {
        "HistoryTable/index/unsent": set(),
        "HistoryTable": set(),
        "MirrorsTable": set(),
        "AlertsTopic": set(),
    }
