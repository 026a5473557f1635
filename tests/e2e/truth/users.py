"""Users of a source that asks who comes (SCRAM), and what they may do there (ACLs)."""

from dataclasses import dataclass

from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ResourcePattern,
    ResourceType,
    UserScramCredentialUpsertion,
)

from tests.e2e.truth.world import World

MECHANISM = "SCRAM-SHA-512"
MODULE = "org.apache.kafka.common.security.scram.ScramLoginModule"


@dataclass(frozen=True)
class Users:
    """The users of a world's source, as its administrator sees them."""

    world: World

    def set_password(self, user: str, password: str) -> None:
        """Make a user, or give it another password; open connections stay open."""
        made = UserScramCredentialUpsertion(user, MECHANISM, password)
        with KafkaAdminClient(bootstrap_servers=self.world.source.address) as admin:
            admin.alter_user_scram_credentials([made])

    def allow(self, user: str, topic: str, *operations: ACLOperation) -> None:
        """Let a user do this to a topic; without a word nobody may do anything."""
        pattern = ResourcePattern(ResourceType.TOPIC, topic)
        acls = [
            ACL(f"User:{user}", "*", operation, ACLPermissionType.ALLOW, pattern)
            for operation in operations
        ]
        with KafkaAdminClient(bootstrap_servers=self.world.source.address) as admin:
            admin.create_acls(acls)

    def properties(self, user: str, password: str) -> dict[str, str]:
        """The connection properties of a user."""
        return {
            "bootstrap.servers": self.world.secured,
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": MECHANISM,
            "sasl.jaas.config": f'{MODULE} required username="{user}" password="{password}";',
        }
