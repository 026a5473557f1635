"""What must survive, who is told, and what raises an alarm."""

from typing import Any

import pytest

from tests.stack import functions, resources, translated

TABLES = {
    "MirrorsTable": {"HASH": "kind", "RANGE": "name"},
    "HistoryTable": {"HASH": "mirror", "RANGE": "at"},
}
HOUR_S, DAY_S = 3_600, 86_400
# How long a dead letter, and so its alarm, lasts: a failed sample is outdated by the next one.
DEAD_LETTERS = {
    "SamplesDeadLetters": HOUR_S,
    "ScheduleDeadLetters": DAY_S,
    "FailedInvocations": DAY_S,
}


def keys(schema: list[dict[str, str]]) -> dict[str, str]:
    """A DynamoDB key schema as type → attribute."""
    return {key["KeyType"]: key["AttributeName"] for key in schema}


def alarm(name: str) -> dict[str, Any]:
    """One alarm's properties."""
    properties: dict[str, Any] = resources("AWS::CloudWatch::Alarm")[name]["Properties"]
    return properties


@pytest.mark.parametrize("name", TABLES)
def test_a_table_outlives_the_stack_and_can_be_put_back_to_any_second(name: str) -> None:
    table = resources("AWS::DynamoDB::Table")[name]
    properties = table["Properties"]

    assert table["DeletionPolicy"] == table["UpdateReplacePolicy"] == "Retain"
    assert properties["DeletionProtectionEnabled"] is True
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert properties["TimeToLiveSpecification"] == {
        "AttributeName": "expires_at",
        "Enabled": True,
    }
    assert keys(properties["KeySchema"]) == TABLES[name]


def test_unsent_changes_are_found_by_a_sparse_index() -> None:
    history = resources("AWS::DynamoDB::Table")["HistoryTable"]["Properties"]

    (index,) = history["GlobalSecondaryIndexes"]

    assert index["IndexName"] == "unsent"
    assert keys(index["KeySchema"]) == {"HASH": "unsent", "RANGE": "at"}
    assert index["Projection"] == {"ProjectionType": "ALL"}


def test_there_are_no_other_tables() -> None:
    assert set(resources("AWS::DynamoDB::Table")) == set(TABLES)


@pytest.mark.parametrize(
    ("protocol", "parameter"), [("email", "AlertEmail"), ("sms", "AlertPhone")]
)
def test_a_subscription_is_made_only_for_an_address_that_is_given(
    protocol: str, parameter: str
) -> None:
    (subscription,) = (
        one
        for one in resources("AWS::SNS::Subscription").values()
        if one["Properties"]["Protocol"] == protocol
    )

    assert subscription["Properties"]["Endpoint"] == {"Ref": parameter}
    assert translated()["Conditions"][subscription["Condition"]] == {
        "Fn::Not": [{"Fn::Equals": [{"Ref": parameter}, ""]}]
    }
    assert translated()["Parameters"][parameter]["Default"] == ""


def test_the_topic_can_reach_people_and_alarms_can_reach_the_topic() -> None:
    topic = resources("AWS::SNS::Topic")["AlertsTopic"]["Properties"]

    assert not topic.get("FifoTopic"), "FIFO topics reach neither e-mail nor SMS"
    assert "KmsMasterKeyId" not in topic, "CloudWatch may not use alias/aws/sns"


def test_every_alarm_tells_people_when_it_comes_and_when_it_goes() -> None:
    for name in resources("AWS::CloudWatch::Alarm"):
        assert alarm(name)["AlarmActions"] == [{"Ref": "AlertsTopic"}], name
        assert alarm(name)["OKActions"] == [{"Ref": "AlertsTopic"}], name
        assert alarm(name)["AlarmDescription"], name


@pytest.mark.parametrize("queue", DEAD_LETTERS)
def test_one_dead_letter_is_enough_for_an_alarm_that_ends_while_it_still_means_something(
    queue: str,
) -> None:
    dimension = [{"Name": "QueueName", "Value": {"Fn::GetAtt": [queue, "QueueName"]}}]
    (watching,) = (
        one["Properties"]
        for one in resources("AWS::CloudWatch::Alarm").values()
        if one["Properties"].get("Dimensions") == dimension
    )

    assert watching["MetricName"] == "ApproximateNumberOfMessagesVisible"
    assert watching["ComparisonOperator"] == "GreaterThanThreshold"
    assert watching["Threshold"] == 0
    kept_s = resources("AWS::SQS::Queue")[queue]["Properties"]["MessageRetentionPeriod"]
    assert kept_s == DEAD_LETTERS[queue]


