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
        """`putClustersName`: unique, and what client generators name a method after."""
        words = self.path.replace("{", "").replace("}", "").replace("-", "/").split("/")
        return self.method.lower() + "".join(word.capitalize() for word in words)

    @property
    def scope(self) -> str:
        """The scope that the caller's token needs."""
        return "mirrors/read" if self.method == "GET" else "mirrors/write"

    @property
    def tag(self) -> str:
        """The chapter that it belongs to."""
        return {"mirrors": "Mirrors"}.get(self.path.split("/")[1], "Clusters")
