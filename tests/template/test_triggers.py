"""What starts a function: routes with their scopes, schedules, the queue."""

import json
import re
from typing import Any

import pytest
from aws_lambda_powertools.logging.lambda_context import LambdaContextModel

from tests.stack import resources, translated

Routes = dict[str, tuple[str, list[dict[str, list[str]]]]]
READ, WRITE = "mirrors/read", "mirrors/write"
ROUTES = {
    "GET /mirrors": ("ReadMirrors", READ),
    "GET /mirrors/summary": ("ReadMirrors", READ),
    "GET /mirrors/{name}/topics": ("ReadMirrors", READ),
    "GET /mirrors/{name}/topics/{topic}": ("ReadMirrors", READ),
    "GET /mirrors/{name}": ("ReadMirrors", READ),
    "GET /mirrors/{name}/latency": ("ReadMirrors", READ),
    "GET /mirrors/{name}/changes": ("ReadMirrors", READ),
    "GET /clusters": ("ReadMirrors", READ),
    "GET /clusters/{name}": ("ReadMirrors", READ),
    "GET /connect-clusters": ("ReadMirrors", READ),
    "GET /connect-clusters/{name}": ("ReadMirrors", READ),
    "POST /mirrors": ("CreateMirror", WRITE),
    "POST /mirrors/preview": ("CreateMirror", WRITE),
    "PATCH /mirrors/{name}": ("ChangeMirror", WRITE),
    "POST /mirrors/{name}/pause": ("ChangeMirror", WRITE),
    "POST /mirrors/{name}/resume": ("ChangeMirror", WRITE),
    "POST /mirrors/{name}/stop": ("ChangeMirror", WRITE),
    "POST /mirrors/{name}/restart": ("ChangeMirror", WRITE),
    "POST /mirrors/{name}/acknowledge": ("ChangeMirror", WRITE),
    "DELETE /mirrors/{name}": ("DeleteMirror", WRITE),
    "PUT /mirrors/{name}/target-latency": ("UpdateLatency", WRITE),
    "PUT /clusters/{name}": ("RegisterCluster", WRITE),
    "DELETE /clusters/{name}": ("RegisterCluster", WRITE),
    "PUT /connect-clusters/{name}": ("RegisterCluster", WRITE),
    "DELETE /connect-clusters/{name}": ("RegisterCluster", WRITE),
}
# The console's: what they show is no secret, and its calls bring a token of their own.
PUBLIC = {
    "GET /": "Console",
    "GET /console/": "Console",
    "GET /console/{proxy+}": "Console",
}
# Where the caller names a host, or Kafka is asked before there is an answer.
WAITS_FOR_KAFKA = {
    "POST /mirrors",
    "POST /mirrors/preview",
    "PATCH /mirrors/{name}",
    "PUT /clusters/{name}",
    "PUT /connect-clusters/{name}",
}
SCHEDULED = ["ReconcileMirrors", "DispatchSamples", "PublishAlerts"]
# EventBridge Scheduler: the unit is singular with 1 and plural with more; no linter says so.
RATE = re.compile(r"rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))\)")


def routes() -> Routes:
    """The function and the security of every route of the API's OpenAPI body."""
    paths: dict[str, dict[str, Any]] = resources("AWS::ApiGatewayV2::Api")["Api"]["Properties"][
        "Body"
    ]["paths"]
    return {
        f"{method.upper()} {path}": (target(operation), operation.get("security", []))
        for path, methods in paths.items()
        for method, operation in methods.items()
    }


def target(operation: dict[str, Any]) -> str:
    """The function behind one operation."""
    uri = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
    return re.sub(r".*\$\{(\w+)Aliaslive\}/invocations", r"\1", uri)


def test_every_route_of_the_contract_is_there_with_its_scope_and_nothing_else_but_the_default() -> (
    None
):
    expected = {
        route: (function, [{"Tokens": [scope]}]) for route, (function, scope) in ROUTES.items()
    }
    # It takes every path that no other does, encoded and doubled ones too: a token before it also.
    default: Routes = {
        "X-AMAZON-APIGATEWAY-ANY-METHOD /$default": ("ReadMirrors", [{"Tokens": []}])
    }

    public: Routes = {route: (function, []) for route, function in PUBLIC.items()}

    assert routes() == expected | default | public


