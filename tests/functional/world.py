"""Two Kafka clusters and a Connect cluster, registered over the API as a person does it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.functional import kafka
from tests.functional.connect_server import ConnectServer
from tests.functional.http import Answer, call
from tests.functional.kafka import Cluster, Kafka

EU, US, AP = "eu:9092", "us:9092", "ap:9092"


@dataclass
class World:
    """What the stack's surroundings are made of."""

    kafka: Kafka
    connect: ConnectServer

    def create(self, **fields: Any) -> Answer:
        """POST /mirrors with what is required and these fields."""
        return call("POST", "/mirrors", a_request(**fields))

    def created(self, **fields: Any) -> dict[str, Any]:
        """The same, which must be taken."""
        answer = self.create(**fields)
        assert answer.status == 202, answer.json
        mirror: dict[str, Any] = answer.json
        return mirror


def a_request(**fields: Any) -> dict[str, Any]:
    """A body of POST /mirrors; a field given as `...` is left out."""
    body = {
        "connectCluster": "us-connect",
        "sourceCluster": managed("eu-core"),
        "topicsRegex": r"orders\..*",
    } | fields
    return {name: value for name, value in body.items() if value is not ...}


def managed(name: str, alias: str | None = None, **fields: Any) -> dict[str, Any]:
    """A registered source."""
    source: dict[str, Any] = {"managedCluster": {"sourceKafkaClusterId": name, **fields}}
    return source if alias is None else {"alias": alias, **source}


def external(text: str, alias: str = "ext") -> dict[str, Any]:
    """A source that is not registered."""
    return {"alias": alias, "externalCluster": {"sourceConnectionProperties": text}}


@pytest.fixture
def world(stack: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """eu-core, us-core and us-connect, registered."""
    clusters = kafka.replace(monkeypatch)
    clusters.clusters[EU] = Cluster("EU-id", ["orders.new", "orders.paid", "payments"])
    clusters.clusters[US] = Cluster("US-id", ["audit"])
    clusters.clusters[AP] = Cluster("AP-id", [])
    with ConnectServer("US-id", shy=0) as server:
        for name, at in (("eu-core", EU), ("us-core", US)):
            assert call("PUT", f"/clusters/{name}", {"bootstrapServers": [at]}).status == 201
        body = {"urls": [server.url], "kafkaCluster": "us-core"}
        assert call("PUT", "/connect-clusters/us-connect", body).status == 201
        yield World(clusters, server)
