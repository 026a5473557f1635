"""Somebody else's words, told without the secrets that they quote."""

from dataclasses import dataclass
from time import monotonic
from types import MappingProxyType
from typing import Any, cast

import pytest
from mirroring.client_properties.literal import (
    holds_placeholder,
    placeholder_problems,
    refuse_placeholders,
)
from mirroring.connections import Connections
from mirroring.errors import Unavailable, UnsupportedProperty
from mirroring.measuring.hide_secrets import hide_secrets
from mirroring.measuring.memory import Memory
from mirroring.measuring.readings import ConnectReading, MirrorReadings
from mirroring.observation import Connector, Task
from mirroring.redaction import holds_secret, scrubbed
from mirroring.storing.observation_item import State

from tests.given import a_connect_cluster, a_mirror

KEY = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0\n-----END PRIVATE KEY-----\n"
VAULT = MappingProxyType(
    {
        "sasl.jaas.config": r'X required username="kafka" password="sesame \"open\"" token=t0ken;',
        "ssl.keystore.key": KEY,
        "ssl.key.password": "  trimmed-word ",
        "sasl.oauthbearer.client.credentials.client.secret": "abc",
    }
)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("value trimmed-word is wrong", "value [hidden] is wrong"),
        (r'password="sesame \"open\""', 'password="[hidden]"'),
        ('Login failed: sesame "open"', "Login failed: [hidden]"),
        ("bad base64 MIIEvQIBADANBgkqhkiG9w0 here", "bad base64 [hidden] here"),
        ("t0ken, kafka", "[hidden], kafka"),
        ("abc is short, abcd is a word", "[hidden] is short, abcd is a word"),
    ],
)
def test_what_is_quoted_in_part_is_hidden_too(words: str, said: str) -> None:
    assert scrubbed(words, {}, VAULT) == said


@dataclass(frozen=True)
class Registered:
    """Connections that know these properties, or cannot be read."""

    properties: dict[str, str] | None

    def source(self, _: Any) -> dict[str, str]:
        """The source's."""
        if self.properties is None:
            raise Unavailable("Secrets Manager does not answer.")
        return self.properties

    def target(self, _: Any) -> dict[str, str]:
        """The target's."""
        return {}


@pytest.mark.parametrize(
    ("properties", "told"), [(dict(VAULT), "refused [hidden]"), (None, "[hidden]")]
)
def test_a_trace_never_shows_what_a_placeholder_became(
    properties: dict[str, str] | None, told: str
) -> None:
    trace = "refused trimmed-word"
    task = Task(id=0, status="FAILED", worker="w", trace=trace)
    failed = Connector(name="c", kind="k", status="FAILED", trace=trace, tasks=(task,))
    readings = MirrorReadings(
        mirror=a_mirror(), state=State(), memory=Memory(), connect=ConnectReading(failed, failed)
    )
    hide_secrets([readings], cast(Connections, Registered(properties)), a_connect_cluster())

    for shown in (readings.connect.connector, readings.connect.checkpoint):
        assert shown is not None
        assert [shown.trace, shown.tasks[0].trace] == [told, told]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${aws:lockstep/cluster/eu:sasl.jaas.config}", True),
        ("a ${env:HOME} b", True),
        ("x}${file:/etc/passwd:root}", True),
        ("${a\n:b}", True),
        ("${}:", False),
        ("pa${ss:word", False),
        ("$ {a:b}", False),
        ("${ab}", False),
    ],
)
def test_a_placeholder_is_what_connect_would_resolve(text: str, expected: bool) -> None:
    assert holds_placeholder(text) is expected
    assert bool(list(placeholder_problems({"description": text}))) is expected


@pytest.mark.parametrize(
    "properties",
    [
        {"fetch.min.bytes": "${aws:lockstep/cluster/eu-core:sasl.jaas.config}"},
        {"security.protocol": "PLAINTEXT", "ssl.truststore.password": "${file:/x:y}"},
        {"client.id": "${env:AWS_SECRET_ACCESS_KEY}"},
        {"sasl.jaas.config": 'X required password="${dir:/secrets:key}";'},
        {"${env:HOME}": "x"},
        {"sasl.x}${env": "HOME}"},
    ],
)
def test_no_property_holds_one(properties: dict[str, str]) -> None:
    with pytest.raises(UnsupportedProperty):
        refuse_placeholders(properties)


@pytest.mark.parametrize(
    "text", ["${" * 15_000, "password" * 4_000, "${a:" * 7_000, "\n" * 15_000 + "x" * 15_000]
)
def test_long_texts_are_read_in_their_length(text: str) -> None:
    began = monotonic()
    holds_placeholder(text)
    holds_secret("sasl.jaas.config", text)
    scrubbed("words", {"sasl.jaas.config": text})

    assert monotonic() - began < 1


def test_nothing_is_read_for_a_mirror_without_traces() -> None:
    connector = Connector(name="m.source", kind="Mirror Connector", status="RUNNING")
    readings = MirrorReadings(a_mirror(), State(), Memory(), connect=ConnectReading(connector))

    hide_secrets([readings], cast(Connections, None), a_connect_cluster())

    assert readings.connect.connector == connector
