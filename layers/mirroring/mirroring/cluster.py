"""The Kafka clusters and Connect clusters that people register, named from then on."""

from pydantic import Field

from mirroring.schema import Moment, Name, Rewritten


class KafkaCluster(Rewritten):
    """A registered Kafka cluster; its connection properties are a secret and live in the vault.

    `revision` counts its registrations (0: of a time when nobody counted). `secret` says which of
    the vault's secrets of its name holds the properties of this registration; None for the one that
    has no such mark, or for none.
    """

    name: Name
    bootstrap_servers: tuple[str, ...]
    private_bootstrap_servers: tuple[str, ...] = ()
    cluster_id: str
    brokers: int
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str | None = None
    description: str = ""
    tags: dict[str, str] = Field(default_factory=dict)
    revision: int = 0
    secret: str | None = None
    created_at: Moment
    updated_at: Moment

    def servers(self, *, private: bool) -> tuple[str, ...]:
        """The bootstrap servers on the wanted network."""
        return self.private_bootstrap_servers if private else self.bootstrap_servers


class ConnectCluster(Rewritten):
    """A registered Connect cluster; its user name and password live in the vault.

    `workers` are the distinct workers that Connect knew when it was asked last; None while no
    connector runs that would show one. `revision` and `secret` are as of a Kafka cluster.
    """

    name: Name
    urls: tuple[str, ...]
    kafka_cluster: Name
    ca_certificate: str | None = None
    config_provider: str | None = None
    offset_flush_ms: int = 60_000
    version: str
    workers: int | None = None
    revision: int = 0
    secret: str | None = None
    created_at: Moment
    updated_at: Moment
