"""Kafka clusters for the edge to Kafka: one that speaks every protocol, one of three nodes."""

import datetime
import ipaddress
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from lockstep.local import jars, kafka, ports
from lockstep.local.processes import Child, Processes
from lockstep.local.waiting import listens, wait_until
from tests.e2e.proxy import Proxy

PASSWORD = "opens-nothing"
_DAY = datetime.timedelta(days=1)
_MODULES = "org.apache.kafka.common.security"


@dataclass(frozen=True)
class Identity:
    """A certificate, its key, and that of whoever signed it, as PEM texts."""

    certificate: str
    key: str
    ca: str


class Authority:
    """Signs certificates for 127.0.0.1."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(65537, 2048)
        draft = _draft("Test CA", "Test CA", self._key.public_key())
        constraints = x509.BasicConstraints(ca=True, path_length=None)
        self._own = draft.add_extension(constraints, critical=True).sign(self._key, hashes.SHA256())
        self.pem = _pem(self._own)

    def identity(self, name: str, host: str = "127.0.0.1", password: str = "") -> Identity:
        """A new identity; its key is PKCS #8, encrypted when a password is given."""
        key = rsa.generate_private_key(65537, 2048)
        address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))])
        draft = _draft(name, "Test CA", key.public_key()).add_extension(address, critical=False)
        encryption = (
            serialization.BestAvailableEncryption(password.encode())
            if password
            else serialization.NoEncryption()
        )
        text = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
        )
        return Identity(_pem(draft.sign(self._key, hashes.SHA256())), text.decode(), self.pem)


def _draft(subject: str, issuer: str, key: rsa.RSAPublicKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return x509.CertificateBuilder(
        issuer_name=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]),
        subject_name=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]),
        public_key=key,
        serial_number=x509.random_serial_number(),
        not_valid_before=now - _DAY,
        not_valid_after=now + _DAY,
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


LISTENERS = ("PLAIN", "SSL", "MUTUAL", "SASL_SSL", "OTHER_NAME", "OAUTH", "LOST")
NOWHERE = "127.0.0.1:1"
_PROTOCOLS = {
    "PLAIN": "SASL_PLAINTEXT",
    "SSL": "SSL",
    "MUTUAL": "SSL",
    "SASL_SSL": "SASL_SSL",
    "OTHER_NAME": "SSL",
    "OAUTH": "SASL_PLAINTEXT",
    "LOST": "PLAINTEXT",
}


@dataclass(frozen=True)
class Secured:
    """One broker that speaks every protocol, with an authorizer.

    `server` listens without any; `servers` by listener name; at LOST it says that it is NOWHERE.
    Whoever comes to `server` may do everything, as `admin` may; `ann` (SASL, PASSWORD) may only
    read the topic `open`.
    """

    broker: kafka.Broker
    authority: Authority
    servers: Mapping[str, str]

    @property
    def server(self) -> str:
        """The listener without authentication."""
        return self.broker.address


@contextmanager
def secured(folder: Path) -> Iterator[Secured]:
    """Starts the broker, ends it afterwards; needs no network beyond 127.0.0.1."""
    main, controller, *more = ports.choose(2 + len(LISTENERS))
    authority = Authority()
    servers = {name: f"127.0.0.1:{port}" for name, port in zip(LISTENERS, more, strict=True)}
    broker = kafka.Broker(
        "secured",
        folder,
        main,
        controller,
        kafka.new_cluster_id(),
        settings=_settings(main, controller, servers, authority),
    )
    with Processes() as processes:
        kafka.start_broker(processes, jars.locked("kafka"), broker)
        for port in (main, *more):
            wait_until(partial(listens, port), seconds=60, what="Kafka")
        yield Secured(broker, authority, servers)


