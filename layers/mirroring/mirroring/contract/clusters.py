"""What the API answers of Kafka clusters and Connect clusters."""

from mirroring.schema import Moment, Schema


class ClusterAnswer(Schema):
    """A registered Kafka cluster; `brokers` counts, `revision` counts its registrations.

    `If-Match` takes the revision. `usedBy` are the first of its users, by name.
    """

    name: str
    bootstrap_servers: tuple[str, ...]
    private_bootstrap_servers: tuple[str, ...]
    cluster_id: str
    brokers: int
    security_protocol: str
    sasl_mechanism: str | None
    description: str
    tags: dict[str, str]
    revision: int
    created_at: Moment
    updated_at: Moment
    used_by: tuple[str, ...]
    used_by_total: int


class ConnectClusterAnswer(Schema):
    """A registered Connect cluster; `connectedClusters` are its sources.

    `workers` counts those that Connect knew when it was asked last; null while none shows there.
    """

    name: str
    urls: tuple[str, ...]
    kafka_cluster: str
    ca_certificate: str | None
    config_provider: str | None
    offset_flush_ms: int
    version: str
    workers: int | None
    connected_clusters: tuple[str, ...]
    revision: int
    created_at: Moment
    updated_at: Moment


class ClusterList(Schema):
    """Kafka clusters by name."""

    clusters: tuple[ClusterAnswer, ...]
    next_token: str | None


class ConnectClusterList(Schema):
    """Connect clusters by name."""

    connect_clusters: tuple[ConnectClusterAnswer, ...]
    next_token: str | None
