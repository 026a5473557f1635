"""template.yaml's stack made here: queues and topics in moto, tables in DynamoDB Local."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from lockstep.local.errors import StackError
from lockstep.local.template import MADE, REGION, Template

STACK = "lockstep"

# They open nothing; boto3 only wants to sign.
CREDENTIALS = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}

# What DynamoDB Local has no notion of; it would keep a time to live, and delete nothing.
_NOT_FOR_TABLES = (
    "PointInTimeRecoverySpecification",
    "SSESpecification",
    "Tags",
    "TimeToLiveSpecification",
)


@dataclass(frozen=True)
class AwsResources:
    """The local AWS: moto's endpoint and DynamoDB Local's."""

    url: str
    dynamodb_url: str

    def client(self, service: str) -> Any:
        """A boto3 client of the local service; no proxy and no profile of the person is used."""
        url = self.dynamodb_url if service == "dynamodb" else self.url
        config = Config(proxies={}, retries={"total_max_attempts": 3})
        return boto3.client(service, REGION, endpoint_url=url, config=config, **CREDENTIALS)  # type: ignore[call-overload]  # the service's name is not a literal here

    def variables(self) -> dict[str, str]:
        """The environment with which a function's own boto3 finds this AWS."""
        return {
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ENDPOINT_URL_DYNAMODB": self.dynamodb_url,
            "AWS_EC2_METADATA_DISABLED": "true",
            "ALLOW_LOOPBACK": "true",  # Kafka and Connect are on this machine, too
            **{name.upper(): value for name, value in CREDENTIALS.items()},
        }

    def make(self, template: Template, parameters: Mapping[str, str], wanted: Any) -> Any:
        """Make the stack with these parameters; `wanted` comes back, its expressions resolved."""
        expressions = list(_expressions(wanted))
        outputs = {f"Output{index}": {"Value": one} for index, one in enumerate(expressions)}
        made = {name: one for name, one in template.resources.items() if one["Type"] in MADE}
        body = {
            "Parameters": template.parameters,
            "Conditions": template.conditions,
            "Resources": {name: _named(name, one) for name, one in made.items()},
            "Outputs": outputs,
        }
        client = self.client("cloudformation")
        given = [{"ParameterKey": key, "ParameterValue": it} for key, it in parameters.items()]
        client.create_stack(StackName=STACK, TemplateBody=json.dumps(body), Parameters=given)
        described = client.describe_stacks(StackName=STACK)["Stacks"][0]
        found = {one["OutputKey"]: one["OutputValue"] for one in described["Outputs"]}
        return _with_values(wanted, iter([found[name] for name in outputs]))

    def make_tables(self, template: Template) -> None:
        """Make the tables that DynamoDB Local does not keep from an earlier start."""
        client = self.client("dynamodb")
        for name, properties in template.of_type("AWS::DynamoDB::Table").items():
            table = table_name(name)
            wanted = {key: it for key, it in properties.items() if key not in _NOT_FOR_TABLES}
            try:
                _check_table(client.describe_table(TableName=table)["Table"], wanted)
            except client.exceptions.ResourceNotFoundException:
                client.create_table(TableName=table, **wanted)


def table_name(logical_id: str) -> str:
    """The name of a table here, the same at every start."""
    return f"{STACK}-{logical_id}"


def _named(name: str, resource: Mapping[str, Any]) -> Mapping[str, Any]:
    """The resource with its name, where other parts must find it under one."""
    if resource["Type"] != "AWS::DynamoDB::Table":
        return resource
    return {**resource, "Properties": {**resource["Properties"], "TableName": table_name(name)}}


def _is_expression(value: Any) -> bool:
    return (
        isinstance(value, dict) and len(value) == 1 and next(iter(value)).startswith(("Ref", "Fn:"))
    )


def _expressions(tree: Any) -> Iterator[Any]:
    """Every CloudFormation expression in a tree of mappings, in order."""
    if _is_expression(tree):
        yield tree
    elif isinstance(tree, Mapping):
        for value in tree.values():
            yield from _expressions(value)


def _with_values(tree: Any, values: Iterator[str]) -> Any:
    """The tree with each expression's value in its place."""
    if _is_expression(tree):
        return next(values)
    if isinstance(tree, Mapping):
        return {key: _with_values(value, values) for key, value in tree.items()}
    return tree


def _check_table(kept: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Raise StackError when an earlier start kept the table in another shape."""
    if _shape(kept) != _shape(wanted):
        raise StackError(
            f"The kept table {kept['TableName']} has another shape than in template.yaml: "
            "start with another folder (--data), or remove this one."
        )


def _shape(table: Mapping[str, Any]) -> tuple[Any, Any]:
    indexes = table.get("GlobalSecondaryIndexes", [])
    return table["KeySchema"], sorted((one["IndexName"], str(one["KeySchema"])) for one in indexes)
