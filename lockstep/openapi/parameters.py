"""The parameters of the calls, by name."""

from itertools import pairwise
from typing import Any

from mirroring.api.queries import DEFAULT_LIMIT, LARGEST_LIMIT
from mirroring.mirror import Cleanup
from mirroring.observation import Status

_STATUS = "|".join(Status)
MOMENT = {"type": "string", "format": "date-time"}


def _query(description: str, schema: dict[str, Any], example: Any = None) -> dict[str, Any]:
    found = {"in": "query", "required": False, "description": description, "schema": schema}
    return found if example is None else {**found, "example": example}


PARAMETERS: dict[str, dict[str, Any]] = {
    "limit": _query(
        "How many rows a page has at most.",
        {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": DEFAULT_LIMIT},
        DEFAULT_LIMIT,
    ),
    "nextToken": _query(
        "Where the last page ended: its `nextToken`, as it was given.",
        {"type": "string", "minLength": 1, "maxLength": 500},
    ),
    "status": _query(
        "Only mirrors with this status, or one of several with commas between.",
        {"type": "string", "pattern": f"^({_STATUS})(,({_STATUS}))*$"},
        f"{Status.OUT_OF_SYNC},{Status.FAILED}",
    ),
    "connectCluster": _query(
        "Only mirrors of this Connect cluster.", {"type": "string"}, "us-connect"
    ),
    "alias": _query("Only mirrors with this alias.", {"type": "string"}, "eu"),
    "source": _query(
        "Only mirrors that read this registered cluster.", {"type": "string"}, "eu-core"
    ),
    "tag": _query(
        "Only mirrors with this tag: `key`, or `key:value`.", {"type": "string"}, "team:core"
    ),
    "recent": _query(
        "`true` adds how far behind each mirror was in the last hour.",
        {"type": "boolean", "default": False},
        True,
    ),
    "cleanup": _query(
        "`internal` removes the mirror's own checkpoints and offset-syncs topics too, when no "
        "other mirror shares them, and its connectors' stored offsets.",
        {"type": "string", "enum": list(Cleanup)},
    ),
    "force": _query(
        "`true` forgets the mirror now, though Kafka Connect does not answer.",
        {"type": "boolean", "default": False},
        False,
    ),
    "from": _query(
        "The oldest point; 24 hours before `to` unless told.", MOMENT, "2026-01-01T00:04:00Z"
    ),
    "to": _query("The youngest point; now unless told.", MOMENT, "2026-01-01T00:05:00Z"),
    "topic": _query(
        "The history of this source topic, not of the mirror.", {"type": "string"}, "orders.new"
    ),
    "Idempotency-Key": {
        "in": "header",
        "required": False,
        "description": "Any word of yours for this request, kept for 24 hours.",
        "schema": {"type": "string", "pattern": r"^[\x21-\x7e]{1,255}$"},
        "example": "3f1c9a52-8d0b-4a57-9f43-6f0c6f1f2b1e",
    },
    "If-Match": {
        "in": "header",
        "required": False,
        "description": "The version that you have seen, in quotes; 412 when it moved since.",
        "schema": {"type": "string", "pattern": r'^("?[0-9]{1,18}"?|\*)$'},
        "example": '"1"',
    },
}

_PATHS: dict[str, dict[str, Any]] = {
    "mirrors": {"type": "string", "pattern": r"^[A-Za-z0-9._-]{1,200}$"},
    "clusters": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,40}$"},
    "connect-clusters": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,40}$"},
    "topics": {"type": "string", "pattern": r"^[A-Za-z0-9._-]{1,249}$"},
}
_NAMES = {
    "mirrors": "eu.us-core.k3x9q",
    "clusters": "eu-core",
    "connect-clusters": "us-connect",
    "topics": "orders.new",
}


def of_path(path: str) -> list[str]:
    """The names in a path, by the names of their kinds."""
    steps = path.removeprefix("/").split("/")
    return [kind for kind, step in pairwise(steps) if step.startswith("{")]


def component(name: str) -> str:
    """Where a parameter is among the components: `mirrors` is MirrorName, `If-Match` IfMatch."""
    if name in _PATHS:
        name = f"{name.removesuffix('s')}-name"
    return "".join(word[:1].upper() + word[1:] for word in name.split("-"))


def _name(kind: str) -> dict[str, Any]:
    return {
        "name": "topic" if kind == "topics" else "name",
        "in": "path",
        "required": True,
        "description": "The source topic." if kind == "topics" else "Its name.",
        "schema": _PATHS[kind],
        "example": _NAMES[kind],
    }


COMPONENTS = {component(kind): _name(kind) for kind in _PATHS} | {
    component(name): {"name": name, **one} for name, one in PARAMETERS.items()
}
