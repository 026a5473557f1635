"""A mirror as connector configurations, and what of them may be shown."""

from datetime import UTC, datetime
from typing import Any

import pytest
from mirroring.kafka_connect.mirror_maker import configurations
from mirroring.mirror import Mirror, Source, StartFrom
from mirroring.redaction import is_secret, placeholders, redacted, scrubbed

MM2 = "org.apache.kafka.connect.mirror"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
JAAS = 'org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="p";'
SOURCE = {"bootstrap.servers": "eu-1:9092,eu-2:9092"}
TARGET = {"bootstrap.servers": "us-1:9092"}


def mirror(**changes: Any) -> Mirror:
    """A mirror of eu-core in us-core."""
    return Mirror(
        name="eu.us-core.k3x9q",
        connect_cluster="us-connect",
        source=Source(alias="eu", managed="eu-core", cluster_id="eu-id"),
        target_cluster="us-core",
        target_cluster_id="us-id",
        max_tasks=3,
        created_at=NOW,
        updated_at=NOW,
    ).model_copy(update=changes)


def source_connector(source: dict[str, str] = SOURCE, **changes: Any) -> dict[str, str]:
    """The source connector's configuration."""
    return configurations(mirror(**changes), source, TARGET)["eu.us-core.k3x9q.source"]


def checkpoint_connector(source: dict[str, str] = SOURCE, **changes: Any) -> dict[str, str]:
    """The checkpoint connector's configuration."""
    return configurations(mirror(**changes), source, TARGET)["eu.us-core.k3x9q.checkpoint"]


def test_a_mirror_is_two_connectors() -> None:
    wanted = {"eu.us-core.k3x9q.source", "eu.us-core.k3x9q.checkpoint"}
    assert set(configurations(mirror(), SOURCE, TARGET)) == wanted


def test_the_source_connector_is_the_baseline() -> None:
    config = source_connector(topics_regex=r"orders\..*")
    excluded = config.pop("topics.exclude").split(",")
    assert {r"mm2.*\.internal", r".*\.replica", "__.*"} <= set(excluded)
    assert config == {
        "connector.class": f"{MM2}.MirrorSourceConnector",
        "tasks.max": "3",
        "source.cluster.alias": "eu",
        "target.cluster.alias": "us-core",
        "source.cluster.bootstrap.servers": "eu-1:9092,eu-2:9092",
        "target.cluster.bootstrap.servers": "us-1:9092",
        "topics": r"orders\..*",
        "replication.policy.class": f"{MM2}.DefaultReplicationPolicy",
        "replication.factor": "-1",
        "offset-syncs.topic.location": "target",
        "offset-syncs.topic.replication.factor": "-1",
        "sync.topic.acls.enabled": "false",
        "refresh.topics.interval.seconds": "60",
        "heartbeats.replication.enabled": "false",
        "source.consumer.auto.offset.reset": "earliest",
        "errors.tolerance": "none",
        "key.converter": "org.apache.kafka.connect.converters.ByteArrayConverter",
        "value.converter": "org.apache.kafka.connect.converters.ByteArrayConverter",
        "header.converter": "org.apache.kafka.connect.converters.ByteArrayConverter",
    }


def test_the_checkpoint_connector_says_alike_what_must_be_alike() -> None:
    source, checkpoint = source_connector(), checkpoint_connector()
    assert checkpoint["connector.class"] == f"{MM2}.MirrorCheckpointConnector"
    assert checkpoint["checkpoints.topic.replication.factor"] == "-1"
    for key in ("topics", "topics.exclude", "replication.policy.class"):
        assert checkpoint[key] == source[key]
    for key in ("source.cluster.alias", "target.cluster.alias", "offset-syncs.topic.location"):
        assert checkpoint[key] == source[key]


@pytest.mark.parametrize(
    ("change", "key", "value"),
    [
        ({"rename_mirrored_topics": False}, "replication.policy.class", "Identity"),
        ({"start_from": StartFrom.LATEST}, "source.consumer.auto.offset.reset", "latest"),
        ({"max_tasks": 9}, "tasks.max", "9"),
        ({"topics_exclude": (r"a\.tmp", "b.*")}, "topics.exclude", r",a\.tmp,b.*"),
    ],
)
def test_a_wish_is_a_property_of_the_source_connector(
    change: dict[str, Any], key: str, value: str
) -> None:
    assert value in source_connector(**change)[key]


@pytest.mark.parametrize(("wish", "value"), [(True, "true"), (False, "false")])
def test_group_offsets_are_synced_when_wished(wish: bool, value: str) -> None:
    config = checkpoint_connector(sync_group_offsets=wish, groups_regex="app-.*")
    assert config["sync.group.offsets.enabled"] == value
    assert config["groups"] == "app-.*"
    assert config["groups.exclude"] == "console-consumer-.*,connect-.*,__.*"


