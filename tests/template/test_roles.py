"""Who may do what: the reviewed table of every grant, and that no role holds more."""

import json
import re
from collections import defaultdict
from typing import Any

import pytest

from tests.stack import functions, resources, translated

MANAGED = "arn:${AWS::Partition}:iam::aws:policy/"
X_RAY = {"Fn::Sub": f"{MANAGED}AWSXRayDaemonWriteAccess"}
INTERFACES = {
    "Fn::If": [
        "InVpc",
        {"Fn::Sub": f"{MANAGED}service-role/AWSLambdaENIManagementAccess"},
        {"Ref": "AWS::NoValue"},
    ]
}
KAFKA = {"Fn::If": ["HasKafkaPolicy", {"Ref": "KafkaPolicyArn"}, {"Ref": "AWS::NoValue"}]}
SECRET = (
    "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:"
    "secret:${AWS::StackName}/"
)
Grants = dict[str, set[str]]

# One line for each resource a function touches, actions without their service's name.
REVIEWED: dict[str, dict[str, str]] = {
    "CreateMirror": {
        "MirrorsTable": (
            "BatchGetItem ConditionCheckItem DeleteItem GetItem PutItem Query UpdateItem"
        ),
        "HistoryTable": "PutItem",
        "secret cluster/*": "GetSecretValue",
        "secret connect-cluster/*": "GetSecretValue",
        "secret mirror/*": "CreateSecret DeleteSecret GetSecretValue PutSecretValue",
    },
    "ChangeMirror": {
        "MirrorsTable": "BatchGetItem GetItem PutItem Query UpdateItem",
        "HistoryTable": "PutItem",
        "secret cluster/*": "GetSecretValue",
        "secret connect-cluster/*": "GetSecretValue",
        "secret mirror/*": "GetSecretValue",
    },
    "DeleteMirror": {
        "MirrorsTable": "BatchGetItem DeleteItem GetItem PutItem Query UpdateItem",
        "HistoryTable": "PutItem",
        "secret cluster/*": "GetSecretValue",
        "secret connect-cluster/*": "GetSecretValue",
        "secret mirror/*": "DeleteSecret",
    },
    "UpdateLatency": {
        "MirrorsTable": "BatchGetItem GetItem PutItem",
        "HistoryTable": "PutItem",
    },
    "ReadMirrors": {
        "MirrorsTable": "BatchGetItem GetItem Query",
        "MirrorsTable/index/uses": "Query",
        "HistoryTable": "Query",
    },
    "RegisterCluster": {
        "MirrorsTable": (
            "BatchGetItem ConditionCheckItem DeleteItem GetItem PutItem Query UpdateItem"
        ),
        "MirrorsTable/index/uses": "Query",
        "HistoryTable": "PutItem",
        "secret cluster/*": "CreateSecret DeleteSecret GetSecretValue PutSecretValue",
        "secret connect-cluster/*": "CreateSecret DeleteSecret GetSecretValue PutSecretValue",
    },
    "ReconcileMirrors": {
        "MirrorsTable": "BatchGetItem DeleteItem GetItem PutItem Query UpdateItem",
        "HistoryTable": "PutItem",
        "secret cluster/*": "DeleteSecret GetSecretValue",
        "secret connect-cluster/*": "DeleteSecret GetSecretValue",
        "secret mirror/*": "DeleteSecret GetSecretValue",
        "FailedInvocations": "SendMessage",
    },
    "DispatchSamples": {
        "MirrorsTable": "Query",
        "SamplesQueue": "SendMessage",
        "FailedInvocations": "SendMessage",
    },
    "SampleLatency": {
        "MirrorsTable": "BatchGetItem ConditionCheckItem GetItem PutItem",
        "HistoryTable": "PutItem Query",
        "secret cluster/*": "GetSecretValue",
        "secret connect-cluster/*": "GetSecretValue",
        "secret mirror/*": "GetSecretValue",
        "SamplesQueue": "DeleteMessage GetQueueAttributes ReceiveMessage",
    },
    "Console": {},
    "PublishAlerts": {
        "HistoryTable/index/unsent": "Query",
        "HistoryTable": "UpdateItem",
        "MirrorsTable": "BatchGetItem Query PutItem",
        "AlertsTopic": "Publish",
        "FailedInvocations": "SendMessage",
    },
}


def place(resource: Any) -> str:
    """A resource in short: `MirrorsTable`, `HistoryTable/index/unsent`, `secret mirror/*`."""
    match resource:
        case {"Fn::GetAtt": [name, "Arn"]} | {"Ref": name}:
            return str(name)
        case {"Fn::Sub": str(text)} if text.startswith(SECRET):
            return f"secret {text.removeprefix(SECRET)}"
        case {"Fn::Sub": str(text)}:
            return re.sub(r"^\$\{(\w+)\.Arn\}", r"\1", text)
    raise AssertionError(f"a resource that this test cannot name: {resource}")


