"""How the last sample of a mirror is stored: a summary for lists, the rest beside it, compressed.

All of it is one item, since an item costs a write unit each minute for each kB begun: a mirror of
a few topics fits into one, and parts.py keeps what does not. Lists ask for the summary alone.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import Field

from mirroring import bounded
from mirroring.observation import Backfill, Change, Latency, Observation, Reason, Status
from mirroring.schema import Moment, Stored
from mirroring.storing.bases import Base
from mirroring.storing.dynamo import Item
from mirroring.storing.items import OBSERVED, key

RUNNING = "RUNNING"
DETAILS = {"topics", "connectors", "groups", "groups_total", "told"}
# What is packed may point back into these words, and be read with the same words only: never change
# them.
WORDS = (
    b'"reasons":[{"code":"LATENCY_ABOVE_TARGET","severity":"critical","topic":"","measured":,"'
    b'threshold":30000,"since":"2026-01-01T00:00:00Z","message":"","action":""}],"backfill":{"'
    b'done":,"total":,"fraction":0.,"eta":"STALE_TOPIC","OUT_OF_SYNC","UNKNOWN","IN_SYNC","tas'
    b'ks":{"running":,"total":},{"measuredAt":"2026-01-01T00:00:00.000Z","status":"IN_SYNC","s'
    b'tatusSince":"2026-01-01T00:00:00.000Z","latency":{"average":,"max":,"behind":0,"lagRecor'
    b'ds":0},"topics":[{"name":"","mirroredName":"","state":"EMPTY","state":"STALE","state":"I'
    b'NACTIVE","partitions":1,"averageLatency":,"maxLatency":,"averageRate":0.0,"behind":0,"la'
    b'gRecords":0,"lastProducedAt":"2026-01-01T00:00:00.000Z"},{"name":"","mirroredName":"","s'
    b'tate":"ACTIVE","partitions":3,"connectors":[{"name":".source","kind":"Mirror Connector",'
    b'"status":"RUNNING","worker":":8083","tasks":[{"id":0,"status":"RUNNING","worker":":8083"'
    b',"partitions":3},{"id":1,"status":"RUNNING","worker":":8083","partitions":}]},{"name":".'
    b'checkpoint","kind":"Checkpoint Connector","status":"RUNNING","worker":":8083","tasks":[{'
    b'"id":0,"status":"RUNNING","worker":":8083"}]}]}'
)


class TaskCount(Stored):
    """How many of a mirror's tasks run."""

    running: int
    total: int


class Summary(Stored):
    """What a list says of a mirror's last sample."""

    mirror: str
    sequence: int
    measured_at: Moment
    status: Status
    status_since: Moment
    reasons: tuple[Reason, ...] = ()
    latency: Latency = Latency()
    backfill: Backfill | None = None
    topics: int = 0
    tasks: TaskCount = Field(default_factory=lambda: TaskCount(running=0, total=0))
    hour: bytes = Field(default=b"", exclude=True)
    """As `last_hour` packed it; an attribute of its own, not of the summary."""


@dataclass(frozen=True, slots=True)
class State:
    """What the last sample left behind; `points` and `topics` are rows not yet in the history.

    `earlier` is its item where an earlier version wrote it, and in another place; `bases` are what
    the last sample is stored as a difference to.
    """

    observation: Observation | None = None
    memory: bytes | None = None
    points: bytes = b""
    topics: bytes = b""
    earlier: Item | None = None
    hour: bytes = b""
    bases: Mapping[str, Base] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a sample found: the next observation and memory, and the change if there is one."""

    observation: Observation
    memory: bytes
    change: Change | None = None
    connect_cluster: str = ""


def kind_of(mirror: str) -> str:
    """The key that a mirror's last sample lies under, with all of its parts."""
    return f"{OBSERVED}:{mirror}"


def key_of(mirror: str) -> Item:
    """The key of the item that speaks for a mirror's last sample."""
    return key(kind_of(mirror), mirror)


def item(seen: Observation) -> dict[str, Any]:
    """The item of a mirror's last sample, as far as lists show it."""
    beside = {"mirror", "sequence", *DETAILS}
    whole = seen.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude=beside)
    tasks = [task.status for connector in seen.connectors for task in connector.tasks]
    counts = {"running": tasks.count(RUNNING), "total": len(tasks)}
    return {
        **key_of(seen.mirror),
        "sequence": {"N": str(seen.sequence)},
        "summary": {"B": _small(whole | {"topics": len(seen.topics), "tasks": counts})},
    }


def details(seen: Observation) -> bytes:
    """What stands beside the summary, as JSON."""
    shown = seen.model_copy(update={"connectors": tuple(map(bounded.connector, seen.connectors))})
    text = shown.model_dump_json(by_alias=True, exclude_defaults=True, include=DETAILS)
    return text.encode()


def summary(stored: Item) -> Summary:
    """What a list says, from an item that has at least `name`, `sequence` and `summary`."""
    return Summary.model_validate(_head(stored) | {"hour": hour(stored)})


def hour(stored: Item) -> bytes:
    """What `last_hour` packed; empty where Lockstep 0.1 wrote the item."""
    found: bytes = stored.get("hour", {"B": b""})["B"]
    return found


def observation(stored: Item) -> Observation:
    """The whole observation, from an item that has `details` as well."""
    head = _head(stored)
    del head["tasks"], head["topics"]
    return Observation.model_validate(head | json.loads(stored["details"]["B"]))


def _head(stored: Item) -> dict[str, Any]:
    named = {"mirror": stored["name"]["S"], "sequence": int(stored["sequence"]["N"])}
    told: dict[str, Any] = json.loads(inflated(stored["summary"]["B"]))
    return named | told


def _small(document: dict[str, Any]) -> bytes:
    packer = zlib.compressobj(9, zdict=WORDS)
    return packer.compress(json.dumps(document, separators=(",", ":")).encode()) + packer.flush()


def inflated(data: bytes) -> bytes:
    """The JSON of a summary, and of the details that 0.1 stored."""
    return zlib.decompressobj(zdict=WORDS).decompress(data)


NONE: Item = {"B": b"{}"}
