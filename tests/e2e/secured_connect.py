"""A Connect cluster of two workers behind HTTPS and a password, with a config provider of files."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from mirroring.errors import ConnectUnavailable
from mirroring.kafka_connect.client import ConnectClient
from pydantic import SecretStr

from lockstep.local import jars, kafka, ports
from lockstep.local.processes import Child, Processes
from tests.e2e.clusters import Authority
from tests.e2e.local_stack import LocalStack, eventually

USER, LOGIN = "lockstep", "rest-only-91c2"
STORE = "store-pass"
START_S = 90.0
FILES = "org.apache.kafka.common.config.provider.FileConfigProvider"
REST = "org.apache.kafka.connect.rest.basic.auth.extension"


@dataclass
class SecuredConnect:
    """The workers, registered as the Connect cluster `name`."""

    stack: LocalStack
    processes: Processes
    workers: tuple[kafka.Worker, ...]
    children: list[Child]
    ca: str

    @property
    def name(self) -> str:
        """The Connect cluster's name."""
        return self.workers[0].group

    @property
    def urls(self) -> tuple[str, ...]:
        """Where the workers listen."""
        return tuple(one.url.replace("http:", "https:") for one in self.workers)

    def connect(self, worker: int) -> ConnectClient:
        """One worker's REST API, over fresh sockets."""
        return ConnectClient((self.urls[worker],), USER, SecretStr(LOGIN), self.ca)

    def answers(self, worker: int) -> bool:
        """Whether that worker is up."""
        try:
            return bool(self.connect(worker).plugins())
        except ConnectUnavailable:
            return False

    def register(self) -> None:
        """Register the Connect cluster, any worker of it."""
        login = {"username": USER, "password": LOGIN, "caCertificate": self.ca}
        provider = {"configProvider": "file", "offsetFlushMs": 2000}
        body = {"urls": list(self.urls), "kafkaCluster": "us-core", **login, **provider}
        answer = self.stack.put(f"/connect-clusters/{self.name}", body)
        assert answer.status == 201, answer

    def sync(self) -> None:
        """What an agent on the workers does: the secrets as files, a key to each property."""
        client = self.stack.aws("secretsmanager")
        for one in client.list_secrets()["SecretList"]:
            value = json.loads(client.get_secret_value(SecretId=one["Name"])["SecretString"])
            for worker in self.workers:
                write(worker.folder / one["Name"], value)

    def logs(self) -> str:
        """Whatever the workers wrote of themselves."""
        names = ("output.log", "kafka.log")
        paths = [worker.folder / name for worker in self.workers for name in names]
        return "".join(path.read_text(errors="replace") for path in paths if path.exists())


def write(path: Path, properties: dict[str, Any]) -> None:
    """A .properties file, escaped as java.util.Properties reads it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    escaped = {
        key: value.replace("\\", "\\\\").replace("\n", "\\n") for key, value in properties.items()
    }
    path.write_text("".join(f"{key}={value}\n" for key, value in escaped.items()))


@contextmanager
def secured_connect(
    stack: LocalStack, folder: Path, authority: Authority
) -> Iterator[SecuredConnect]:
    """Starts both workers; afterwards their mirrors are removed and they end."""
    group = f"secured-{secrets.token_hex(3)}"
    chosen = ports.choose(2)
    tls = _tls(folder, authority)
    workers = tuple(
        _worker(f"{group}-{port}", folder / str(port), port, stack, group, tls) for port in chosen
    )
    with Processes() as processes:
        libraries = jars.locked("kafka")
        children = [kafka.start_worker(processes, libraries, one) for one in workers]
        found = SecuredConnect(stack, processes, workers, children, authority.pem)
        for index in range(len(workers)):
            eventually(lambda: found.answers(index), within_s=START_S, what="a worker's answer")  # noqa: B023 - asked at once
        yield found


def _worker(
    name: str, folder: Path, port: int, stack: LocalStack, group: str, tls: dict[str, str]
) -> kafka.Worker:
    folder.mkdir(parents=True)
    (folder / "users.properties").write_text(f"{USER}={LOGIN}\n")
    module = f'{REST}.PropertyFileLoginModule required file="{folder}/users.properties";'
    (folder / "jaas.conf").write_text(f"KafkaConnect {{\n  {module}\n}};\n")
    settings = {
        **tls,
        "listeners": f"https://127.0.0.1:{port}",
        "rest.advertised.listener": "https",
        "rest.extension.classes": f"{REST}.BasicAuthSecurityRestExtension",
        "config.providers": "file",
        "config.providers.file.class": FILES,
        "offset.flush.interval.ms": "2000",
        "session.timeout.ms": "6000",
        "heartbeat.interval.ms": "1000",
        "scheduled.rebalance.max.delay.ms": "1000",
    }
    options = (f"-Djava.security.auth.login.config={folder}/jaas.conf", f"-Duser.dir={folder}")
    target = stack.endpoints["target"]
    return kafka.Worker(name, folder, port, target, group, settings=settings, java_options=options)


def _tls(folder: Path, authority: Authority) -> dict[str, str]:
    """PKCS12 stores, since Connect's REST API knows no PEM: its own key, and whom workers trust."""
    own = authority.identity("worker")
    certificate = x509.load_pem_x509_certificate(own.certificate.encode())
    key = serialization.load_pem_private_key(own.key.encode(), None)
    ca = x509.load_pem_x509_certificate(authority.pem.encode())
    encryption = serialization.BestAvailableEncryption(STORE.encode())
    keys, trusted = folder / "keys.p12", folder / "trusted.p12"
    keys.write_bytes(
        pkcs12.serialize_key_and_certificates(b"worker", key, certificate, None, encryption)  # type: ignore[arg-type]  # an RSA key
    )
    trusted.write_bytes(
        pkcs12.serialize_java_truststore([pkcs12.PKCS12Certificate(ca, b"ca")], encryption)
    )
    start = "listeners.https.ssl"
    return {
        f"{start}.keystore.type": "PKCS12",
        f"{start}.keystore.location": str(keys),
        f"{start}.keystore.password": STORE,
        f"{start}.key.password": STORE,
        f"{start}.truststore.type": "PKCS12",
        f"{start}.truststore.location": str(trusted),
        f"{start}.truststore.password": STORE,
    }
