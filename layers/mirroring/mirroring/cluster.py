"""The Kafka clusters and Connect clusters that people register, named from then on."""

from typing import Annotated

from pydantic import Field, StringConstraints

from mirroring.schema import Moment, Rewritten

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]


class KafkaCluster(Rewritten):
    """A registered Kafka cluster; its connection properties are a secret and live in the vault."""

    name: Name
    bootstrap_servers: tuple[str, ...]
    private_bootstrap_servers: tuple[str, ...] = ()
    cluster_id: str
    brokers: int
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str | None = None
    description: str = ""
    tags: dict[str, str] = Field(default_factory=dict)
    created_at: Moment
    updated_at: Moment

    def servers(self, *, private: bool) -> tuple[str, ...]:
        """The bootstrap servers on the wanted network."""
        return self.private_bootstrap_servers if private else self.bootstrap_servers


class ConnectCluster(Rewritten):
    """A registered Connect cluster; its user name and password live in the vault."""

    name: Name
    urls: tuple[str, ...]
    kafka_cluster: Name
    ca_certificate: str | None = None
    config_provider: str | None = None
    offset_flush_ms: int = 60_000
    version: str
    workers: int
    created_at: Moment
    updated_at: Moment
