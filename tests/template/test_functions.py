"""Every function: that it is there, what it runs with, and where it writes."""

from importlib import import_module
from typing import Any

import pytest

from tests.stack import ROOT, functions, resources, snake, translated

FUNCTIONS = functions()
REACHES_KAFKA_OR_CONNECT = {
    "CreateMirror",
    "ChangeMirror",
    "DeleteMirror",
    "RegisterCluster",
    "ReconcileMirrors",
    "SampleLatency",
}
SETTINGS = {
    "MIRRORS_TABLE": {"Ref": "MirrorsTable"},
    "HISTORY_TABLE": {"Ref": "HistoryTable"},
    "ALERTS_TOPIC_ARN": {"Ref": "AlertsTopic"},
    "SAMPLES_QUEUE_URL": {"Ref": "SamplesQueue"},
    "SECRETS_PREFIX": {"Ref": "AWS::StackName"},
    "ACTIVITY_WINDOW_S": {"Ref": "ActivityWindow"},
    "ALLOWED_HOSTS": {"Ref": "AllowedHosts"},
    "METRICS_BY_MIRROR": {"Ref": "MetricsByMirror"},
    "POWERTOOLS_SERVICE_NAME": {"Ref": "AWS::StackName"},
    "POWERTOOLS_METRICS_NAMESPACE": "Lockstep",
    "LOG_LEVEL": "INFO",
}


@pytest.fixture(params=FUNCTIONS)
def name(request: pytest.FixtureRequest) -> str:
    """The logical id of one function."""
    return str(request.param)


@pytest.fixture
def function(name: str) -> dict[str, Any]:
    """Its properties in CloudFormation."""
    properties: dict[str, Any] = resources("AWS::Lambda::Function")[name]["Properties"]
    return properties


def test_every_folder_is_a_function_and_every_function_a_folder() -> None:
    folders = {path.parent.name for path in ROOT.glob("functions/*/app.py")}

    assert folders == set(FUNCTIONS.values())


def test_the_handler_can_be_imported_and_called(name: str, function: dict[str, Any]) -> None:
    module, _, attribute = function["Handler"].partition(".")

    handler = getattr(import_module(f"functions.{FUNCTIONS[name]}.{module}"), attribute)

    assert callable(handler)


def test_it_runs_on_arm_with_the_layer_and_exactly_the_settings(
    name: str, function: dict[str, Any]
) -> None:
    assert function["Runtime"] == "python3.13"
    assert function["Architectures"] == ["arm64"]
    assert function["TracingConfig"] == {"Mode": "Active"}
    variables, layers = function["Environment"]["Variables"], function.get("Layers", [])
    if name == "Console":
        assert (all(one.startswith("CONSOLE_") for one in variables), layers) == (True, [])
        return
    assert variables == SETTINGS
    assert [layer["Ref"][:14] for layer in layers] == ["MirroringLayer"]


def test_it_ends_before_whoever_waits_for_it_gives_up(name: str, function: dict[str, Any]) -> None:
    api_limit_s, minute_s = 30, 60
    called_by_api = any(
        permission["Properties"]["Principal"] == "apigateway.amazonaws.com"
        and permission["Properties"]["FunctionName"] == {"Ref": f"{name}Aliaslive"}
        for permission in resources("AWS::Lambda::Permission").values()
    )

    assert 1 <= function["Timeout"] < (api_limit_s if called_by_api else minute_s)
    assert 256 <= function["MemorySize"] <= 1024


def test_it_logs_json_to_a_group_of_its_own_that_forgets(
    name: str, function: dict[str, Any]
) -> None:
    group = resources("AWS::Logs::LogGroup")[f"{name}Logs"]["Properties"]

    assert function["LoggingConfig"] == {"LogFormat": "JSON", "LogGroup": {"Ref": f"{name}Logs"}}
    assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert group["LogGroupName"] == {"Fn::Sub": f"/aws/lambda/${{AWS::StackName}}/{snake(name)}"}


