"""Properties texts as Kafka 4.3.1's clients take them: what JavaProperties.java answered.

`texts` are read by java.util.Properties alone, `clients` by an Admin and a KafkaConsumer too;
`unsupported` names the property that Lockstep cannot honour, whatever Kafka makes of it.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from mirroring.client_properties import jaas, properties
from mirroring.errors import BadRequest, ProblemError, UnsupportedProperty
from mirroring.kafka_client.client import options

TABLE = json.loads((Path(__file__).parent / "java_properties.json").read_text(encoding="utf-8"))
TEXTS: dict[str, Any] = TABLE["texts"]
CLIENTS: dict[str, Any] = TABLE["clients"]
UNSUPPORTED: dict[str, str] = TABLE["unsupported"]
REFUSED = [text for text in CLIENTS if "refused" in CLIENTS[text] and text not in UNSUPPORTED]
TAKEN = [text for text in CLIENTS if "refused" not in CLIENTS[text] and text not in UNSUPPORTED]
# Kafka names a property in most of its words; these stand in the others.
NAMED_BY = {
    "JAAS": "sasl.jaas.config",
    "LoginModule": "sasl.jaas.config",
    "login module": "sasl.jaas.config",
    "Extension": "sasl.jaas.config",
    "jwt.retriever": "sasl.",
    "callback handler": "sasl.",
    "trust store": "ssl.truststore.",
    "CERTIFICATE": "ssl.truststore.certificates",
    "key store": "ssl.keystore.",
    "private key": "ssl.key",
    "PRIVATE KEY": "ssl.keystore.key",
    "bad key": "ssl.keystore.key",
    "algid": "ssl.keystore.key",
    "DerValue": "ssl.key",
    "SSLContext": "ssl.protocol",
    "TrustManagerFactory": "ssl.trustmanager.algorithm",
    "KeyManagerFactory": "ssl.keymanager.algorithm",
    "SecureRandom": "ssl.secure.random.implementation",
    "Heartbeat": "heartbeat.interval.ms",
}


def filled(text: str) -> str:
    """The text with the PEM texts that it names, and with a server where it names none."""
    for name, pem in TABLE["pem"].items():
        text = text.replace(f"@{name}@", pem)
    return text if "bootstrap.servers" in text else f"bootstrap.servers=localhost:9092\n{text}"


def connected(text: str) -> dict[str, str]:
    """The properties as they are handed on, where a connection can be made of them."""
    understood = properties.parse(filled(text))
    options(understood["bootstrap.servers"].split(","), properties.security(understood), 8)
    return understood


def refused(text: str) -> UnsupportedProperty:
    """What is said instead."""
    with pytest.raises(UnsupportedProperty) as caught:
        connected(text)
    assert caught.value.errors[0].field in caught.value.detail
    return caught.value


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_read_as_java_reads_it(text: str) -> None:
    if "refused" in TEXTS[text]:
        with pytest.raises(BadRequest, match="Line 1 "):
            properties.load(text)
    else:
        assert properties.load(text) == TEXTS[text]["properties"]


@pytest.mark.parametrize("text", TAKEN)
def test_what_kafka_takes_is_taken_and_handed_on_as_it_is_understood(text: str) -> None:
    understood, java = connected(text), CLIENTS[text]
    for name, value in java["values"].items():
        if name == "bootstrap.servers":
            value = value.rpartition("://")[2]
        assert same(understood[name], value)
    line = understood.get("sasl.jaas.config")
    assert line is None or jaas.parse(line).options == java["options"]


def same(ours: str, javas: str) -> bool:
    """Whether two values are one to Kafka, which takes some words in any case."""
    try:
        return float(ours) == float(javas)
    except ValueError:
        return ours.casefold() == javas.casefold() or ours in bracketed(javas)


def bracketed(servers: str) -> tuple[str, str]:
    """Java takes an IPv6 address without brackets, and a port with noughts before it."""
    host, _, port = servers.rpartition(":")
    return f"[{host}]:{port}", f"{host}:{port.lstrip('0')}"


@pytest.mark.parametrize("text", REFUSED)
def test_what_kafka_refuses_is_refused_by_name(text: str) -> None:
    error, words = refused(text), CLIENTS[text]["refused"]
    field = error.errors[0].field
    assert error.errors[0].message.startswith("Kafka refuses it: ")
    signs = [prefix for sign, prefix in NAMED_BY.items() if sign in words]
    assert field in words or any(field.startswith(prefix) for prefix in signs)


@pytest.mark.parametrize("text", UNSUPPORTED)
def test_what_lockstep_cannot_honour_is_told_apart(text: str) -> None:
    error = refused(text)
    assert error.errors[0].field == UNSUPPORTED[text]
    assert not error.errors[0].message.startswith("Kafka refuses it")


@pytest.mark.parametrize("text", CLIENTS)
def test_what_is_understood_is_understood_alike_again(text: str) -> None:
    try:
        understood = connected(text)
    except ProblemError:
        return
    escaped = {
        name: value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
        for name, value in understood.items()
    }
    again = "".join(f"{name}={value}\n" for name, value in escaped.items())
    assert properties.parse(again) == understood
    assert properties.security(understood) == properties.security(properties.parse(again))


def test_there_are_some_hundred_texts_of_each_kind() -> None:
    assert len(TEXTS) + len(CLIENTS) > 400
    assert min(len(TAKEN), len(REFUSED)) > 100
