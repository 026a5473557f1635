"""What a newcomer finds: two clusters, a Connect cluster, live topics and a mirror of them."""

import json
from collections.abc import Callable
from http import HTTPStatus
from threading import Event
from typing import Any

from lockstep.local.errors import StackError, Stopped
from lockstep.local.http_event import Request, Response
from lockstep.local.java_services import CONNECT, SOURCE, TARGET, JavaServices

TRIES = 20
PAUSE_S = 1.0

MIRROR = {
    "connectCluster": CONNECT,
    "sourceCluster": {"alias": "eu", "managedCluster": {"sourceKafkaClusterId": SOURCE}},
    "topicsRegex": r"orders\..*",
    "targetLatency": 5_000,
    "description": "The orders of Europe, in America",
}


def register(answer: Callable[[Request], Response], services: JavaServices, stop: Event) -> None:
    """Register the clusters and make the mirror over our own API; at a later start it is there.

    Raises StackError when the API refuses.
    """
    for cluster in (services.source, services.target):
        name = cluster.folder.name
        _call(answer, stop, "PUT", f"/clusters/{name}", {"bootstrapServers": [cluster.address]})
    connect = {"urls": [services.worker.url], "kafkaCluster": TARGET}
    _call(answer, stop, "PUT", f"/connect-clusters/{CONNECT}", connect)
    if not json.loads(_call(answer, stop, "GET", "/mirrors", None))["mirrors"]:
        _call(answer, stop, "POST", "/mirrors", MIRROR)


def _call(
    answer: Callable[[Request], Response], stop: Event, method: str, path: str, body: Any
) -> bytes:
    """The answer's body; 503, a system that does not answer yet, is tried again."""
    content = json.dumps(body).encode() if body else b""
    headers = [("content-type", "application/json"), ("host", "127.0.0.1")]
    request = Request(method, path, "HTTP/1.1", headers, content, "127.0.0.1")
    for _ in range(TRIES):
        response = answer(request)
        if response.status != HTTPStatus.SERVICE_UNAVAILABLE:
            break
        if stop.wait(PAUSE_S):
            raise Stopped
    if response.status >= HTTPStatus.BAD_REQUEST:
        raise StackError(
            f"The demo could not {method} {path} ({response.status}: {_detail(response)}): "
            "see logs/ in the data folder, or start with --no-demo."
        )
    return response.body


def _detail(response: Response) -> str:
    problem = json.loads(response.body)
    return str(problem.get("detail") or problem.get("title"))
