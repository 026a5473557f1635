"""What a Connect cluster says of itself: its version, its workers, and what runs there.

And the rules that keep its mirrors from losing it.
"""

from collections.abc import Set
from dataclasses import dataclass

from mirroring import bounded
from mirroring.cluster import KafkaCluster
from mirroring.contract.requests import ConnectClusterRequest
from mirroring.errors import (
    ConnectClusterInUse,
    ConnectNoMirrorMaker,
    ConnectOtherGroup,
    ConnectUnavailable,
    ConnectUnreachable,
    ConnectWrongCluster,
    FieldError,
)
from mirroring.kafka_connect.client import ConnectClient
from mirroring.kafka_connect.connector_info import workers
from mirroring.managing import usage
from mirroring.storing.fleet import Fleet

PATIENCE_S = 8.0
# As many as a person reads; the rest is counted.
NAMED = 10
NEEDED = frozenset(
    f"org.apache.kafka.connect.mirror.Mirror{kind}Connector" for kind in ("Source", "Checkpoint")
)


@dataclass(frozen=True, slots=True)
class ConnectGroup:
    """The workers of one group: `workers` counts them, None where none shows."""

    version: str
    connectors: frozenset[str]
    workers: int | None


def verified(request: ConnectClusterRequest, target: KafkaCluster) -> ConnectGroup:
    """The workers, which write to the target and can run MirrorMaker 2.

    Raises ConnectUnreachable, ConnectWrongCluster, ConnectNoMirrorMaker.
    """
    connect = ConnectClient(
        request.urls, request.username, request.password, request.ca_certificate
    ).within(PATIENCE_S)
    try:
        about = connect.about()
        if about.kafka_cluster_id != target.cluster_id:
            raise ConnectWrongCluster(
                f"Kafka Connect works on cluster {about.kafka_cluster_id}, and {target.name} is "
                f"{target.cluster_id}: register that cluster, or other workers.",
                FieldError(field="kafkaCluster", message="is not the cluster of these workers"),
            )
        missing = NEEDED - connect.plugins()
        listed = connect.connectors() if not missing else {}
        names = connect.names() if not missing else frozenset()
    except ConnectUnavailable as error:
        wrong = FieldError(field="urls", message=error.detail)
        raise ConnectUnreachable(f"Kafka Connect cannot be used: {error.detail}", wrong) from error
    if missing:
        raise ConnectNoMirrorMaker(
            f"The workers lack {', '.join(sorted(missing))}: put MirrorMaker 2 (connect-mirror) on "
            "their plugin.path or class path."
        )
    return ConnectGroup(about.version, names, workers(listed.values()))


def must_run(connectors: Set[str], name: str, group: ConnectGroup) -> None:
    """Raises ConnectOtherGroup where these workers lack connectors of the mirrors of `name`."""
    missing = sorted(connectors - group.connectors)
    if missing:
        raise ConnectOtherGroup(
            f"These workers do not run {bounded.names(missing, NAMED)}: they are another group "
            f"than that of {name}, and would copy everything again beside it. Register them under "
            "a name of their own, or put the connectors back first if they were deleted."
        )


def must_be_unused(name: str, fleet: Fleet, why: str) -> None:
    """Raises ConnectClusterInUse."""
    if used := usage.of_connect_cluster(name, fleet):
        raise ConnectClusterInUse(f"{name} runs {bounded.names(used, NAMED)}, {why}.")