def test_tokens_are_checked_against_the_given_issuer_or_the_pool_that_is_made() -> None:
    body = resources("AWS::ApiGatewayV2::Api")["Api"]["Properties"]["Body"]

    tokens = body["components"]["securitySchemes"]["Tokens"]["x-amazon-apigateway-authorizer"]

    pool = {"Fn::Sub": "https://cognito-idp.${AWS::Region}.${AWS::URLSuffix}/${UserPool}"}
    assert tokens["type"] == "jwt"
    assert tokens["identitySource"] == "$request.header.Authorization"
    console = {"Fn::If": ["MakesConsoleClient", {"Ref": "ConsoleClient"}, {"Ref": "AWS::NoValue"}]}
    clients = [{"Ref": "MachineClient"}, {"Ref": "ReaderClient"}, console]
    assert tokens["jwtConfiguration"] == {
        "issuer": {"Fn::If": ["MakesUserPool", pool, {"Ref": "JwtIssuer"}]},
        "audience": {"Fn::If": ["MakesUserPool", clients, [{"Ref": "JwtAudience"}]]},
    }


def test_one_machine_client_may_write_and_another_only_read() -> None:
    clients = {
        name: one["Properties"]["AllowedOAuthScopes"]
        for name, one in resources("AWS::Cognito::UserPoolClient").items()
        if name != "ConsoleClient"
    }
    read, write = ({"Fn::Sub": f"${{Scopes}}/{scope}"} for scope in ("read", "write"))

    assert clients == {"MachineClient": [read, write], "ReaderClient": [read]}


def test_people_sign_in_to_the_console_by_a_client_without_a_secret_once_its_address_is_known() -> (
    None
):
    client = resources("AWS::Cognito::UserPoolClient")["ConsoleClient"]
    made = {"Fn::And": [{"Condition": "MakesUserPool"}, ANY_URL]}

    assert client["Condition"] == "MakesConsoleClient"
    assert translated()["Conditions"]["MakesConsoleClient"] == made
    assert client["Properties"]["GenerateSecret"] is False
    assert client["Properties"]["AllowedOAuthFlows"] == ["code"]
    assert client["Properties"]["CallbackURLs"] == [{"Fn::Sub": "${ConsoleUrl}/console/callback"}]


def test_people_sign_out_at_the_pool_too_and_come_back_to_where_its_client_lets_them() -> None:
    client = resources("AWS::Cognito::UserPoolClient")["ConsoleClient"]["Properties"]
    variables = resources("AWS::Lambda::Function")["Console"]["Properties"]["Environment"]
    condition, form, without = variables["Variables"]["CONSOLE_SIGN_OUT_URL"]["Fn::If"]
    (back,) = client["LogoutURLs"]

    assert (condition, without) == ("MakesConsoleClient", "")
    assert form["Fn::Sub"].endswith(
        f"/logout?client_id=${{ConsoleClient}}&logout_uri={back['Fn::Sub']}"
    )


ANY_URL = {"Fn::Not": [{"Fn::Equals": [{"Ref": "ConsoleUrl"}, ""]}]}


def test_the_pool_that_is_made_knows_exactly_the_scopes_of_the_routes() -> None:
    server = resources("AWS::Cognito::UserPoolResourceServer")["Scopes"]["Properties"]
    scopes = {f"{server['Identifier']}/{scope['ScopeName']}" for scope in server["Scopes"]}

    assert scopes == {scope for _, scope in ROUTES.values()}


def test_the_stage_is_throttled_and_logs_who_asked_for_what() -> None:
    (stage,) = resources("AWS::ApiGatewayV2::Stage").values()
    settings = stage["Properties"]

    assert settings["DefaultRouteSettings"]["ThrottlingRateLimit"] > 0
    assert settings["DefaultRouteSettings"]["ThrottlingBurstLimit"] > 0
    assert settings["AccessLogSettings"]["DestinationArn"] == {"Fn::GetAtt": ["ApiLogs", "Arn"]}
    assert "$context.authorizer.claims.sub" in settings["AccessLogSettings"]["Format"]
    assert "authorization" not in settings["AccessLogSettings"]["Format"].lower()


