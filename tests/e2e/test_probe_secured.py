"""Every way to prove who we are, against a real broker; and what is said when it fails."""

import base64
import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ResourcePattern,
    ResourceType,
    UserScramCredentialUpsertion,
)
from mirroring.client_properties import properties
from mirroring.client_properties.security import Isolation
from mirroring.errors import ClusterUnauthorized, ClusterUnreachable, ProblemError
from mirroring.kafka_client import probe as kept
from mirroring.kafka_client.probe import LATEST, Fault, OffsetAt, Partition, Probe
from mirroring.kafka_types import Creation

from lockstep.local import ports
from tests.e2e.clusters import NOWHERE, PASSWORD, Secured, secured

pytestmark = pytest.mark.e2e
MODULES = "org.apache.kafka.common.security"
OPEN, CLOSED = Partition("open", 0), Partition("closed", 0)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    with secured(tmp_path_factory.mktemp("kafka")) as running:
        prepare(running)
        yield running


def prepare(cluster: Secured) -> None:
    """Two topics with a record each, and `ann`, who may only see and read one of them."""
    with KafkaAdminClient(bootstrap_servers=cluster.server) as admin:
        for topic in ("open", "closed"):
            admin.create_topics({topic: {"num_partitions": 1, "replication_factor": 1}})
        admin.alter_user_scram_credentials(
            [UserScramCredentialUpsertion("ann", "SCRAM-SHA-512", PASSWORD)]
        )
        admin.create_acls(
            [
                ACL("User:ann", "*", operation, ACLPermissionType.ALLOW,
                    ResourcePattern(ResourceType.TOPIC, "open"))
                for operation in (ACLOperation.DESCRIBE, ACLOperation.READ)
            ]
        )  # fmt: skip
    producer = KafkaProducer(bootstrap_servers=cluster.server)
    for topic in ("open", "closed"):
        producer.send(topic, b"value").get(10)
    producer.close()


def connect(
    cluster: Secured, listener: str, wanted: Mapping[str, str], timeout_s: float = 8
) -> Probe:
    return Probe([cluster.servers[listener]], properties.security(wanted), timeout_s)


def sasl(
    protocol: str, mechanism: str, user: str = "ann", password: str = PASSWORD
) -> dict[str, str]:
    module = "plain.PlainLoginModule" if mechanism == "PLAIN" else "scram.ScramLoginModule"
    login = f'{MODULES}.{module} required username="{user}" password="{password}";'
    return {
        "security.protocol": protocol,
        "sasl.mechanism": mechanism,
        "sasl.jaas.config": login,
    }


def trusting(cluster: Secured) -> dict[str, str]:
    return {
        "security.protocol": "SSL",
        "ssl.truststore.type": "PEM",
        "ssl.truststore.certificates": cluster.authority.pem,
    }


def test_tls_with_an_own_authority_is_spoken(cluster: Secured) -> None:
    probe = connect(cluster, "SSL", trusting(cluster))
    assert probe.cluster().cluster_id == cluster.broker.cluster_id
    assert probe.offsets({OPEN: LATEST}) == {OPEN: OffsetAt(1, -1)}
    probe.close()


@pytest.mark.parametrize("password", ["", PASSWORD])
def test_mutual_tls_is_spoken(cluster: Secured, password: str) -> None:
    own = cluster.authority.identity("client", password=password)
    wanted = trusting(cluster) | {
        "ssl.keystore.type": "PEM",
        "ssl.keystore.certificate.chain": own.certificate,
        "ssl.keystore.key": own.key,
        "ssl.key.password": password,
    }
    probe = connect(cluster, "MUTUAL", wanted)
    assert probe.offsets({OPEN: LATEST, CLOSED: LATEST}) == {
        OPEN: OffsetAt(1, -1),
        CLOSED: OffsetAt(1, -1),
    }
    probe.close()


