"""What SNS delivered: moto sends no e-mail or SMS, but keeps what was published, and to whom."""

import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.backends import get_backend

# Protocols that reach a person; the others (sqs, http, lambda) moto delivers itself.
TO_PEOPLE = ("email", "email-json", "sms")


@dataclass
class Inbox:
    """The messages of every e-mail address and phone number that subscribed to a topic."""

    account: str
    region: str
    _messages: list[dict[str, Any]] = field(default_factory=list)
    _seen: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def collect(self) -> None:
        """Take in what was published since the last time."""
        backend = get_backend("sns")[self.account][self.region]
        with self._lock:
            for topic in list(backend.topics.values()):
                notifications = topic.sent_notifications[self._seen.get(topic.arn, 0) :]
                self._seen[topic.arn] = len(topic.sent_notifications)
                subscriptions, _ = backend.list_subscriptions_by_topic(topic_arn=topic.arn)
                for one in notifications:
                    self._messages += [
                        _message(to, *one) for to in subscriptions if _takes(to, *one)
                    ]

    def messages(self) -> list[dict[str, Any]]:
        """Every message, oldest first: `at`, `protocol`, `endpoint`, `subject`, `body`."""
        with self._lock:
            return list(self._messages)


def _takes(
    subscription: Any, _id: str, text: str, _subject: str | None, attributes: Any, _group: Any
) -> bool:
    """Whether it reaches a person and passes the subscription's filter policy."""
    policy = subscription._filter_policy_matcher
    is_wanted = policy is None or policy.matches(attributes, text)
    return subscription.protocol in TO_PEOPLE and is_wanted


def _message(
    subscription: Any, _id: str, text: str, subject: str | None, _attributes: Any, _group: Any
) -> dict[str, Any]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "protocol": subscription.protocol,
        "endpoint": subscription.endpoint,
        "subject": subject,
        "body": _for_protocol(text, subscription.protocol),
    }


def _for_protocol(text: str, protocol: str) -> str:
    """The text of this protocol where the message has one for each (`MessageStructure: json`)."""
    try:
        texts = json.loads(text)
    except ValueError:
        return text
    if isinstance(texts, dict) and "default" in texts:
        return str(texts.get(protocol, texts["default"]))
    return text