def listed(value: Any) -> list[Any]:
    """IAM takes one or a list."""
    return value if isinstance(value, list) else [value]


def statements(role: str) -> list[dict[str, Any]]:
    """Every statement of a role's own policies."""
    policies = resources("AWS::IAM::Role")[role]["Properties"].get("Policies", [])
    return [one for policy in policies for one in listed(policy["PolicyDocument"]["Statement"])]


def granted(role: str) -> Grants:
    """What a role may do, by resource."""
    found: Grants = defaultdict(set)
    for statement in statements(role):
        assert statement["Effect"] == "Allow"
        for resource in listed(statement["Resource"]):
            found[place(resource)] |= set(listed(statement["Action"]))
    return dict(found)


def reviewed(function: str) -> Grants:
    """The table's lines of a function, with what each writes: its own log."""
    lines = {where: set(actions.split()) for where, actions in REVIEWED[function].items()}
    own_log = {"logs:CreateLogStream", "logs:PutLogEvents"}
    return {
        where: {f"{service(where)}:{action}" for action in actions}
        for where, actions in lines.items()
    } | {f"{function}Logs": own_log}


def service(where: str) -> str:
    """The service whose actions a line of the table names."""
    if where.startswith("secret "):
        return "secretsmanager"
    if where.endswith("Topic"):
        return "sns"
    return "dynamodb" if "Table" in where else "sqs"


@pytest.mark.parametrize("function", functions())
def test_a_function_may_do_exactly_what_was_reviewed(function: str) -> None:
    assert granted(f"{function}Role") == reviewed(function)


@pytest.mark.parametrize("function", functions())
def test_a_function_has_a_role_that_only_it_can_take(function: str) -> None:
    deployed = resources("AWS::Lambda::Function")
    role = resources("AWS::IAM::Role")[f"{function}Role"]["Properties"]
    trust = listed(role["AssumeRolePolicyDocument"]["Statement"])

    assert deployed[function]["Properties"]["Role"] == {"Fn::GetAtt": [f"{function}Role", "Arn"]}
    assert [one["Principal"] for one in trust] == [{"Service": "lambda.amazonaws.com"}]


@pytest.mark.parametrize("function", functions())
def test_managed_policies_are_what_knows_no_resource_and_what_kafka_was_given(
    function: str,
) -> None:
    role = resources("AWS::IAM::Role")[f"{function}Role"]["Properties"]
    reaches_kafka = "VpcConfig" in resources("AWS::Lambda::Function")[function]["Properties"]

    assert role["ManagedPolicyArns"] == ([X_RAY, INTERFACES, KAFKA] if reaches_kafka else [X_RAY])


def test_the_outputs_name_every_role_that_reaches_kafka() -> None:
    _, named = translated()["Outputs"]["KafkaRoleArns"]["Value"]["Fn::Join"]
    holding = {
        name
        for name, role in resources("AWS::IAM::Role").items()
        if KAFKA in role["Properties"].get("ManagedPolicyArns", [])
    }

    assert {one["Fn::GetAtt"][0] for one in named} == holding
    assert translated()["Parameters"]["KafkaPolicyArn"]["Default"] == ""


def test_no_role_of_the_stack_names_every_resource_or_every_action() -> None:
    for role in resources("AWS::IAM::Role"):
        for statement in statements(role):
            assert "*" not in listed(statement["Resource"]), role
            assert "NotResource" not in statement and "NotAction" not in statement, role
            assert not any("*" in action for action in listed(statement["Action"])), role


def test_nothing_but_sam_s_own_helpers_has_another_role() -> None:
    own = {f"{function}Role" for function in functions()}
    schedulers = {f"{name}Role" for name in resources("AWS::Scheduler::Schedule")}

    assert set(resources("AWS::IAM::Role")) == own | schedulers | {"CodeDeployServiceRole"}


def test_only_the_api_and_the_right_schedule_may_start_a_function() -> None:
    for name, permission in resources("AWS::Lambda::Permission").items():
        assert permission["Properties"]["Principal"] == "apigateway.amazonaws.com", name
        assert "ApiId" in json.dumps(permission["Properties"]["SourceArn"]), name
    for name, schedule in resources("AWS::Scheduler::Schedule").items():
        target = schedule["Properties"]["Target"]
        assert granted(f"{name}Role") == {
            place(target["Arn"]): {"lambda:InvokeFunction"},
            "ScheduleDeadLetters": {"sqs:SendMessage"},
        }
