"""Connection properties that cannot be honoured: refused by name, with what to use instead."""

from typing import Any

import pytest
from mirroring.storing import vault

from tests.functional.http import Answer, call
from tests.functional.world import AP, World, external
from tests.functional.world import world as world

SECRET = "opens-nothing"
TLS = "security.protocol=SSL\n"
SASL = "security.protocol=SASL_SSL\n"
JKS = f"{TLS}ssl.keystore.location=/certs/client.jks\nssl.keystore.password={SECRET}\n"
PKCS12 = f"{TLS}ssl.truststore.location=/certs/ca.p12\nssl.truststore.type=PKCS12\n"
REFUSED = {
    "a JKS store": (JKS, "ssl.keystore.location", "ssl.keystore.type=PEM"),
    "a PKCS12 store": (PKCS12, "ssl.truststore.location", "ssl.truststore.certificates"),
    "a PEM file on the workers": (
        f"{TLS}ssl.truststore.location=/certs/ca.pem\nssl.truststore.type=PEM\n",
        "ssl.truststore.location",
        "ssl.truststore.certificates",
    ),
    "Kerberos": (
        f"{SASL}sasl.mechanism=GSSAPI\nsasl.kerberos.service.name=kafka\n",
        "sasl.mechanism",
        "SCRAM-SHA-512",
    ),
    "Kerberos, the default": (SASL, "sasl.mechanism", "SCRAM-SHA-512"),
    "another role in AWS": (
        f"{SASL}sasl.mechanism=AWS_MSK_IAM\n"
        "sasl.jaas.config=software.amazon.msk.auth.iam.IAMLoginModule required "
        'awsRoleArn="arn:aws:iam::123456789012:role/kafka";\n',
        "sasl.jaas.config",
        "the functions' own role",
    ),
    "somebody's own Java": (
        f"{TLS}ssl.engine.factory.class=com.example.Engine\n",
        "ssl.engine.factory.class",
        "PEM",
    ),
    "a placeholder of the workers": (
        f"{SASL}sasl.mechanism=PLAIN\nsasl.jaas.config=${{vault:kafka:jaas}}\n",
        "sasl.jaas.config",
        "give its value",
    ),
}


def register(properties: str) -> Answer:
    """PUT /clusters/{name} with these."""
    body = {"bootstrapServers": [AP], "connectionProperties": properties}
    return call("PUT", "/clusters/ap-core", body)


@pytest.mark.parametrize(("properties", "field", "instead"), REFUSED.values(), ids=REFUSED)
def test_a_cluster_is_refused_with(world: World, properties: str, field: str, instead: str) -> None:
    said(register(properties), field, instead)
    assert call("GET", "/clusters/ap-core").slug == "cluster-not-found"
    assert vault.vault().cluster_properties("ap-core").get_secret_value() == ""


@pytest.mark.parametrize(("properties", "field", "instead"), REFUSED.values(), ids=REFUSED)
def test_an_external_source_is_refused_with(
    world: World, properties: str, field: str, instead: str
) -> None:
    source = external(f"bootstrap.servers=ap:9092\n{properties}")
    said(world.create(sourceCluster=source), field, instead)
    assert world.connect.puts == []


def said(answer: Any, field: str, instead: str) -> None:
    """The problem names the property and what to use, and no value."""
    assert (answer.status, answer.slug) == (422, "unsupported-property")
    (error,) = answer.json["errors"]
    assert field in error["field"]
    assert instead in error["message"]
    assert SECRET not in str(answer.json)