def test_the_access_log_names_a_request_as_the_function_s_own_log_does() -> None:
    (stage,) = resources("AWS::ApiGatewayV2::Stage").values()
    said = json.loads(stage["Properties"]["AccessLogSettings"]["Format"])

    assert said["function_request_id"] == "$context.integration.requestId"
    assert "function_request_id" in vars(LambdaContextModel())


def test_what_waits_for_a_host_that_may_be_dead_is_throttled_more() -> None:
    (stage,) = resources("AWS::ApiGatewayV2::Stage").values()
    throttled = stage["Properties"]["RouteSettings"]

    assert set(throttled) <= set(ROUTES), (
        "API Gateway refuses settings of a route that is not there"
    )
    assert set(throttled) == WAITS_FOR_KAFKA
    assert {one["ThrottlingRateLimit"] for one in throttled.values()} == {2}


def test_exactly_these_functions_are_scheduled() -> None:
    schedules = resources("AWS::Scheduler::Schedule")

    assert set(schedules) == {f"{name}EveryMinute" for name in SCHEDULED}


@pytest.mark.parametrize("name", SCHEDULED)
def test_a_tick_is_never_repeated_and_never_lost_from_sight(name: str) -> None:
    schedule = resources("AWS::Scheduler::Schedule")[f"{name}EveryMinute"]["Properties"]
    invocation = resources("AWS::Lambda::EventInvokeConfig")[f"{name}EventInvokeConfig"][
        "Properties"
    ]

    assert RATE.fullmatch(schedule["ScheduleExpression"])
    assert "Name" not in schedule, "two stacks in one account would clash"
    assert schedule["Target"]["Arn"] == {"Ref": f"{name}Aliaslive"}
    assert schedule["Target"]["RetryPolicy"]["MaximumRetryAttempts"] == 0
    assert schedule["Target"]["DeadLetterConfig"] == arn("ScheduleDeadLetters", key="Arn")
    assert invocation["MaximumRetryAttempts"] == 0
    assert invocation["DestinationConfig"]["OnFailure"] == arn("FailedInvocations", "Destination")


def arn(queue: str, key: str) -> dict[str, Any]:
    """A reference to a queue's ARN under the key that its reader names it by."""
    return {key: {"Fn::GetAtt": [queue, "Arn"]}}


@pytest.mark.parametrize(
    ("expression", "valid"),
    [
        ("rate(1 minute)", True),
        ("rate(5 minutes)", True),
        ("rate(1 minutes)", False),
        ("rate(5 minute)", False),
        ("rate(0 minutes)", False),
        ("every minute", False),
    ],
)
def test_the_schedule_grammar_is_that_of_the_scheduler(expression: str, valid: bool) -> None:
    assert bool(RATE.fullmatch(expression)) is valid


def test_a_failed_sample_fails_alone_and_ends_in_the_dead_letters_before_it_expires() -> None:
    (mapping,) = resources("AWS::Lambda::EventSourceMapping").values()
    queue = resources("AWS::SQS::Queue")["SamplesQueue"]["Properties"]
    timeout_s = resources("AWS::Lambda::Function")["SampleLatency"]["Properties"]["Timeout"]
    redrive = queue["RedrivePolicy"]

    assert mapping["Properties"]["FunctionName"] == {"Ref": "SampleLatencyAliaslive"}
    assert mapping["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["Properties"]["ScalingConfig"] == {
        "MaximumConcurrency": {"Ref": "SamplerConcurrency"}
    }
    assert queue["VisibilityTimeout"] >= 6 * timeout_s
    assert redrive["deadLetterTargetArn"] == {"Fn::GetAtt": ["SamplesDeadLetters", "Arn"]}
    assert (
        queue["VisibilityTimeout"] * redrive["maxReceiveCount"]
        < queue["MessageRetentionPeriod"]
        <= 300
    )


def test_the_sampler_leaves_half_of_a_new_account_s_ten_functions_to_the_rest() -> None:
    limit = translated()["Parameters"]["SamplerConcurrency"]

    assert limit["Default"] == 5
    assert limit["MinValue"] == 2, "Lambda takes no less"
