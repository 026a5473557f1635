"""What must survive, who is told, and what raises an alarm."""

from typing import Any

import pytest

from tests.stack import functions, resources, translated

TABLES = {
    "MirrorsTable": {"HASH": "kind", "RANGE": "name"},
    "HistoryTable": {"HASH": "mirror", "RANGE": "at"},
}
DEAD_LETTERS = ["SamplesDeadLetters", "ScheduleDeadLetters", "FailedInvocations"]
TWO_WEEKS_S = 14 * 24 * 3600


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
def test_one_dead_letter_is_enough_for_an_alarm_and_is_kept_for_two_weeks(queue: str) -> None:
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
    assert kept_s == TWO_WEEKS_S


def test_silence_of_the_sampler_is_an_alarm() -> None:
    silence = alarm("SamplesMissing")

    assert (silence["Namespace"], silence["MetricName"]) == ("Lockstep", "SamplesTaken")
    assert silence["Dimensions"] == [{"Name": "service", "Value": "lockstep"}]
    assert silence["TreatMissingData"] == "breaching"
    assert silence["ComparisonOperator"] == "LessThanThreshold"
    assert silence["Period"] * silence["EvaluationPeriods"] == 300


def test_an_error_of_any_function_is_an_alarm() -> None:
    watched = {
        dimension["Value"]["Ref"]
        for metric in alarm("FunctionErrors")["Metrics"]
        if "MetricStat" in metric
        for dimension in metric["MetricStat"]["Metric"]["Dimensions"]
    }

    assert watched == set(functions())
    assert len(watched) <= 10, "CloudWatch adds up no more metrics than that"


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