@pytest.mark.parametrize(
    ("listener", "protocol", "mechanism"),
    [
        ("PLAIN", "SASL_PLAINTEXT", "PLAIN"),
        ("PLAIN", "SASL_PLAINTEXT", "SCRAM-SHA-512"),
        ("SASL_SSL", "SASL_SSL", "SCRAM-SHA-512"),
    ],
)
def test_what_a_principal_may_not_see_costs_the_rest_nothing(
    cluster: Secured, listener: str, protocol: str, mechanism: str
) -> None:
    probe = connect(cluster, listener, trusting(cluster) | sasl(protocol, mechanism))
    assert list(probe.topics()) == ["open"]
    assert probe.topics(["closed"])["closed"].fault is Fault.UNAUTHORIZED
    wanted = {OPEN: LATEST, CLOSED: LATEST}
    assert probe.offsets(wanted) == {OPEN: OffsetAt(1, -1), CLOSED: Fault.UNAUTHORIZED}
    found = probe.first_record({OPEN: (0, 1), CLOSED: (0, 1)}, Isolation.READ_COMMITTED)
    assert not isinstance(found[OPEN], Fault)
    assert found[CLOSED] is Fault.UNAUTHORIZED
    assert probe.topic_configs(["open"], ["retention.ms"]) == {"open": Fault.UNAUTHORIZED}
    probe.close()


def test_what_a_principal_could_not_mirror_is_known_before(cluster: Secured) -> None:
    probe = connect(cluster, "PLAIN", sasl("SASL_PLAINTEXT", "PLAIN"))
    assert probe.unreadable(["open"]) == {"open"}
    # Whom the cluster does not let DESCRIBE itself is told no operation at all (KafkaApis).
    assert probe.creation() == Creation()
    probe.close()
    anyone = Probe([cluster.server], properties.security({}))
    assert anyone.unreadable(["open", "closed"]) == frozenset()
    assert anyone.creation().permitted is True
    assert anyone.topics().keys() == {"open", "closed"}
    anyone.close()


