"""A second source for a world, with a link to Connect that can be troubled and users of its own.

Connect reads it through a proxy or as a SASL user; samplers have their own way to it, as they do
when a Lambda's subnets are not the workers'.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ResourcePattern,
    ResourceType,
    UserScramCredentialUpsertion,
)

from lockstep.local import jars, kafka, ports
from lockstep.local.waiting import listens, wait_until
from tests.e2e.proxy import Proxy
from tests.e2e.truth.elsewhere import register
from tests.e2e.truth.side import Side
from tests.e2e.truth.world import World

NAME = "eu-linked"
SERVERS = "source.cluster.bootstrap.servers"
START_S = 90.0
_SCRAM = "SCRAM-SHA-512"
_MODULE = "org.apache.kafka.common.security.scram.ScramLoginModule"


@dataclass(frozen=True)
class Linked:
    """The source: `side` is our own way, `proxy` stands before the address `linked`."""

    side: Side
    proxy: Proxy
    secured: str

    @property
    def linked(self) -> dict[str, str]:
        """What makes a connector read through the proxy."""
        return {SERVERS: f"127.0.0.1:{self.proxy.port}"}

    def admin(self) -> KafkaAdminClient:
        """A client that may do everything; close it."""
        return KafkaAdminClient(bootstrap_servers=self.side.address)

    def set_password(self, user: str, password: str) -> None:
        """Make a user, or give it another password; open connections stay open."""
        with self.admin() as admin:
            made = UserScramCredentialUpsertion(user, _SCRAM, password)
            admin.alter_user_scram_credentials([made])

    def allow(self, user: str, topic: str, *operations: ACLOperation) -> None:
        """Let a user do this to a topic; without a word nobody may do anything."""
        pattern = ResourcePattern(ResourceType.TOPIC, topic)
        acls = [
            ACL(f"User:{user}", "*", operation, ACLPermissionType.ALLOW, pattern)
            for operation in operations
        ]
        with self.admin() as admin:
            admin.create_acls(acls)

    def properties(self, user: str, password: str) -> dict[str, str]:
        """Connection properties of a user."""
        return {
            "bootstrap.servers": self.secured,
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": _SCRAM,
            "sasl.jaas.config": f'{_MODULE} required username="{user}" password="{password}";',
        }


@contextmanager
def linked(world: World, folder: Path) -> Iterator[Linked]:
    """Starts it and registers it as NAME; the world's processes end it."""
    plain, controller, behind, outside, secured = ports.choose(5)
    broker = kafka.Broker(
        NAME,
        folder / NAME,
        plain,
        controller,
        kafka.new_cluster_id(),
        settings=_settings(plain, controller, behind, outside, secured),
    )
    kafka.start_broker(world.processes, jars.locked("kafka"), broker)
    for port in (plain, behind, secured):
        wait_until(partial(listens, port), seconds=START_S, what=NAME)
    register(world, NAME, broker.address)
    with closing(Side(broker.address)) as side, Proxy(outside, behind) as proxy:
        yield Linked(side, proxy, f"127.0.0.1:{secured}")


def _settings(
    plain: int, controller: int, behind: int, outside: int, secured: int
) -> dict[str, str]:
    """Listeners, advertised where clients find them; whoever comes without a name may do all."""
    here = "127.0.0.1"
    own = f"PLAINTEXT://{here}:{plain},SECURED://{here}:{secured}"
    protocols = "PLAINTEXT:PLAINTEXT,LINKED:PLAINTEXT,SECURED:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT"
    jaas = f"listener.name.secured.{_SCRAM.lower()}.sasl.jaas.config"
    return {
        "listeners": f"{own},LINKED://{here}:{behind},CONTROLLER://{here}:{controller}",
        "advertised.listeners": f"{own},LINKED://{here}:{outside}",
        "listener.security.protocol.map": protocols,
        "listener.name.secured.sasl.enabled.mechanisms": _SCRAM,
        jaas: f"{_MODULE} required;",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
    }
