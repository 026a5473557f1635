"""A source that speaks every protocol, Connect workers behind a password, and mirrors between."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ResourcePattern,
    ResourceType,
    UserScramCredentialUpsertion,
)

from tests.e2e.clusters import PASSWORD, Identity, Secured
from tests.e2e.local_stack import LocalStack, eventually
from tests.e2e.secured_connect import SecuredConnect

SETTLED_S = 120.0
MODULES = "org.apache.kafka.common.security"
FIRST, SECOND = "scram-first-7d1e", "scram-second-40b8"


@dataclass
class World:
    """The stack, a source that speaks every protocol, and Connect workers behind a password."""

    stack: LocalStack
    source: Secured
    workers: SecuredConnect
    client: Identity
    mirrors: dict[str, str] = field(default_factory=dict)

    def register(self, name: str, listener: str, properties: dict[str, str]) -> Any:
        """PUT /clusters/{name}."""
        lines = {key: value.replace("\n", "\\n") for key, value in properties.items()}
        text = "".join(f"{key}={value}\n" for key, value in lines.items())
        body = {
            "bootstrapServers": [self.source.servers[listener]],
            "connectionProperties": text,
        }
        return self.stack.put(f"/clusters/{name}", body)

    def create(self, cluster: str, connect: str, topic: str) -> str:
        """A mirror of one topic, under an alias of its own; its name."""
        managed = {"managedCluster": {"sourceKafkaClusterId": cluster}}
        body = {
            "connectCluster": connect,
            "sourceCluster": {"alias": f"s{secrets.token_hex(3)}", **managed},
            "topicsRegex": topic,
        }
        answer = self.stack.post("/mirrors", body)
        assert answer.status == 202, answer
        self.mirrors[str(answer.json["name"])] = topic
        return str(answer.json["name"])

    def mirror(self, name: str) -> Any:
        """GET /mirrors/{name}."""
        return self.stack.get(f"/mirrors/{name}").json

    def changes(self, name: str) -> list[dict[str, Any]]:
        """The mirror's changes, oldest first."""
        changes = self.stack.get(f"/mirrors/{name}/changes").json["changes"]
        return list(changes[::-1])

    def produce(self, topic: str) -> bytes:
        """Write a record to the source; its value."""
        value = secrets.token_hex(8).encode()
        with KafkaProducer(bootstrap_servers=self.source.server) as producer:
            producer.send(topic, value).get(10)
        return value

    def is_in_sync(self, name: str) -> None:
        """Wait until the mirror is in sync."""
        eventually(
            lambda: self.mirror(name)["status"] == "IN_SYNC",
            within_s=SETTLED_S,
            what=f"{name} IN_SYNC: {self.mirror(name)}",
        )

    def copies(self, name: str) -> None:
        """Wait until a record that is written now has come through the mirror."""
        topic = self.mirrors[name]
        value = self.produce(topic)
        mirrored = f"{name.partition('.')[0]}.{topic}"
        eventually(
            lambda: value in {one.value for one in self.stack.target.read(mirrored)},
            within_s=SETTLED_S,
            what=f"a record in {mirrored}",
        )


def scram(world_ca: str, password: str) -> dict[str, str]:
    """A user of SASL_SSL and SCRAM-SHA-512 behind an own authority."""
    login = f'{MODULES}.scram.ScramLoginModule required username="ann" password="{password}";'
    return {
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.jaas.config": login,
        "ssl.truststore.type": "PEM",
        "ssl.truststore.certificates": world_ca,
    }


def mutual(own: Identity) -> dict[str, str]:
    """A client certificate."""
    return {
        "security.protocol": "SSL",
        "ssl.truststore.type": "PEM",
        "ssl.truststore.certificates": own.ca,
        "ssl.keystore.type": "PEM",
        "ssl.keystore.certificate.chain": own.certificate,
        "ssl.keystore.key": own.key,
    }


def plain() -> dict[str, str]:
    """A user of SASL PLAIN."""
    login = f'{MODULES}.plain.PlainLoginModule required username="ann" password="{PASSWORD}";'
    return {
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "PLAIN",
        "sasl.jaas.config": login,
    }


def give(source: Secured, password: str) -> None:
    """`ann` gets a SCRAM password, which ends the one before."""
    with KafkaAdminClient(bootstrap_servers=source.server) as admin:
        admin.alter_user_scram_credentials(
            [UserScramCredentialUpsertion("ann", "SCRAM-SHA-512", password)]
        )


def prepare(source: Secured) -> None:
    """Topics, and `ann`, who may do what MirrorMaker must at a source."""
    topics = {name: {"num_partitions": 1, "replication_factor": 1} for name in "abcdef"}
    may = {
        ResourceType.TOPIC: ("*", ("DESCRIBE", "READ", "DESCRIBE_CONFIGS")),
        ResourceType.GROUP: ("*", ("DESCRIBE",)),
        ResourceType.CLUSTER: ("kafka-cluster", ("DESCRIBE",)),
    }
    with KafkaAdminClient(bootstrap_servers=source.server) as admin:
        admin.create_topics(topics)
        admin.create_acls(
            [
                ACL("User:ann", "*", ACLOperation[word], ACLPermissionType.ALLOW,
                    ResourcePattern(kind, name))
                for kind, (name, words) in may.items()
                for word in words
            ]
        )  # fmt: skip
    give(source, FIRST)


def begin(world: World) -> None:
    """Register a source for each login, and create the mirrors of the topics a to d."""
    ca = world.source.authority.pem
    for name, listener, properties in (
        ("by-scram", "SASL_SSL", scram(ca, FIRST)),
        ("by-key", "MUTUAL", mutual(world.client)),
        ("by-plain", "PLAIN", plain()),
    ):
        answer = world.register(name, listener, properties)
        assert answer.status == 201, answer
    world.workers.sync()
    for topic in ("a", "b"):
        world.create("by-scram", world.workers.name, topic)
    world.create("by-key", world.workers.name, "c")
    world.create("by-plain", "us-connect", "d")


def end(world: World) -> None:
    """Remove the mirrors, and forget the clusters."""
    for name in world.mirrors:
        assert world.stack.delete(f"/mirrors/{name}").status in (202, 204, 404)
    for name in world.mirrors:
        eventually(
            lambda: world.stack.get(f"/mirrors/{name}").status == 404,  # noqa: B023 - asked at once
            within_s=SETTLED_S,
            what="the removal",
        )
    paths = [f"/connect-clusters/{world.workers.name}"]
    paths += [f"/clusters/{name}" for name in ("by-scram", "by-key", "by-plain")]
    for path in paths:
        assert world.stack.delete(path).status == 204


def of(world: World, topic: str) -> str:
    """The mirror of a topic."""
    return next(name for name, one in world.mirrors.items() if one == topic)
