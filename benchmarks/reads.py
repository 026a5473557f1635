"""P10: what people ask for most, warm, beside the plain boto3 requests for the same items.

A thousand sampled mirrors, one of them with a point a minute for 15 days. The peer sends the very
requests that the function sent, one after the other, and makes nothing of the answers.
"""

import json
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import boto3
from mirroring.observation import Status
from mirroring.storing import aws, history_packs
from mirroring.storing.gathered import PACK_ROWS
from mirroring.storing.history import POINT, History
from mirroring.storing.history_packs import Pack, Row
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.observation_item import Outcome, State
from mirroring.storing.observations import Observations
from mirroring.storing.registry import registry

from benchmarks.shared import database
from benchmarks.shared.comparison import Row as Figure
from benchmarks.shared.comparison import Series, asked, closed, interleaved, series_table, timed
from functions.read_mirrors.app import handler
from tests.functional import aws as own_aws
from tests.functional.http import Context, routed
from tests.functional.test_sizes import Seeding
from tests.given import a_cluster, a_connect_cluster, a_mirror, a_write, an_observation

MIRRORS, RUNS = 1_000, 15
LATE = (400, 700)
MINUTE, DAYS = timedelta(minutes=1), 15
PATIENCE = 1 / 1.5
WHY = "Python unpacks what is read, checks it and tells it in the API's words, row by row."


def main() -> None:
    """Ask both in turn."""
    _, runs = asked(__doc__, RUNS)
    now = datetime.now(UTC).replace(microsecond=0)
    with tempfile.TemporaryDirectory() as folder, database.opened(Path(folder)):
        stored(now)
        series: dict[str, Series] = {}
        rows = []
        for name, (target, length, goal_ms) in questions(now).items():
            plain = checked(target, length)
            ours = partial(timed, partial(answer, target))
            both = interleaved(runs, {name: ours, f"{name}, boto3": partial(timed, plain)})
            series |= both
            mine, peer = both.values()
            rows.append(Figure(f"P10-{name}", "≤ 1.5 ×", peer.wall_s / mine.wall_s, PATIENCE, WHY))
            if goal_ms is not None:
                limit = goal_ms / 1000 / mine.wall_s
                rows.append(Figure(f"P10-{name}-goal", f"≤ {goal_ms:,} ms", limit, 1, WHY))
    series_table(series)
    closed(rows)


def questions(now: datetime) -> dict[str, tuple[str, int, int | None]]:
    """What is asked, how many rows answer it, and in which time (ms) if any, by a short name."""

    def latency(days: int) -> str:
        since = (now - timedelta(days=days)).isoformat().replace("+00:00", "Z")
        return f"/mirrors/{name_of(0)}/latency?from={since}"

    return {
        "page": ("/mirrors?limit=200", 200, 100),
        "status": ("/mirrors?status=OUT_OF_SYNC&limit=200", len(LATE), None),
        "day": (latency(1), 1_440, 300),
        "15-days": (latency(DAYS), 1_440, 1_000),
    }


def name_of(number: int) -> str:
    """A mirror's name."""
    return f"eu.us-core.{number:05d}"


def stored(now: datetime) -> None:
    """A thousand mirrors that were just sampled, and the points of one."""
    db = Seeding(boto3.client("dynamodb", config=aws.CONFIG))
    past = History(db, "HistoryTable")
    mirrors = MirrorStore(db, "MirrorsTable", "HistoryTable")
    taken = Observations(db, "MirrorsTable", past)
    for cluster in ("eu-core", "us-core"):
        registry().put_cluster(a_cluster(cluster))
    registry().put_connect_cluster(a_connect_cluster())
    for number in range(MIRRORS):
        name = name_of(number)
        mirrors.create(a_mirror(name), 0, a_write(mirror=name))
        status = Status.OUT_OF_SYNC if number in LATE else Status.IN_SYNC
        seen = an_observation(1, name, measured_at=now, status=status)
        assert taken.record(State(), Outcome(seen, bytes(150), None, "us-connect"))
    for one in packs(now):
        past.keep(name_of(0), POINT, one)


def packs(now: datetime) -> Iterator[Pack]:
    """A point a minute until now, packed as samples pack them."""
    begin = now - timedelta(days=DAYS)
    for first in range(0, DAYS * 1_440, PACK_ROWS):
        moments = [begin + minute * MINUTE for minute in range(first, first + PACK_ROWS)]
        rows = [
            Row(at, {"": (20 + index, 60, 0, 0, Status.IN_SYNC)})
            for index, at in enumerate(moments)
        ]
        data = history_packs.pack(rows)
        yield Pack(rows[0].at, len(rows), data, now + timedelta(days=30))


def answer(target: str) -> list[Any]:
    """The rows that the function answers; with a status all, however many pages they take."""
    rows, token = [], ""
    while True:
        _, event = routed("GET", target + token)
        body = json.loads(handler(event, Context())["body"])
        assert "status" not in body, body
        rows += body.get("mirrors", body.get("points"))
        if "status=" not in target or body.get("nextToken") is None:
            return rows
        token = f"&nextToken={body['nextToken']}"


def checked(target: str, length: int) -> Any:
    """Checks the answer, and returns the peer: the same requests, sent by plain boto3."""
    session, sent = boto3.Session(), []

    def hear(params: dict[str, Any], model: Any, **_: Any) -> None:
        sent.append((snake(model.name), dict(params)))

    boto3.DEFAULT_SESSION = session
    session.events.register("provide-client-params.dynamodb.*", hear)
    own_aws.forget()
    rows = answer(target)
    boto3.DEFAULT_SESSION = boto3.Session()
    own_aws.forget()  # the client that is heard: what it is asked from now on is not the peer's
    assert abs(len(rows) - length) <= 1, f"{target}: {len(rows)} rows"
    client = boto3.client("dynamodb", config=aws.CONFIG)

    def plain() -> None:
        for name, params in sent:
            getattr(client, name)(**params)

    return plain


def snake(action: str) -> str:
    """`BatchGetItem` as boto3 calls it."""
    return {"BatchGetItem": "batch_get_item", "Query": "query", "GetItem": "get_item"}[action]


if __name__ == "__main__":
    main()
