"""Writes at the same moment: of those that exclude each other exactly one wins, none half done."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.local_stack import Answer, LocalStack

pytestmark = pytest.mark.e2e
TIMES = 6


def at_once(ask: Callable[[int], Answer]) -> list[Answer]:
    """The answers to the same question, asked from so many sides at once."""
    with ThreadPoolExecutor(TIMES) as pool:
        return list(pool.map(ask, range(TIMES)))


def slugs(answers: list[Answer]) -> Counter[str]:
    """How often each problem was told."""
    return Counter(one.json["type"].removeprefix("/problems/") for one in answers)


@pytest.mark.timeout(180)
def test_of_writes_at_once_exactly_one_wins(registered: LocalStack, prefix: str) -> None:
    alias = prefix.removesuffix(".")
    source = {"alias": alias, "managedCluster": {"sourceKafkaClusterId": "eu-core"}}
    body = {"connectCluster": "us-connect", "sourceCluster": source, "topicsRegex": f"{prefix}.*"}
    made = at_once(lambda _: registered.post("/mirrors", body))
    won = [one for one in made if one.status == 202]
    assert len(won) == 1
    assert slugs([one for one in made if one.status != 202]) == {"mirror-exists": TIMES - 1}
    path = f"/mirrors/{won[0].json['name']}"

    seen = {"If-Match": '"1"'}
    changed = at_once(lambda number: registered.call("PATCH", path, {"maxTasks": number + 2}, seen))
    won = [one for one in changed if one.status == 202]
    assert len(won) == 1
    assert slugs([one for one in changed if one.status != 202]) == {"version-moved": TIMES - 1}
    now = registered.get(path).json
    assert (now["version"], now["maxTasks"]) == (2, won[0].json["maxTasks"])

    removed = at_once(
        lambda number: (
            registered.call("DELETE", path)
            if number % 2
            else registered.call("PATCH", path, {"maxTasks": 40 + number})
        )
    )
    assert {one.status for one in removed} <= {202, 204, 404, 409}
    assert registered.delete(path).status in (204, 404)
    assert registered.get(path).status == 404
