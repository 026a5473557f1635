"""Registers and forgets clusters, each verified against the real thing first."""

from datetime import UTC, datetime

from mirroring.api import read
from mirroring.api.routing import Answer, Api, answer, created, nothing, version_of
from mirroring.contract import names
from mirroring.contract.requests import ClusterRequest, ConnectClusterRequest
from mirroring.errors import ClusterNotFound, ConnectClusterNotFound
from mirroring.managing import connect_clusters, kafka_clusters
from mirroring.managing.audit import Write

api = Api()
handler = api.handler


def _write() -> Write:
    return Write(api.caller(), datetime.now(UTC), version_of(api.header("if-match")))


@api.put("/clusters/{name}")
def put_cluster(name: str) -> Answer:
    """PUT /clusters/{name}"""
    name, request = names.new(name), api.body(ClusterRequest)
    _, new = kafka_clusters.opened().put(name, request, _write())
    shown = read.opened().cluster(name)
    return answer(shown, created(new), version=shown.revision)


@api.delete("/clusters/{name}")
def delete_cluster(name: str) -> Answer:
    """DELETE /clusters/{name}"""
    kafka_clusters.opened().delete(names.known(name, ClusterNotFound), _write())
    return nothing()


@api.put("/connect-clusters/{name}")
def put_connect_cluster(name: str) -> Answer:
    """PUT /connect-clusters/{name}"""
    name, request = names.new(name), api.body(ConnectClusterRequest)
    _, new = connect_clusters.opened().put(name, request, _write())
    shown = read.opened().connect_cluster(name)
    return answer(shown, created(new), version=shown.revision)


@api.delete("/connect-clusters/{name}")
def delete_connect_cluster(name: str) -> Answer:
    """DELETE /connect-clusters/{name}"""
    connect_clusters.opened().delete(names.known(name, ConnectClusterNotFound), _write())
    return nothing()
