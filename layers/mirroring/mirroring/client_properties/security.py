"""How to prove who we are to a Kafka cluster, and how to be sure that it is the right one."""

from dataclasses import dataclass
from enum import StrEnum

from pydantic import SecretStr

from mirroring.errors import FieldError, UnsupportedProperty


class Protocol(StrEnum):
    """Kafka's `security.protocol`."""

    PLAINTEXT = "PLAINTEXT"
    SSL = "SSL"
    SASL_PLAINTEXT = "SASL_PLAINTEXT"
    SASL_SSL = "SASL_SSL"

    @property
    def encrypts(self) -> bool:
        """Whether the connection is TLS."""
        return self in (Protocol.SSL, Protocol.SASL_SSL)

    @property
    def authenticates(self) -> bool:
        """Whether a SASL exchange comes before the first request."""
        return self in (Protocol.SASL_PLAINTEXT, Protocol.SASL_SSL)


class Mechanism(StrEnum):
    """The SASL mechanisms that are honoured, as brokers name them."""

    PLAIN = "PLAIN"
    SCRAM_SHA_256 = "SCRAM-SHA-256"
    SCRAM_SHA_512 = "SCRAM-SHA-512"
    OAUTHBEARER = "OAUTHBEARER"
    AWS_MSK_IAM = "AWS_MSK_IAM"


class Isolation(StrEnum):
    """Kafka's `isolation.level`: whether open and aborted transactions are read too."""

    READ_UNCOMMITTED = "read_uncommitted"
    READ_COMMITTED = "read_committed"

    @property
    def code(self) -> int:
        """The byte that stands for it in requests."""
        return int(self is Isolation.READ_COMMITTED)


@dataclass(frozen=True)
class OAuth:
    """Where a token is bought with client credentials (RFC 6749, 4.4)."""

    token_url: str
    client_id: str
    client_secret: SecretStr
    scope: str | None = None
    url_encoded: bool = False
    extensions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Security:
    """A Java client's connection properties, understood; PEM texts, secrets hidden in the repr."""

    protocol: Protocol = Protocol.PLAINTEXT
    mechanism: Mechanism | None = None
    username: str | None = None
    password: SecretStr | None = None
    oauth: OAuth | None = None
    ca: str | None = None
    certificate: str | None = None
    key: SecretStr | None = None
    key_password: SecretStr | None = None
    check_hostname: bool = True
    isolation: Isolation = Isolation.READ_UNCOMMITTED


def invalid(name: str, why: str) -> UnsupportedProperty:
    """The error that names a property whose value Kafka's own clients refuse, and says why."""
    return refusal(name, f"Kafka refuses it: {why}")


def refusal(name: str, why: str) -> UnsupportedProperty:
    """The error that names a property and says why it cannot be honoured, never its value."""
    return UnsupportedProperty(f"{name}: {why}.", FieldError(field=name, message=why))
