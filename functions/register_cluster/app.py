"""Registers and forgets clusters, each verified against the real thing first."""

from mirroring.api import read
from mirroring.api.routing import Answer, Api, answer, created, nothing
from mirroring.contract import names
from mirroring.contract.requests import ClusterRequest, ConnectClusterRequest
from mirroring.managing import connect_clusters, kafka_clusters

api = Api()
handler = api.handler


@api.put("/clusters/{name}")
def put_cluster(name: str) -> Answer:
    name, request = names.new(name), api.body(ClusterRequest)
    _, new = kafka_clusters.kafka_clusters().put(name, request, api.write())
    return answer(read.reader().cluster(name), created(new))


@api.delete("/clusters/{name}")
def delete_cluster(name: str) -> Answer:
    kafka_clusters.kafka_clusters().delete(name, api.write())
    return nothing()


@api.put("/connect-clusters/{name}")
def put_connect_cluster(name: str) -> Answer:
    name, request = names.new(name), api.body(ConnectClusterRequest)
    _, new = connect_clusters.connect_clusters().put(name, request, api.write())
    return answer(read.reader().connect_cluster(name), created(new))


@api.delete("/connect-clusters/{name}")
def delete_connect_cluster(name: str) -> Answer:
    connect_clusters.connect_clusters().delete(name, api.write())
    return nothing()