def test_every_dead_letter_queue_is_known_and_can_be_purged_by_an_output() -> None:
    redriven = {
        one["Properties"]["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        for one in resources("AWS::SQS::Queue").values()
        if "RedrivePolicy" in one["Properties"]
    }
    _, urls = translated()["Outputs"]["DeadLetterQueueUrls"]["Value"]["Fn::Join"]

    assert redriven <= set(DEAD_LETTERS)
    assert [one["Ref"] for one in urls] == list(DEAD_LETTERS)


def test_silence_of_the_sampler_is_an_alarm() -> None:
    silence = alarm("SamplesMissing")

    assert (silence["Namespace"], silence["MetricName"]) == ("Lockstep", "SamplesTaken")
    assert silence["Dimensions"] == [{"Name": "service", "Value": {"Ref": "AWS::StackName"}}]
    assert silence["TreatMissingData"] == "breaching"
    assert silence["ComparisonOperator"] == "LessThanThreshold"
    assert silence["Period"] * silence["EvaluationPeriods"] == 300


@pytest.mark.parametrize(
    ("name", "metric"), [("FunctionErrors", "Errors"), ("FunctionsThrottled", "Throttles")]
)
def test_an_error_or_a_refused_start_of_any_function_is_an_alarm(name: str, metric: str) -> None:
    watched = [one["MetricStat"]["Metric"] for one in alarm(name)["Metrics"] if "MetricStat" in one]

    assert {one["MetricName"] for one in watched} == {metric}
    # Ten is all that one alarm adds up; of the console API Gateway's 5xx tell (ApiErrors).
    assert {one["Dimensions"][0]["Value"]["Ref"] for one in watched} == {*functions()} - {"Console"}
    assert len(watched) <= 10, "CloudWatch adds up no more metrics than that"


def test_no_alarm_hears_of_another_stack_in_the_account() -> None:
    """Each names this stack, or something that CloudFormation makes for it alone."""
    for name in resources("AWS::CloudWatch::Alarm"):
        for metric in metrics_of(alarm(name)):
            for dimension in metric["Dimensions"]:
                assert isinstance(dimension["Value"], dict), f"{name} {dimension}"


def metrics_of(properties: dict[str, Any]) -> list[dict[str, Any]]:
    """The metrics that an alarm watches, one or a sum."""
    if "Metrics" not in properties:
        return [properties]
    return [one["MetricStat"]["Metric"] for one in properties["Metrics"] if "MetricStat" in one]


def test_series_and_metrics_that_cost_by_mirror_or_route_are_off_unless_asked_for() -> None:
    (stage,) = resources("AWS::ApiGatewayV2::Stage").values()
    by_mirror = translated()["Parameters"]["MetricsByMirror"]

    assert not stage["Properties"]["DefaultRouteSettings"].get("DetailedMetricsEnabled")
    assert by_mirror["Default"] == "false"
    assert "$0.60" in by_mirror["Description"], "it says what it costs"


@pytest.mark.parametrize(
    ("name", "namespace", "metric", "dimension"),
    [
        ("ApiErrors", "AWS/ApiGateway", "5xx", ("ApiId", {"Ref": "Api"})),
        (
            "AlertsUndelivered",
            "AWS/SNS",
            "NumberOfNotificationsFailed",
            ("TopicName", {"Fn::GetAtt": ["AlertsTopic", "TopicName"]}),
        ),
    ],
)
def test_what_callers_and_recipients_would_miss_is_an_alarm(
    name: str, namespace: str, metric: str, dimension: tuple[str, dict[str, Any]]
) -> None:
    watching = alarm(name)

    assert (watching["Namespace"], watching["MetricName"]) == (namespace, metric)
    assert watching["Dimensions"] == [{"Name": dimension[0], "Value": dimension[1]}]


def test_every_log_forgets() -> None:
    for name, group in resources("AWS::Logs::LogGroup").items():
        assert group["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}, name


def test_every_queue_is_encrypted() -> None:
    for name, queue in resources("AWS::SQS::Queue").items():
        assert queue["Properties"]["SqsManagedSseEnabled"] is True, name


def test_samples_that_wait_in_their_queue_are_an_alarm() -> None:
    late = alarm("SamplesLate")

    assert (late["Namespace"], late["MetricName"]) == ("AWS/SQS", "ApproximateAgeOfOldestMessage")
    assert late["Dimensions"] == [
        {"Name": "QueueName", "Value": {"Fn::GetAtt": ["SamplesQueue", "QueueName"]}}
    ]
    assert 90 < late["Threshold"] < 300
    assert late["TreatMissingData"] == "notBreaching"
