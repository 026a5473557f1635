"""One call of the API: what it takes, what it answers, which problems it may answer with."""

from collections.abc import Mapping
from dataclasses import dataclass

from mirroring.errors import (
    BadRequest,
    ClusterUnauthorized,
    ClusterUnreachable,
    HostNotAllowed,
    ProblemError,
    TooLarge,
    UnsupportedProperty,
)
from mirroring.schema import Request, Schema

Problems = tuple[type[ProblemError], ...]
PAGED = ("limit", "nextToken")
BODY: Problems = (BadRequest, TooLarge)
READ, WRITE = "mirrors/read", "mirrors/write"
IDS = {
    "GET /clusters": "listClusters",
    "GET /clusters/{name}": "getCluster",
    "PUT /clusters/{name}": "putCluster",
    "DELETE /clusters/{name}": "deleteCluster",
    "GET /connect-clusters": "listConnectClusters",
    "GET /connect-clusters/{name}": "getConnectCluster",
    "PUT /connect-clusters/{name}": "putConnectCluster",
    "DELETE /connect-clusters/{name}": "deleteConnectCluster",
    "GET /mirrors": "listMirrors",
    "GET /mirrors/summary": "getMirrorSummary",
    "POST /mirrors": "createMirror",
    "POST /mirrors/preview": "previewMirror",
    "GET /mirrors/{name}": "getMirror",
    "PATCH /mirrors/{name}": "updateMirror",
    "POST /mirrors/{name}/pause": "pauseMirror",
    "POST /mirrors/{name}/stop": "stopMirror",
    "POST /mirrors/{name}/resume": "resumeMirror",
    "POST /mirrors/{name}/restart": "restartMirror",
    "POST /mirrors/{name}/acknowledge": "acknowledgeMirror",
    "DELETE /mirrors/{name}": "deleteMirror",
    "PUT /mirrors/{name}/target-latency": "setTargetLatency",
    "GET /mirrors/{name}/topics": "listMirrorTopics",
    "GET /mirrors/{name}/topics/{topic}": "getMirrorTopic",
    "GET /mirrors/{name}/latency": "getMirrorLatency",
    "GET /mirrors/{name}/changes": "listMirrorChanges",
}
UNSEEN: Problems = (
    ClusterUnreachable,
    ClusterUnauthorized,
    UnsupportedProperty,
    HostNotAllowed,
)


@dataclass(frozen=True)
class Operation:
    """One call; `answers` by status, None for an answer without a body."""

    method: str
    path: str
    summary: str
    description: str
    answers: Mapping[int, type[Schema] | None]
    problems: Problems = ()
    body: type[Request] | None = None
    parameters: tuple[str, ...] = ()
    needs_body: bool = True

    @property
    def id(self) -> str:
        """What generated clients call their method."""
        return IDS[f"{self.method} {self.path}"]

    @property
    def scope(self) -> str:
        """The scope that the caller's token needs."""
        return READ if self.method == "GET" else WRITE

    @property
    def tag(self) -> str:
        """The chapter that it belongs to."""
        return {"mirrors": "Mirrors"}.get(self.path.split("/")[1], "Clusters")
