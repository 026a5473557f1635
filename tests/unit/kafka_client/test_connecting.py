"""What kafka-python is told of a cluster, and what is made of its failures: no secret in either."""

import gc
import json
import logging
import ssl
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from kafka.errors import (
    IncompatibleBrokerVersion,
    KafkaConfigurationError,
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    NodeNotReadyError,
    RequestTimedOutError,
    SaslAuthenticationFailedError,
    UnsupportedSaslMechanismError,
)
from kafka.future import Future
from kafka.net.sasl import get_sasl_mechanism
from kafka.protocol.consumer import ListOffsetsResponse
from mirroring.client_properties.security import Isolation, Mechanism, OAuth, Protocol, Security
from mirroring.errors import ClusterUnauthorized, ClusterUnreachable, UnsupportedProperty
from mirroring.kafka_client.brokers import Brokers
from mirroring.kafka_client.client import options
from mirroring.kafka_client.failures import (
    LoginRefusedError,
    NobodyAnsweredError,
    NotConnectedError,
)
from mirroring.kafka_client.oauth import Tokens
from mirroring.kafka_client.offsets import ask_offsets, ask_topic_offsets, chunked
from mirroring.kafka_client.probe import Probe
from mirroring.kafka_client.tls import context
from mirroring.kafka_client.unreachable import explained, fault_of
from mirroring.kafka_types import EARLIEST, LATEST, MAX_TIMESTAMP, Fault, OffsetAt, Partition
from pydantic import SecretStr

from tests.e2e.clusters import Authority

SECRET = "s3cret-pa55"
SERVERS = ["a.example:9092", "[::1]:9092"]


def test_plain_text_needs_nothing() -> None:
    told = options(SERVERS, Security(), 8)
    assert told["bootstrap_servers"] == SERVERS
    assert told["security_protocol"] == "PLAINTEXT"
    assert told["request_timeout_ms"] == 8000
    assert {told[name] for name in told if name.startswith(("sasl", "ssl"))} == {None}


def test_a_user_and_password_are_told() -> None:
    told = options(SERVERS, user(Mechanism.SCRAM_SHA_512), 8)
    assert told["sasl_mechanism"] == "SCRAM-SHA-512"
    assert (told["sasl_plain_username"], told["sasl_plain_password"]) == ("ann", SECRET)
    assert told["ssl_context"].check_hostname


def user(mechanism: Mechanism) -> Security:
    return Security(Protocol.SASL_SSL, mechanism, "ann", SecretStr(SECRET))


def test_a_user_stands_in_scrams_messages_as_rfc_5802_wants_it() -> None:
    for mechanism in (Mechanism.SCRAM_SHA_256, Mechanism.SCRAM_SHA_512):
        told = options(SERVERS, replace(user(mechanism), username="OU==a,CN=3D"), 8)
        first = get_sasl_mechanism(told["sasl_mechanism"])(**told).auth_bytes()
        assert first.startswith(b"n,,n=OU=3D=3Da=2CCN=3D3D,r=")
    told = options(SERVERS, replace(user(Mechanism.PLAIN), username="CN=a,O=b"), 8)
    assert get_sasl_mechanism("PLAIN")(**told).auth_bytes().startswith(b"CN=a,O=b\0CN=a,O=b\0")


def test_msk_iam_takes_the_functions_own_role() -> None:
    told = options(SERVERS, Security(Protocol.SASL_SSL, Mechanism.AWS_MSK_IAM), 8)
    assert told["sasl_mechanism"] == "AWS_MSK_IAM"
    assert told["security_protocol"] == "SASL_SSL"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("b-1.demo.a1b2c3.c2.kafka.ap-southeast-2.amazonaws.com", "ap-southeast-2"),
        ("b-2-public.demo.a1b2c3.c4.kafka.us-gov-west-1.amazonaws.com.", "us-gov-west-1"),
        ("boot-x1y2.c1.kafka-serverless.eu-central-1.amazonaws.com", "eu-central-1"),
        ("b-1.demo.a1b2c3.c1.kafka.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("B-1.Demo.a1.c1.Kafka.EU-West-3.amazonaws.com", "eu-west-3"),
        ("kafka.eu-west-1.amazonaws.com", None),
        ("b-1.kafka.eu-west-1.amazonaws.com.example.org", None),
        ("kafka.internal.example", None),
        ("10.0.0.7", None),
    ],
)
def test_msk_iam_signs_for_the_brokers_region(
    host: str, expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, SECRET)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    told = options(SERVERS, Security(Protocol.SASL_SSL, Mechanism.AWS_MSK_IAM), 8)
    exchange = get_sasl_mechanism(told["sasl_mechanism"])(host=host, **told)
    if expected is not None:
        assert (
            f"/{expected}/kafka-cluster/" in json.loads(exchange.auth_bytes())["x-amz-credential"]
        )
        return
    with pytest.raises(LoginRefusedError) as refused:
        exchange.auth_bytes()
    error = explained("The Kafka cluster at a:9098", NotConnectedError(refused.value))
    assert isinstance(error, ClusterUnauthorized)
    assert "AWS_MSK_IAM needs the broker's own name" in error.detail
    assert host in error.detail


