"""TLS over real sockets at each edge that speaks it: Kafka, Kafka Connect, the token endpoint."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from kafka.errors import KafkaError
from mirroring.client_properties.security import OAuth, Protocol, Security
from mirroring.errors import ClusterUnreachable, ConnectUnavailable
from mirroring.kafka_client.failures import LoginRefusedError, LoginUnavailableError
from mirroring.kafka_client.oauth import Tokens
from mirroring.kafka_client.probe import Probe
from mirroring.kafka_client.tls import context
from mirroring.kafka_connect.client import ConnectClient
from pydantic import SecretStr

from tests.functional.certificates import Authority, authority, server_context
from tests.functional.connect_server import ConnectServer

DAYS = timedelta(days=1)
Tell = Callable[[ssl.SSLContext, str], str]
"""What is said of a server with this context when it is asked with these authorities."""


@contextmanager
def server(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port of 127.0.0.1 at which each connection is answered so, and closed."""

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with closing(connection):
                answer(connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def shaking_hands(own: ssl.SSLContext) -> Callable[[socket.socket], None]:
    """An answer: TLS, and then nothing."""

    def answer(connection: socket.socket) -> None:
        try:
            own.wrap_socket(connection, server_side=True).close()
        except OSError:
            return

    return answer


def kafka_says(own: ssl.SSLContext, ca: str) -> str:
    """Of a broker."""
    with server(shaking_hands(own)) as port:
        return asked(port, ca)


def asked(port: int, ca: str) -> str:
    """What a Probe says of this port."""
    probe = Probe([f"127.0.0.1:{port}"], Security(Protocol.SSL, ca=ca), timeout_s=2)
    try:
        with pytest.raises(ClusterUnreachable) as refused:
            probe.cluster()
    finally:
        probe.close()
    return refused.value.detail


def connect_says(own: ssl.SSLContext, ca: str) -> str:
    """Of a Connect worker."""
    with ConnectServer(tls=own) as worker:
        try:
            ConnectClient((worker.url,), ca_certificate=ca, timeout_s=2).about()
        except ConnectUnavailable as refused:
            return refused.detail
    return "trusted"


class Seller(BaseHTTPRequestHandler):
    """A token endpoint: answers each path `/503` with its number, and sells at `/token`."""

    def do_POST(self) -> None:
        code = self.path.removeprefix("/")
        self.send_response(int(code) if code.isdigit() else 200)
        self.end_headers()
        self.wfile.write(b'{"access_token": "t", "expires_in": 300}')

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def seller(own: ssl.SSLContext | None = None) -> Iterator[str]:
    """The address of a token endpoint."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Seller) as shop:
        if own is not None:
            shop.socket = own.wrap_socket(shop.socket, server_side=True)
        thread = threading.Thread(target=shop.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"{'https' if own else 'http'}://127.0.0.1:{shop.server_port}"
        finally:
            shop.shutdown()
            thread.join()


def bought(url: str) -> str:
    """The token that is sold there."""
    return Tokens(OAuth(url, "me", SecretStr("s3cret-pa55"))).token()


@pytest.fixture
def seller_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tell:
    """Of a token endpoint, whose authority is one of the system's."""

    def told(own: ssl.SSLContext, ca: str) -> str:
        (tmp_path / "ca.pem").write_text(ca)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        with seller(own) as url:
            try:
                return "trusted" if bought(f"{url}/token") else ""
            except LoginUnavailableError as refused:
                return str(refused)

    return told


@pytest.fixture(params=["Kafka", "ConnectClient", "token endpoint"])
def tell(request: pytest.FixtureRequest, seller_says: Tell) -> Tell:
    """Each edge."""
    edges = {"Kafka": kafka_says, "ConnectClient": connect_says, "token endpoint": seller_says}
    return edges[request.param]


@pytest.fixture(params=[True, False], ids=["as openssl req -x509", "with less"])
def ours(request: pytest.FixtureRequest) -> Authority:
    """An authority without key usage."""
    return authority("ours", as_openssl=request.param)


def test_an_authority_without_key_usage_is_trusted(
    ours: Authority, tell: Tell, tmp_path: Path
) -> None:
    said = tell(server_context(ours, tmp_path), ours.pem)
    assert said == "trusted" or "closes the connection without an answer" in said


def test_another_authority_of_the_same_name_is_not(
    ours: Authority, tell: Tell, tmp_path: Path
) -> None:
    said = tell(server_context(ours, tmp_path), authority("ours").pem)
    assert "certificate that is not trusted here (" in said
    assert "certificate signature failure" in said or "local issuer" in said


def test_the_name_in_the_certificate_is_checked(
    ours: Authority, tell: Tell, tmp_path: Path
) -> None:
    said = tell(server_context(ours, tmp_path, host="127.0.0.2"), ours.pem)
    assert "another name (IP address mismatch" in said


@pytest.mark.parametrize(
    ("begins", "words"),
    [
        (-3 * DAYS, "has expired (certificate has expired)"),
        (DAYS, "is not valid yet (certificate is not yet valid)"),
    ],
)
def test_a_certificate_out_of_its_time_is_called_that(
    begins: timedelta, words: str, tell: Tell, tmp_path: Path
) -> None:
    ours = authority("ours")
    assert words in tell(server_context(ours, tmp_path, begins=begins), ours.pem)


def test_a_server_without_a_common_cipher_refuses_the_handshake(tell: Tell, tmp_path: Path) -> None:
    ours = authority("ours")
    own = server_context(ours, tmp_path)
    own.maximum_version = ssl.TLSVersion.TLSv1_2
    own.set_ciphers("ECDHE-RSA-AES128-GCM-SHA256")  # its key is no RSA key
    said = tell(own, ours.pem)
    assert "refuses the TLS handshake (" in said
    assert "alert handshake failure" in said


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"], ids=["end", "HTTP"])
def test_a_port_without_tls_is_called_that(answer: bytes) -> None:
    def plain(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(answer)

    with server(plain) as port:
        ca = authority("ours").pem
        assert "does not speak TLS at this port" in asked(port, ca)
        with pytest.raises(ConnectUnavailable, match="does not speak TLS at this port"):
            ConnectClient((f"https://127.0.0.1:{port}",), ca_certificate=ca, timeout_s=2).about()


def test_a_certificate_that_is_given_itself_is_trusted_without_its_signer(tmp_path: Path) -> None:
    own = server_context(authority("unknown"), tmp_path)
    certificate = (tmp_path / "server.pem").read_text().partition("-----END PRIVATE KEY-----\n")[2]
    made = context(Security(Protocol.SSL, ca=certificate))
    assert made is not None
    with (
        server(shaking_hands(own)) as port,
        socket.create_connection(("127.0.0.1", port)) as plain,
        made.wrap_socket(plain, server_hostname="127.0.0.1") as secured,
    ):
        assert secured.version() in ("TLSv1.2", "TLSv1.3")


def test_the_end_of_the_certificate_that_is_shown_is_known(tmp_path: Path) -> None:
    ours = authority("ours")
    with server(shaking_hands(server_context(ours, tmp_path))) as port:
        probe = Probe([f"127.0.0.1:{port}"], Security(Protocol.SSL, ca=ours.pem), timeout_s=2)
        with pytest.raises(ClusterUnreachable):
            probe.cluster()
        (end,) = probe.valid_until().values()
        probe.close()
    assert timedelta(hours=23) < end - datetime.now(UTC) <= DAYS


def test_a_name_that_does_not_resolve_is_named_as_often_as_it_is_asked_for() -> None:
    """Right after a failure no connection is begun; its cause is still known."""
    named = r"resolved \(b-1\.nowhere\.invalid\) from here"
    probe = Probe(["b-1.nowhere.invalid:9092"], Security(), timeout_s=2)
    for _ in range(3):
        with pytest.raises(ClusterUnreachable, match=named):
            probe.cluster()
    probe.close()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/400", LoginRefusedError),
        ("/401", LoginRefusedError),
        ("/403", LoginRefusedError),
        ("/404", LoginUnavailableError),
        ("/429", LoginUnavailableError),
        ("/500", LoginUnavailableError),
        ("/503", LoginUnavailableError),
    ],
)
def test_a_token_endpoint_that_is_away_is_told_from_one_that_refuses(
    path: str, kind: type[KafkaError]
) -> None:
    with seller() as url, pytest.raises(kind, match=f"answers {path[1:]}") as failed:
        bought(f"{url}{path}")
    assert ("sasl.jaas.config" in str(failed.value)) == (kind is LoginRefusedError)