def test_security_goes_behind_the_clusters_prefix() -> None:
    config = source_connector({**SOURCE, "security.protocol": "SASL_SSL", "sasl.jaas.config": JAAS})
    assert config["source.cluster.security.protocol"] == "SASL_SSL"
    assert config["source.cluster.sasl.jaas.config"] == JAAS
    assert "target.cluster.security.protocol" not in config


@pytest.mark.parametrize(
    "properties",
    [
        {
            "security.protocol": "SASL_SSL",
            "sasl.mechanism": "AWS_MSK_IAM",
            "sasl.jaas.config": "software.amazon.msk.auth.iam.IAMLoginModule required;",
            "sasl.client.callback.handler.class": "software.amazon.msk.auth.iam."
            "IAMClientCallbackHandler",
        },
        {
            "security.protocol": "SASL_SSL",
            "sasl.mechanism": "OAUTHBEARER",
            "sasl.oauthbearer.token.endpoint.url": "https://idp.example/token",
            "sasl.oauthbearer.client.credentials.client.id": "me",
            "sasl.oauthbearer.client.credentials.client.secret": "s",
            "sasl.login.callback.handler.class": "org.apache.kafka.common.security.oauthbearer."
            "OAuthBearerLoginCallbackHandler",
        },
    ],
    ids=["AWS_MSK_IAM", "OAUTHBEARER"],
)
def test_both_connectors_get_every_word_of_a_cloud_login(properties: dict[str, str]) -> None:
    wanted = {f"source.cluster.{key}": value for key, value in properties.items()}
    for config in (source_connector(properties), checkpoint_connector(properties)):
        assert wanted.items() <= config.items()


def test_what_mirrormaker_drops_behind_the_prefix_reaches_the_clients_by_role() -> None:
    config = source_connector({**SOURCE, "request.timeout.ms": "5000", "group.id": "mine"})
    assert config["source.consumer.request.timeout.ms"] == "5000"
    assert config["source.admin.request.timeout.ms"] == "5000"
    assert not [key for key in config if "group.id" in key]


def test_isolation_is_the_source_consumers() -> None:
    config = source_connector({**SOURCE, "isolation.level": "read_committed"})
    assert config["source.consumer.isolation.level"] == "read_committed"


def test_no_property_has_a_value_that_is_not_text() -> None:
    for config in configurations(mirror(), SOURCE, TARGET).values():
        assert {type(value) for value in config.values()} == {str}


@pytest.mark.parametrize(
    ("key", "secret"),
    [
        ("source.cluster.sasl.jaas.config", True),
        ("target.cluster.ssl.key.password", True),
        ("source.cluster.ssl.keystore.key", True),
        ("sasl.oauthbearer.client.credentials.client.secret", True),
        ("source.cluster.SASL.Password", True),
        ("source.cluster.ssl.truststore.certificates", False),
        ("source.cluster.ssl.keystore.certificate.chain", False),
        ("source.cluster.bootstrap.servers", False),
        ("key.converter", False),
    ],
)
def test_secrets_are_known_by_their_keys(key: str, secret: bool) -> None:
    assert is_secret(key) is secret
    assert redacted({key: "value"}) == {key: "[hidden]" if secret else "value"}


def test_a_placeholder_stands_for_a_whole_secret_property() -> None:
    given = {"security.protocol": "SASL_SSL", "sasl.jaas.config": JAAS}
    assert placeholders(given, "secrets", "lockstep/cluster/eu-core") == {
        "security.protocol": "SASL_SSL",
        "sasl.jaas.config": "${secrets:lockstep/cluster/eu-core:sasl.jaas.config}",
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("the password is s3cret!", "the password is [hidden]"),
        ("it says s3cret! and key-1234", "it says [hidden] and [hidden]"),
        ("org.apache.kafka failed", "org.apache.kafka failed"),
    ],
)
def test_words_are_told_without_the_secrets_they_quote(words: str, said: str) -> None:
    config = {
        "source.cluster.sasl.jaas.config": 'X required username="kafka" password="s3cret!";',
        "source.cluster.ssl.key.password": "key-1234",
        "target.cluster.alias": "failed",
    }
    assert scrubbed(words, config) == said


def test_an_unquoted_secret_of_a_jaas_line_is_hidden_too() -> None:
    config = {"sasl.jaas.config": "X required username=kafka clientSecret=abc123;"}
    assert scrubbed("kafka: abc123", config) == "kafka: [hidden]"
