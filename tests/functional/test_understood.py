"""What Kafka Connect is given is what was understood: no blank, case or listener's name is left."""

import json

import boto3
import pytest
from mirroring.storing import registry

from tests.functional.http import call
from tests.functional.world import AP, World, external
from tests.functional.world import world as world

WRITTEN = (
    "bootstrap.servers = SASL_PLAINTEXT://ap:9092 ,\\\n  ap:9092\n"
    "security.protocol: sasl_plaintext\t\n"
    "sasl.mechanism = PLAIN \n"
    "sasl.jaas.config = org.apache.kafka.common.security.plain.PlainLoginModule required "
    'username="ann" password="opens-nothing";  \n'
    "isolation.level = read_committed \n"
    "request.timeout.ms = +20000\n"
    "check.crcs = FALSE\n"
)
UNDERSTOOD = {
    "source.cluster.bootstrap.servers": "ap:9092",
    "source.cluster.security.protocol": "SASL_PLAINTEXT",
    "source.cluster.sasl.mechanism": "PLAIN",
    "source.consumer.isolation.level": "read_committed",
    "source.consumer.request.timeout.ms": "20000",
    "source.consumer.check.crcs": "false",
}


def test_an_external_sources_properties(world: World) -> None:
    name = world.created(sourceCluster=external(WRITTEN), topicsRegex=".*")["name"]
    given = world.connect.connectors[f"{name}.source"].config
    assert {key: given[key] for key in UNDERSTOOD} == UNDERSTOOD
    assert given["source.cluster.sasl.jaas.config"].endswith(";")


def test_a_registered_sources_secret(world: World) -> None:
    body = {"bootstrapServers": [f"PLAINTEXT://{AP}"], "connectionProperties": WRITTEN}
    assert call("PUT", "/clusters/ap-core", body).json["bootstrapServers"] == [AP]
    assert registry.registry().cluster("ap-core").security_protocol == "SASL_PLAINTEXT"
    (kept,) = boto3.client("secretsmanager").list_secrets()["SecretList"]
    secret = boto3.client("secretsmanager").get_secret_value(SecretId=kept["ARN"])["SecretString"]
    assert json.loads(secret)["sasl.jaas.config"].endswith(";")


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("security.protocol=", "security.protocol"),
        ("isolation.level=READ_UNCOMMITTED", "isolation.level"),
        ("security.protocol=PLAINTEXT\u00a0", "security.protocol"),
        ("sasl.login.class=com.example.Login", "sasl.login.class"),
        ("fetch.min.bytes=1k", "fetch.min.bytes"),
    ],
)
def test_what_the_workers_would_refuse_is_refused_at_once(
    world: World, line: str, field: str
) -> None:
    answer = world.create(sourceCluster=external(f"bootstrap.servers={AP}\n{line}"))
    assert (answer.status, answer.slug, answer.fields) == (422, "unsupported-property", [field])
    assert world.connect.puts == []


def test_an_empty_entry_among_the_servers_is_refused_at_once(world: World) -> None:
    answer = world.create(sourceCluster=external(f"bootstrap.servers={AP},,us:9092"))
    assert answer.status == 400
    assert "bootstrap.servers (Kafka refuses it: it has an empty entry)" in answer.json["detail"]
