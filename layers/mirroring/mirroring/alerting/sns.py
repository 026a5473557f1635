"""SNS: one message to everybody who subscribed, in each one's own words."""

import json
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import boto3

from mirroring.alerting.alert import Alert
from mirroring.settings import settings
from mirroring.storing import aws as aws

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef


class Alerts:
    """The topic that people subscribe to, with filter policies on status, mirror and severity."""

    def __init__(self, client: "SNSClient", topic_arn: str) -> None:
        self._client = client
        self._topic_arn = topic_arn

    def publish(self, alert: Alert) -> None:
        """Raises Unavailable."""
        texts = {"default": alert.event, "email": alert.email, "sms": alert.sms}
        with aws.answering("SNS"):
            self._client.publish(
                TopicArn=self._topic_arn,
                Subject=alert.subject,
                Message=json.dumps(texts, ensure_ascii=False),
                MessageStructure="json",
                MessageAttributes={
                    "status": _text(alert.status),
                    "mirror": _names(alert.mirrors),
                    "severity": _text(alert.severity),
                    "AWS.SNS.SMS.SMSType": _text("Transactional"),
                },
            )


@cache
def alerts() -> Alerts:
    """The topic that the environment names."""
    return Alerts(boto3.client("sns", config=aws.CONFIG), settings().needed("alerts_topic_arn"))


def _names(mirrors: Sequence[str]) -> "MessageAttributeValueTypeDef":
    """Of several a filter policy meets each (SNS, "String.Array")."""
    if len(mirrors) == 1:
        return _text(mirrors[0])
    return {"DataType": "String.Array", "StringValue": json.dumps(mirrors)}


def _text(value: str) -> "MessageAttributeValueTypeDef":
    return {"DataType": "String", "StringValue": value}