class TokenEndpoint(BaseHTTPRequestHandler):
    """Sells unsigned tokens, which a broker takes that was told of no keys, to `me` alone."""

    server: Any

    def do_POST(self) -> None:
        pair = base64.b64encode(f"me:{PASSWORD}".encode()).decode()
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked += 1
        if self.headers["Authorization"] != f"Basic {pair}":
            return self.send_error(401)
        now = int(time.time())
        claims = {"sub": "admin", "iat": now, "exp": now + 300}
        parts = [json.dumps(part).encode() for part in ({"alg": "none"}, claims)]
        words = [base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts]
        body = json.dumps({"access_token": ".".join(words) + ".", "expires_in": 300}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is written."""


@pytest.fixture
def tokens() -> Iterator[Any]:
    server: Any = HTTPServer(("127.0.0.1", 0), TokenEndpoint)
    server.asked = 0
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def bearer(tokens: Any, secret: str = PASSWORD) -> dict[str, str]:
    module = f"{MODULES}.oauthbearer.OAuthBearerLoginModule"
    return {
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "OAUTHBEARER",
        "sasl.login.callback.handler.class": module.replace("Module", "CallbackHandler"),
        "sasl.oauthbearer.token.endpoint.url": f"http://127.0.0.1:{tokens.server_port}/token",
        "sasl.jaas.config": f'{module} required clientId="me" clientSecret="{secret}";',
    }


def test_a_token_is_bought_once_and_used_for_each_connection(cluster: Secured, tokens: Any) -> None:
    probe = connect(cluster, "OAUTH", bearer(tokens))
    probe.cluster()
    probe.close()
    assert probe.offsets({CLOSED: LATEST}) == {CLOSED: OffsetAt(1, -1)}
    assert tokens.asked == 1
    probe.close()


def refused(probe: Probe, within_s: float = 3) -> ProblemError:
    began = time.monotonic()
    with pytest.raises((ClusterUnauthorized, ClusterUnreachable)) as caught:
        probe.cluster()
    assert time.monotonic() - began < within_s
    assert PASSWORD not in repr(caught.value) + caught.value.detail
    probe.close()
    return caught.value


def test_wrong_credentials_are_told_from_a_dead_cluster(cluster: Secured, tokens: Any) -> None:
    strangers = [
        connect(cluster, "PLAIN", sasl("SASL_PLAINTEXT", "PLAIN", password="wrong")),
        connect(cluster, "PLAIN", sasl("SASL_PLAINTEXT", "SCRAM-SHA-512", user="eve")),
        connect(cluster, "OAUTH", bearer(tokens, secret="wrong")),
    ]
    for probe in strangers:
        why = refused(probe)
        assert isinstance(why, ClusterUnauthorized)
        assert "sasl.jaas.config" in why.detail


def test_a_mechanism_that_is_not_offered_is_said(cluster: Secured) -> None:
    wanted = trusting(cluster) | sasl("SASL_SSL", "PLAIN")
    why = refused(connect(cluster, "SASL_SSL", wanted))
    assert isinstance(why, ClusterUnauthorized)
    assert "sasl.mechanism" in why.detail


def test_a_missing_client_certificate_is_said(cluster: Secured) -> None:
    why = refused(connect(cluster, "MUTUAL", trusting(cluster)))
    assert isinstance(why, ClusterUnauthorized)
    assert "ssl.keystore.certificate.chain" in why.detail


@pytest.mark.parametrize(
    ("listener", "wanted", "word"),
    [
        ("SSL", {"security.protocol": "SSL"}, "ssl.truststore.certificates"),
        ("SSL", {}, "security.protocol"),
        ("PLAIN", {"security.protocol": "SSL"}, "security.protocol"),
        ("PLAIN", {}, "security.protocol"),
    ],
)
def test_a_wrong_protocol_is_said(
    cluster: Secured, listener: str, wanted: dict[str, str], word: str
) -> None:
    why = refused(connect(cluster, listener, wanted, timeout_s=2))
    assert isinstance(why, ClusterUnreachable)
    assert word in why.detail
    assert cluster.servers[listener] in why.detail


def test_a_certificate_for_another_name_is_said_and_may_be_taken(cluster: Secured) -> None:
    why = refused(connect(cluster, "OTHER_NAME", trusting(cluster)))
    assert "ssl.endpoint.identification.algorithm" in why.detail
    unchecked = trusting(cluster) | {"ssl.endpoint.identification.algorithm": ""}
    probe = connect(cluster, "OTHER_NAME", unchecked)
    assert probe.cluster().brokers == 1
    probe.close()


def test_where_nobody_listens_is_said() -> None:
    (port,) = ports.choose(1)
    why = refused(Probe([f"127.0.0.1:{port}"], properties.security({})))
    assert "refuses connections" in why.detail
    why = refused(Probe(["nowhere.invalid:9092"], properties.security({})), within_s=8)
    assert "cannot be resolved" in why.detail


def test_a_cluster_that_advertises_another_place_is_said(cluster: Secured) -> None:
    why = refused(connect(cluster, "LOST", {}))
    assert isinstance(why, ClusterUnreachable)
    assert "advertised.listeners" in why.detail
    assert NOWHERE in why.detail
    assert cluster.servers["LOST"] in why.detail


@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SSL"])
def test_a_server_that_says_nothing_ends_the_question_in_time(protocol: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        security = properties.security({"security.protocol": protocol})
        why = refused(Probe([address], security, timeout_s=1), within_s=2)
    assert isinstance(why, ClusterUnreachable)
    assert "does not answer" in why.detail


def test_a_silent_server_does_not_hide_one_that_answers(cluster: Secured) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        silent = f"127.0.0.1:{server.getsockname()[1]}"
        for _ in range(4):
            began = time.monotonic()
            probe = Probe([silent, cluster.server], properties.security({}))
            assert probe.cluster().brokers == 1
            assert time.monotonic() - began < 1.5
            probe.close()


def test_a_probe_is_kept_for_its_cluster_and_principal(cluster: Secured) -> None:
    servers = [cluster.servers["PLAIN"]]
    ann = properties.security(sasl("SASL_PLAINTEXT", "PLAIN"))
    again = properties.security(sasl("SASL_PLAINTEXT", "PLAIN"))
    other = properties.security(sasl("SASL_PLAINTEXT", "SCRAM-SHA-512"))
    one = kept.probe(servers, ann)
    assert kept.probe(servers, again) is one
    assert kept.probe(servers, other) is not one
    kept.forget(one)
    renewed = kept.probe(servers, ann)
    assert renewed is not one
    for probe in (renewed, kept.probe(servers, other)):
        kept.forget(probe)
