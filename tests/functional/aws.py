"""AWS as the functional tests know it: template.yaml's tables, queue and topic in moto."""

import sys
from collections import defaultdict
from typing import Any

import boto3

from tests.stack import resources

REGION = "eu-central-1"
PREFIX = "lockstep"
TABLE_FIELDS = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
WRITES = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


def make() -> dict[str, str]:
    """Makes the stack's tables, queue and topic; returns the environment that names them."""
    database = boto3.client("dynamodb")
    for name, table in resources("AWS::DynamoDB::Table").items():
        fields = {
            key: table["Properties"][key] for key in TABLE_FIELDS if key in table["Properties"]
        }
        database.create_table(TableName=name, **fields)
    return {
        "MIRRORS_TABLE": "MirrorsTable",
        "HISTORY_TABLE": "HistoryTable",
        "SAMPLES_QUEUE_URL": boto3.client("sqs").create_queue(QueueName="SamplesQueue")["QueueUrl"],
        "ALERTS_TOPIC_ARN": boto3.client("sns").create_topic(Name="AlertsTopic")["TopicArn"],
        "SECRETS_PREFIX": PREFIX,
    }


def spoil(mirror: str) -> None:
    """Makes what is stored of a mirror of another shape."""
    boto3.client("dynamodb").update_item(
        TableName="MirrorsTable",
        Key={"kind": {"S": "mirror"}, "name": {"S": mirror}},
        UpdateExpression="SET #document = :other",
        ExpressionAttributeNames={"#document": "document"},
        ExpressionAttributeValues={":other": {"S": '{"nobody": "knows"}'}},
    )


def forget() -> None:
    """Makes our modules forget settings and clients, as in a fresh process."""
    ours = [module for name, module in sys.modules.items() if name.startswith("mirroring.")]
    for module in ours:
        for one in vars(module).values():
            if hasattr(one, "cache_clear"):
                one.cache_clear()


class Calls:
    """What was asked of AWS: actions by resource, in the words of tests/template/test_roles.py."""

    def __init__(self) -> None:
        self.made: dict[str, set[str]] = defaultdict(set)

    def hear(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        """Takes one call down (botocore's `provide-client-params`)."""
        action = model.name
        if action == "TransactWriteItems":
            for write in params["TransactItems"]:
                ((kind, request),) = write.items()
                self.made[request["TableName"]].add(f"dynamodb:{WRITES[kind]}")
        elif action == "BatchGetItem":
            for table in params["RequestItems"]:
                self.made[table].add("dynamodb:BatchGetItem")
        else:
            self.made[_place(params)].add(_action(model))


def _action(model: Any) -> str:
    service = model.service_model.service_name
    name = {"SendMessageBatch": "SendMessage"}.get(model.name, model.name)
    return f"{service}:{name}"


def _place(params: dict[str, Any]) -> str:
    if "TableName" in params:
        index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
        return f"{params['TableName']}{index}"
    secret = params.get("SecretId") or params.get("Name", "")
    if secret.startswith(f"{PREFIX}/"):
        return f"secret {secret.split('/')[1]}/*"
    where = params.get("QueueUrl") or params.get("TopicArn") or ""
    return str(where).replace(":", "/").rsplit("/", 1)[-1]