def _settings(
    main: int, controller: int, servers: Mapping[str, str], authority: Authority
) -> dict[str, str]:
    named = {"PLAINTEXT": f"127.0.0.1:{main}", **servers, "CONTROLLER": f"127.0.0.1:{controller}"}
    protocols = {"PLAINTEXT": "PLAINTEXT", **_PROTOCOLS, "CONTROLLER": "PLAINTEXT"}
    advertised = {name: named[name] for name in ("PLAINTEXT", *servers)} | {"LOST": NOWHERE}
    own, other = authority.identity("broker"), authority.identity("broker", host="127.9.9.9")
    tls = [
        line
        for name in ("SSL", "MUTUAL", "SASL_SSL", "OTHER_NAME")
        for line in _tls(name, other if name == "OTHER_NAME" else own).items()
    ]
    return {
        "listeners": _joined(named),
        "advertised.listeners": _joined(advertised),
        "listener.security.protocol.map": ",".join(f"{a}:{b}" for a, b in protocols.items()),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS;User:admin;User:CN=client",
        # So that looking at a missing topic would create it, if it ever asked for that.
        "auto.create.topics.enable": "true",
        "log.cleaner.backoff.ms": "100",
        "log.cleaner.min.cleanable.ratio": "0.001",
        **dict(tls),
        **_sasl("plain", "PLAIN", "plain.PlainLoginModule", f'user_ann="{PASSWORD}"'),
        **_sasl("plain", "SCRAM-SHA-512", "scram.ScramLoginModule", ""),
        **_sasl("sasl_ssl", "SCRAM-SHA-512", "scram.ScramLoginModule", ""),
        **_sasl(
            "oauth",
            "OAUTHBEARER",
            "oauthbearer.OAuthBearerLoginModule",
            'unsecuredLoginStringClaim_sub="admin"',
        ),
        "listener.name.plain.sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-512",
        "listener.name.sasl_ssl.sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "listener.name.oauth.sasl.enabled.mechanisms": "OAUTHBEARER",
    }


def _sasl(listener: str, mechanism: str, module: str, options: str) -> dict[str, str]:
    name = f"listener.name.{listener}.{mechanism.lower()}.sasl.jaas.config"
    return {name: f"{_MODULES}.{module} required {options};"}


def _tls(name: str, identity: Identity) -> dict[str, str]:
    start = f"listener.name.{name.lower()}.ssl"
    return {
        f"{start}.keystore.type": "PEM",
        f"{start}.keystore.certificate.chain": _one_line(identity.certificate),
        f"{start}.keystore.key": _one_line(identity.key),
        f"{start}.truststore.type": "PEM",
        f"{start}.truststore.certificates": _one_line(identity.ca),
        f"{start}.client.auth": "required" if name == "MUTUAL" else "none",
    }


def _one_line(pem: str) -> str:
    return pem.strip().replace("\n", "\\n")


def _joined(named: Mapping[str, str]) -> str:
    return ",".join(f"{name}://{address}" for name, address in named.items())


@dataclass(frozen=True)
class Three:
    """Three brokers, each also reached through a proxy; `server` leads to the proxied addresses."""

    proxies: tuple[Proxy, ...]
    children: tuple[Child, ...]
    processes: Processes

    @property
    def servers(self) -> tuple[str, ...]:
        """The proxied addresses, which is also where the brokers say that they are."""
        return tuple(f"127.0.0.1:{proxy.port}" for proxy in self.proxies)


@contextmanager
def three(folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[Three]:
    """Starts three brokers behind proxies, with these settings, too, and ends them afterwards."""
    chosen = ports.choose(12)
    identity = kafka.new_cluster_id()
    voters = ",".join(f"{node}@127.0.0.1:{chosen[4 * node - 3]}" for node in (1, 2, 3))
    with ExitStack() as stack:
        processes = stack.enter_context(Processes())
        children, proxies = [], []
        for node in (1, 2, 3):
            port, controller, behind, outside = chosen[4 * node - 4 : 4 * node]
            broker = kafka.Broker(
                f"node {node}",
                folder / str(node),
                port,
                controller,
                identity,
                node,
                voters,
                settings={
                    "listeners": f"PLAINTEXT://127.0.0.1:{port},OUT://127.0.0.1:{behind},"
                    f"CONTROLLER://127.0.0.1:{controller}",
                    "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port},"
                    f"OUT://127.0.0.1:{outside}",
                    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,OUT:PLAINTEXT,"
                    "CONTROLLER:PLAINTEXT",
                    **(settings or {}),
                },
            )
            children.append(kafka.start_broker(processes, jars.locked("kafka"), broker))
            proxies.append(stack.enter_context(Proxy(outside, behind)))
        for port in chosen[2::4]:
            wait_until(partial(listens, port), seconds=60, what="Kafka")
        yield Three(tuple(proxies), tuple(children), processes)
        for child in children:
            processes.kill(child)