def test_it_is_in_the_vpc_only_where_it_reaches_kafka_or_connect(
    name: str, function: dict[str, Any]
) -> None:
    vpc = {
        "SubnetIds": {"Ref": "SubnetIds"},
        "SecurityGroupIds": {"Ref": "SecurityGroupIds"},
    }
    expected = {"Fn::If": ["InVpc", vpc, {"Ref": "AWS::NoValue"}]}

    assert function.get("VpcConfig") == (expected if name in REACHES_KAFKA_OR_CONNECT else None)


def test_no_function_reserves_what_an_account_of_ten_may_not_give(
    function: dict[str, Any],
) -> None:
    assert "ReservedConcurrentExecutions" not in function


ANSWERS_PROBLEMS = {
    name
    for name, folder in FUNCTIONS.items()
    if "Api()" in (ROOT / "functions" / folder / "app.py").read_text("utf-8")
}
"""What answers 500 where it would crash, and counts that itself."""


def test_errors_of_the_new_version_alone_roll_it_back(name: str) -> None:
    group = resources("AWS::CodeDeploy::DeploymentGroup")[f"{name}DeploymentGroup"]["Properties"]
    rolls_back = {"Enabled": True, "Alarms": [{"Name": {"Ref": f"{name}NewErrors"}}]}
    watching = resources("AWS::CloudWatch::Alarm")[f"{name}NewErrors"]
    new = resources("AWS::Lambda::Alias")[f"{name}Aliaslive"]["Properties"]["FunctionVersion"]

    assert group["AlarmConfiguration"] == {"Fn::If": ["TakesOverInSteps", rolls_back, {}]}
    assert group["AutoRollbackConfiguration"]["Enabled"] is True
    assert watching["Condition"] == "TakesOverInSteps"
    crashes = {
        "FunctionName": {"Ref": name},
        "Resource": {"Fn::Sub": f"${{{name}}}:live"},
        "ExecutedVersion": new,
    }
    mistakes = {"service": {"Ref": "AWS::StackName"}, "function": {"Ref": name}, "version": new}
    expected = {"AWS/Lambda Errors": crashes}
    if name in ANSWERS_PROBLEMS:
        expected["Lockstep UnexpectedErrors"] = mistakes
    assert watched(watching["Properties"]) == expected


def watched(alarm: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The metrics that an alarm adds up, each with its dimensions."""
    several = [one["MetricStat"]["Metric"] for one in alarm.get("Metrics", ())[1:]]
    return {
        f"{one['Namespace']} {one['MetricName']}": {
            dimension["Name"]: dimension["Value"] for dimension in one["Dimensions"]
        }
        for one in several or [alarm]
    }


def test_no_alarm_of_an_older_version_can_stop_a_fix(name: str) -> None:
    """CloudWatch keeps the state of an alarm that changes: only one of a new name begins anew."""
    alarms = resources("AWS::CloudWatch::Alarm")
    version = resources("AWS::Lambda::Alias")[f"{name}Aliaslive"]["Properties"]["FunctionVersion"]

    (stopping,) = stoppers(name)

    assert f"${{{version['Fn::GetAtt'][0]}.Version}}" in str(alarms[stopping]["Properties"])
    assert "${AWS::StackName}" in alarms[stopping]["Properties"]["AlarmName"]["Fn::Sub"]


def stoppers(name: str) -> list[str]:
    """The alarms that stop a deployment of this function."""
    group = resources("AWS::CodeDeploy::DeploymentGroup")[f"{name}DeploymentGroup"]["Properties"]
    _, in_steps, _ = group["AlarmConfiguration"]["Fn::If"]
    return [one["Name"]["Ref"] for one in in_steps["Alarms"]]


def test_a_changed_layer_is_a_new_version_of_every_function() -> None:
    before, after = (
        {name for name, one in stack["Resources"].items() if one["Type"] == "AWS::Lambda::Version"}
        for stack in (translated(layer="s3://packaged/old"), translated(layer="s3://packaged/new"))
    )

    assert len(before) == len(after) == len(FUNCTIONS)
    assert {name.partition("Version")[0] for name in before & after} == {"Console"}
