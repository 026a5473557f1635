"""What template.yaml deploys, resolved: functions, routes, schedules and queue mappings."""

import json
import re
from collections.abc import Iterable
from collections.abc import Mapping as Table
from dataclasses import dataclass
from typing import Any

from lockstep.local.aws_resources import AwsResources
from lockstep.local.errors import StackError
from lockstep.local.function import Definition
from lockstep.local.routes import Route
from lockstep.local.schedule import Schedule, minutes_between
from lockstep.local.sqs_event_source import Mapping
from lockstep.local.template import Template, snake

# What Lambda takes where the template is silent.
MEMORY_MB = 128
TIMEOUT_S = 3
BATCH_SIZE = 10
CONCURRENCY = 1000
# There are no tokens here, so the console is told of nobody who gives them.
SIGN_IN = ("CONSOLE_ISSUER", "CONSOLE_CLIENT_ID", "CONSOLE_CONNECTS_TO")

Properties = dict[str, Any]


@dataclass(frozen=True)
class Deployment:
    """Everything of the stack that runs, by the names of template.yaml."""

    definitions: Table[str, Definition]
    routes: tuple[Route, ...]
    schedules: tuple[Schedule, ...]
    mappings: tuple[Mapping, ...]
    failure_queues: Table[str, str]
    """The URL of the queue that learns of a function's failed asynchronous calls, if any."""


def deploy(resources: AwsResources, template: Template, parameters: Table[str, str]) -> Deployment:
    """Make the stack's topics, queues, tables and subscriptions, and resolve the rest."""
    _check(template, parameters)
    made = resources.make(template, parameters, _wanted(template))
    resources.make_tables(template)
    _subscribe(resources, made["subscriptions"].values())
    return Deployment(
        definitions={
            name: _definition(resources, template, name, one)
            for name, one in made["functions"].items()
        },
        routes=tuple(template.routes()),
        schedules=tuple(_schedule(*named) for named in made["schedules"].items()),
        mappings=tuple(_mapping(resources, one) for one in made["mappings"].values()),
        failure_queues={
            one["function"]: queue_url(resources, one["queue"])
            for one in made["failures"].values()
            if one["queue"]
        },
    )


def queue_url(resources: AwsResources, arn: str) -> str:
    """The URL of a queue, from its ARN."""
    url: str = resources.client("sqs").get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]
    return url


def _check(template: Template, parameters: Table[str, str]) -> None:
    """Raise StackError for a value that its parameter does not allow."""
    for name, value in parameters.items():
        pattern = template.parameters.get(name, {}).get("AllowedPattern")
        if pattern and not re.fullmatch(pattern, value):
            raise StackError(f"{value!r} is not what {name} takes ({pattern}): give another value.")


def _wanted(template: Template) -> dict[str, dict[str, Any]]:
    """What is needed of each part, values still as the template writes them."""
    parts = {
        "functions": (_function_parts, "AWS::Lambda::Function"),
        "schedules": (_schedule_parts, "AWS::Scheduler::Schedule"),
        "mappings": (_mapping_parts, "AWS::Lambda::EventSourceMapping"),
        "failures": (_failure_parts, "AWS::Lambda::EventInvokeConfig"),
        "subscriptions": (_subscription_parts, "AWS::SNS::Subscription"),
    }
    return {
        kind: {name: of(template, name, it) for name, it in template.of_type(type_).items()}
        for kind, (of, type_) in parts.items()
    }


def _function_parts(_template: Template, _name: str, it: Properties) -> dict[str, Any]:
    return {
        "handler": it["Handler"],
        "memory": it.get("MemorySize", MEMORY_MB),
        "timeout": it.get("Timeout", TIMEOUT_S),
        "format": it.get("LoggingConfig", {}).get("LogFormat", "Text"),
        "variables": {
            name: value
            for name, value in it.get("Environment", {}).get("Variables", {}).items()
            if name not in SIGN_IN
        },
    }


def _schedule_parts(template: Template, _name: str, it: Properties) -> dict[str, Any]:
    return {
        "function": template.function_of(it["Target"]["Arn"]),
        "expression": it["ScheduleExpression"],
        "input": it["Target"].get("Input"),
    }


def _mapping_parts(template: Template, _name: str, it: Properties) -> dict[str, Any]:
    return {
        "function": template.function_of(it["FunctionName"]),
        "queue": it["EventSourceArn"],
        "batch": it.get("BatchSize", BATCH_SIZE),
        "concurrency": it.get("ScalingConfig", {}).get("MaximumConcurrency", CONCURRENCY),
        "reports": "ReportBatchItemFailures" in it.get("FunctionResponseTypes", []),
    }


def _failure_parts(template: Template, _name: str, it: Properties) -> dict[str, Any]:
    destination = it.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination", "")
    return {"function": template.function_of(it["FunctionName"]), "queue": destination}


def _subscription_parts(template: Template, name: str, it: Properties) -> dict[str, Any]:
    endpoint = template.where_it_holds(name, it["Endpoint"])
    wanted = json.dumps(it.get("FilterPolicy", {}))
    parts = {"topic": it["TopicArn"], "protocol": it["Protocol"], "endpoint": endpoint}
    return parts | {"wanted": wanted}


def _definition(
    resources: AwsResources, template: Template, name: str, one: Table[str, Any]
) -> Definition:
    variables = {key: str(value) for key, value in one["variables"].items()}
    return Definition(
        name=snake(name),
        folder=template.folders[name],
        handler=one["handler"],
        memory_mb=int(one["memory"]),
        timeout_s=int(one["timeout"]),
        variables={**variables, **resources.variables()},
        layers=template.layers,
        log_format=one["format"],
    )


def _schedule(name: str, one: Table[str, Any]) -> Schedule:
    return Schedule(name, one["function"], minutes_between(one["expression"]), one["input"])


def _mapping(resources: AwsResources, one: Table[str, Any]) -> Mapping:
    return Mapping(
        function=one["function"],
        queue_url=queue_url(resources, one["queue"]),
        queue_arn=one["queue"],
        batch_size=int(one["batch"]),
        reports_failures=one["reports"],
        concurrency=int(one["concurrency"]),
    )


def _subscribe(resources: AwsResources, subscriptions: Iterable[Table[str, str]]) -> None:
    """Subscribe everybody whose condition holds; moto's CloudFormation leaves subscriptions out."""
    client = resources.client("sns")
    for one in subscriptions:
        if one["endpoint"]:
            client.subscribe(
                TopicArn=one["topic"],
                Protocol=one["protocol"],
                Endpoint=one["endpoint"],
                Attributes={"FilterPolicy": one["wanted"]},
            )