def test_client_credentials_become_a_source_of_tokens() -> None:
    oauth = OAuth("https://idp/token", "me", SecretStr(SECRET), extensions=(("cluster", "lkc"),))
    told = options(SERVERS, Security(Protocol.SASL_SSL, Mechanism.OAUTHBEARER, oauth=oauth), 8)
    tokens = told["sasl_oauth_token_provider"]
    assert isinstance(tokens, Tokens)
    assert tokens.extensions() == {"cluster": "lkc"}
    assert SECRET not in repr(oauth)


@pytest.mark.parametrize("servers", [[], ["a"], ["a:b"], ["a:1", ""], ["a:1 b:2"], ["a:123456"]])
def test_a_server_without_a_port_is_refused(servers: list[str]) -> None:
    with pytest.raises(UnsupportedProperty, match=r"bootstrap\.servers"):
        Probe(servers, Security())


def test_kafka_python_writes_nothing_below_critical() -> None:
    for name in ("kafka", "kafka.protocol.parser", "kafka.net.connection"):
        assert not logging.getLogger(name).isEnabledFor(logging.ERROR)


def test_an_own_authority_replaces_the_systems() -> None:
    own = Authority()
    made = context(Security(Protocol.SSL, ca=own.pem))
    assert made is not None
    assert len(made.get_ca_certs()) == 1
    assert made.minimum_version is ssl.TLSVersion.TLSv1_2
    assert made.verify_mode is ssl.CERT_REQUIRED


def test_without_a_host_name_check_the_certificate_is_still_verified() -> None:
    made = context(Security(Protocol.SSL, check_hostname=False))
    assert made is not None
    assert not made.check_hostname
    assert made.verify_mode is ssl.CERT_REQUIRED


