"""A Connect cluster of one worker, and a mirror that reconcile looks after."""

from collections.abc import Iterator

import pytest
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.registry import Registry
from mirroring.storing.vault import Vault

from tests.functional.connect_server import ConnectServer
from tests.functional.reconciling.acts import PROPERTIES, add
from tests.given import a_cluster, a_connect_cluster, a_mirror


@pytest.fixture
def server() -> Iterator[ConnectServer]:
    """The Connect cluster's one worker."""
    with ConnectServer(shy=0) as server:
        yield server


@pytest.fixture
def store(
    mirrors: MirrorStore, clusters: Registry, secrets: Vault, server: ConnectServer
) -> MirrorStore:
    """Two Kafka clusters, a Connect cluster and one mirror."""
    secrets.put_cluster_properties("eu-core", PROPERTIES)
    private = ("private:9092",)
    clusters.put_cluster(
        a_cluster(security_protocol="SASL_PLAINTEXT", private_bootstrap_servers=private)
    )
    clusters.put_cluster(a_cluster("us-core", bootstrap_servers=("us:9092",)))
    clusters.put_connect_cluster(a_connect_cluster(urls=(server.url,)))
    add(mirrors, a_mirror(max_tasks=2))
    return mirrors