@pytest.mark.parametrize("password", ["", SECRET])
def test_a_clients_key_leaves_no_file_behind(
    password: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert context(identified(Authority(), password)) is not None
    assert list(tmp_path.iterdir()) == []


def identified(authority: Authority, password: str, opens: str | None = None) -> Security:
    own = authority.identity("me", password=password)
    return Security(
        Protocol.SSL,
        certificate=own.certificate,
        key=SecretStr(own.key),
        key_password=SecretStr(password if opens is None else opens),
    )


def test_a_key_that_does_not_open_or_fit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    stranger = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    authority = Authority()
    unfitting = Security(
        Protocol.SSL,
        certificate=authority.identity("me").certificate,
        key=SecretStr(stranger.decode()),
    )
    for security in (unfitting, identified(authority, SECRET, opens="wrong")):
        with pytest.raises(UnsupportedProperty, match=r"ssl\.keystore\.key"):
            context(security)
    assert list(tmp_path.iterdir()) == []


def test_an_authority_that_is_no_certificate_is_refused() -> None:
    broken = "-----BEGIN CERTIFICATE-----\nTUlJQg==\n-----END CERTIFICATE-----\n"
    with pytest.raises(UnsupportedProperty, match=r"ssl\.truststore\.certificates"):
        context(Security(Protocol.SSL, ca=broken))


def lost(words: str) -> NotConnectedError:
    return NotConnectedError(KafkaConnectionError(words))


SILENT = KafkaTimeoutError("no answer in time")
UNTRUSTED = lost("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate")
MISMATCH = lost("[SSL: CERTIFICATE_VERIFY_FAILED] Hostname mismatch, certificate is not valid")
ALERT = lost("[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required")
PASSWORD_REFUSED = NotConnectedError(SaslAuthenticationFailedError("Authentication failed"))


@pytest.mark.parametrize(
    ("failure", "kind", "word"),
    [
        (SILENT, ClusterUnreachable, "security groups"),
        (lost("111 ECONNREFUSED"), ClusterUnreachable, "refuses connections"),
        (lost("cannot be resolved (b.example)"), ClusterUnreachable, "(b.example)"),
        (lost("socket disconnected"), ClusterUnreachable, "security.protocol"),
        (lost("Invalid frame length: 352518400"), ClusterUnreachable, "security.protocol"),
        (UNTRUSTED, ClusterUnreachable, "ssl.truststore.certificates"),
        (MISMATCH, ClusterUnreachable, "ssl.endpoint.identification.algorithm"),
        (lost("[SSL: WRONG_VERSION_NUMBER]"), ClusterUnreachable, "security.protocol"),
        (ALERT, ClusterUnauthorized, "ssl.keystore.key"),
        (PASSWORD_REFUSED, ClusterUnauthorized, "sasl.jaas.config"),
        (
            NotConnectedError(UnsupportedSaslMechanismError("…")),
            ClusterUnauthorized,
            "sasl.mechanism",
        ),
        (NotConnectedError(AttributeError("credentials")), ClusterUnauthorized, "credentials"),
        (
            NobodyAnsweredError([SILENT, lost("111 ECONNREFUSED")]),
            ClusterUnreachable,
            "refuses connections",
        ),
        (NobodyAnsweredError([SILENT, PASSWORD_REFUSED]), ClusterUnauthorized, "credentials"),
    ],
)
def test_a_failure_says_what_to_check(failure: KafkaError, kind: type, word: str) -> None:
    error = explained("The Kafka cluster at a.example:9092", failure)
    assert type(error) is kind
    assert error.detail.startswith("The Kafka cluster at a.example:9092 ")
    assert word in error.detail


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (SILENT, Fault.TIMEOUT),
        (RequestTimedOutError(), Fault.TIMEOUT),
        (NodeNotReadyError(1), Fault.UNREACHABLE),
        (lost("111 ECONNREFUSED"), Fault.UNREACHABLE),
        (PASSWORD_REFUSED, Fault.UNAUTHORIZED),
        (NotConnectedError(KafkaConfigurationError("region")), Fault.UNAUTHORIZED),
        (IncompatibleBrokerVersion("Fetch"), Fault.UNSUPPORTED),
    ],
)
def test_a_failed_request_is_a_fault_of_its_partitions(
    failure: KafkaError, expected: Fault
) -> None:
    assert fault_of(failure) is expected


@pytest.mark.parametrize(
    ("kind", "sizes"),
    [
        (LATEST, [2000, 2000, 500]),
        (EARLIEST, [2000, 2000, 500]),
        (MAX_TIMESTAMP, [1000, 1000, 1000, 1000, 500]),
        (1_700_000_000_000, [1000, 1000, 1000, 1000, 500]),
    ],
)
def test_a_chunk_is_what_a_broker_serves_at_once(kind: int, sizes: list[int]) -> None:
    wanted = {Partition(f"t{at % 7}", at): kind for at in range(4500)}
    chunks = list(chunked(wanted))
    assert [sum(map(len, chunk.values())) for chunk in chunks] == sizes
    asked = [
        (Partition(topic, index), at)
        for chunk in chunks
        for topic, pairs in chunk.items()
        for index, at in pairs
    ]
    assert dict(asked) == wanted
    assert len(asked) == len(wanted)


class Answering:
    """Stands for the brokers: each node's answer or failure, whatever it is asked."""

    def __init__(self, answers: dict[int, Any]) -> None:
        self._answers = answers

    def ask(self, node: int, make: Any, lane: int = 0) -> Any:
        return self._answers[node]

    def gather(self, jobs: Mapping[Any, Any]) -> Mapping[Any, Any]:
        return jobs


def test_a_broker_that_fails_or_leaves_something_out_costs_its_own_partitions_alone() -> None:
    topic = ListOffsetsResponse.ListOffsetsTopicResponse
    rows = [
        topic.ListOffsetsPartitionResponse(
            partition_index=index, error_code=error, timestamp=-1, offset=7
        )
        for index, error in ((0, 0), (1, 29))
    ]
    answer = ListOffsetsResponse(version=7, topics=[topic(name="t", partitions=rows)])
    brokers: Any = Answering({1: answer, 2: SILENT, 3: lost("111 ECONNREFUSED")})
    by_node = {
        node: {Partition("t", index): LATEST for index in indexes}
        for node, indexes in {1: (0, 1, 2), 2: (3,), 3: (4,)}.items()
    }
    assert ask_offsets(brokers, Isolation.READ_COMMITTED, by_node) == {
        Partition("t", 0): OffsetAt(7, -1),
        Partition("t", 1): Fault.UNAUTHORIZED,
        Partition("t", 2): Fault.OTHER,
        Partition("t", 3): Fault.TIMEOUT,
        Partition("t", 4): Fault.UNREACHABLE,
    }
    by_topic = {node: {"t": [one.index for one in some]} for node, some in by_node.items()}
    found = list(ask_topic_offsets(brokers, Isolation.READ_COMMITTED, LATEST, by_topic))
    assert found == [
        ("t", {0: 7, 1: Fault.UNAUTHORIZED, 2: Fault.OTHER}),
        ("t", {3: Fault.TIMEOUT}),
        ("t", {4: Fault.UNREACHABLE}),
    ]


def test_topics_are_asked_for_in_such_chunks_too_though_one_is_larger() -> None:
    asked: list[Mapping[str, Any]] = []

    class Asked(Answering):
        def ask(self, node: int, make: Any, lane: int = 0) -> Any:
            asked.append(make.keywords["wanted"])
            return SILENT

    wanted = {"small": range(100), "large": range(4300), "empty": range(0)}
    brokers: Any = Asked({})
    found = list(ask_topic_offsets(brokers, Isolation.READ_COMMITTED, EARLIEST, {1: wanted}))
    assert [sum(map(len, chunk.values())) for chunk in asked] == [2000, 2000, 400]
    pairs = [(topic, pair) for chunk in asked for topic, some in chunk.items() for pair in some]
    assert pairs == [(one, (at, EARLIEST)) for one, some in wanted.items() for at in some]
    assert sum(len(some) for _, some in found) == 4400


class Throttled:
    """A connection that a broker's quota stops for some steps."""

    broker_version_data = SimpleNamespace(api_versions={})

    def __init__(self, steps: int) -> None:
        self.paused = {"throttle"}
        self.init_future = Future()
        self.init_future.success(True)
        self._left = steps

    async def send_request(self, request: object) -> object:
        """The answer once the quota allows it."""
        self._left -= 1
        if self._left >= 0:
            raise NodeNotReadyError("Node paused: {'throttle'}")
        self.paused.clear()
        return request


class Clock:
    """Time that passes without waiting."""

    slept = 0

    async def sleep(self, seconds: float) -> None:
        """Counts how often somebody waited."""
        self.slept += 1


def test_a_broker_that_throttles_is_asked_again_once_it_may_be() -> None:
    brokers = Brokers(SERVERS, Security(), 8)
    brokers._net = clock = Clock()
    asking = brokers._send(Throttled(3), lambda _: "request")
    with pytest.raises(StopIteration) as ended:
        asking.send(None)
    assert (ended.value.value, clock.slept) == ("request", 3)


def test_a_connection_that_is_paused_for_another_cause_is_not_waited_for() -> None:
    brokers, paused = Brokers(SERVERS, Security(), 8), Throttled(1)
    paused.paused = {"max_in_flight"}
    with pytest.raises(NodeNotReadyError):
        brokers._send(paused, lambda _: "request").send(None)


@pytest.mark.usefixtures("socket_enabled")
def test_connections_that_end_while_a_broker_is_sought_leave_no_question_behind(
    recwarn: pytest.WarningsRecorder,
) -> None:
    brokers = Brokers(["127.0.0.1:1"], Security(), 1)
    found = brokers.gather({"any": brokers.ask_any(lambda versions: None)}, within_s=1e-9)
    assert isinstance(found["any"], KafkaTimeoutError)
    brokers.close()
    gc.collect()
    assert not [one for one in recwarn if one.category is RuntimeWarning]
