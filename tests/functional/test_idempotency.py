"""POST /mirrors with an Idempotency-Key: who heard no answer can ask again."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from mirroring.managing import idempotency
from mirroring.reconciling.reconcile import Reconciler
from mirroring.storing import idempotency_keys
from mirroring.storing.idempotency_keys import Claim

from tests.functional.http import Answer, call
from tests.functional.kafka import Cluster, Probe
from tests.functional.world import EU, World, a_request, external
from tests.functional.world import world as world

LATER = datetime(2100, 1, 1, tzinfo=UTC)


def post(key: str, **fields: Any) -> Answer:
    """POST /mirrors with a key."""
    return call("POST", "/mirrors", a_request(**fields), {"Idempotency-Key": key})


def mirrors() -> list[str]:
    """The names of all mirrors."""
    return [one["name"] for one in call("GET", "/mirrors").json["mirrors"]]


def test_the_same_key_and_body_give_the_same_mirror(world: World) -> None:
    first, second = post("k1"), post("k1")

    assert (first.status, second.status) == (202, 202)
    assert first.json["name"] == second.json["name"]
    assert second.headers["location"] == first.headers["location"]
    assert mirrors() == [first.json["name"]]


def test_a_repeat_is_warned_of_the_same(world: World) -> None:
    first, second = (post("k1", topicsRegex="none-of-this-name") for _ in range(2))

    assert "NO_TOPICS" in [one["code"] for one in first.json["warnings"]]
    assert second.json["warnings"] == first.json["warnings"]


def test_an_attempt_that_was_taken_over_says_nothing_of_the_key(world: World) -> None:
    keys, now = idempotency_keys.idempotency_keys(), datetime.now(UTC)
    slow = keys.claim("k", "digest", now - timedelta(hours=1))
    fast = keys.claim("k", "digest", now)
    keys.free("k", slow)
    keys.used("k", fast, "eu.us-core.k3x9q")
    keys.used("k", slow, "eu.us-core.other")

    assert keys.claim("k", "digest", now).mirror == "eu.us-core.k3x9q"


def test_what_is_written_otherwise_is_the_same_body(world: World) -> None:
    assert post("k1").json["name"] == post("k1", renameMirroredTopics=True, tags={}).json["name"]


def test_the_mirror_is_answered_as_it_is_by_then(world: World) -> None:
    name = post("k1").json["name"]
    call("PUT", f"/mirrors/{name}/target-latency", {"targetLatency": 5000})

    assert post("k1").json["targetLatency"] == 5000


def test_the_same_key_with_another_body_is_refused(world: World) -> None:
    post("k1")
    answer = post("k1", maxTasks=7)

    assert (answer.status, answer.slug) == (409, "idempotency-mismatch")
    assert len(mirrors()) == 1


def test_another_secret_is_another_body(world: World) -> None:
    world.kafka.clusters["ext:9092"] = Cluster("EXT-id", ["orders.x"])
    post("k1", sourceCluster=external("bootstrap.servers=ext:9092"))
    answer = post("k1", sourceCluster=external("bootstrap.servers=ext:9092\na=b"))

    assert answer.slug == "idempotency-mismatch"


def test_another_key_is_another_request(world: World) -> None:
    post("k1")

    assert post("k2").slug == "mirror-exists"


def test_a_key_whose_request_failed_is_free_again(world: World) -> None:
    assert post("k1", maxTasks=0).status == 422
    assert post("k1").status == 202


def test_a_key_that_is_free_again_is_removed_by_dynamodb_in_time(world: World) -> None:
    assert post("k1", maxTasks=0).status == 422

    found = boto3.client("dynamodb").scan(TableName="MirrorsTable")["Items"]
    (item,) = (one for one in found if one["kind"]["S"] == "idempotency")
    assert -60 < int(item["expires_at"]["N"]) - time.time() <= 0


def test_while_the_first_still_runs_the_second_waits(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = []
    apply = Reconciler.apply

    def slower(reconciler: Reconciler, *what: Any) -> bool:
        answers.append(post("k1"))
        return apply(reconciler, *what)

    monkeypatch.setattr(Reconciler, "apply", slower)
    first = post("k1")

    assert first.status == 202
    assert [(one.status, one.slug) for one in answers] == [(409, "in-progress")]
    assert int(answers[0].headers["retry-after"]) > 0


@pytest.mark.parametrize("written", [True, False], ids=["after", "before"])
def test_an_attempt_that_died_is_taken_over(
    world: World, monkeypatch: pytest.MonkeyPatch, written: bool
) -> None:
    def die(*_: object) -> None:
        raise RuntimeError

    owner, step = (Reconciler, "apply") if written else (Probe, "cluster")
    with monkeypatch.context() as patch:
        patch.setattr(owner, step, die)
        assert post("k1", topicsRegex="none-of-this-name").status == 500
    assert post("k1", topicsRegex="none-of-this-name").slug == "in-progress"
    monkeypatch.setattr(idempotency_keys, "LONGEST_RUN", timedelta(seconds=-1))
    answer, again = (post("k1", topicsRegex="none-of-this-name") for _ in range(2))

    assert answer.status == 202
    assert mirrors() == [answer.json["name"]]
    assert "NO_TOPICS" in [one["code"] for one in answer.json["warnings"]]
    assert again.json["warnings"] == answer.json["warnings"]


def test_a_mirror_that_was_removed_is_not_made_again(world: World) -> None:
    name = post("k1").json["name"]
    call("DELETE", f"/mirrors/{name}")

    assert post("k1").slug == "mirror-not-found"
    assert mirrors() == []


def test_a_key_is_kept_for_a_day(world: World) -> None:
    keys, now = idempotency_keys.idempotency_keys(), datetime.now(UTC)
    keys.used("k", keys.claim("k", "digest", now), "eu.us-core.k3x9q")

    known = keys.claim("k", "digest", now + timedelta(hours=23, minutes=59))
    assert known.mirror == "eu.us-core.k3x9q"
    assert keys.claim("k", "another", now + timedelta(hours=24, minutes=1)).mirror is None


def test_each_caller_has_keys_of_their_own() -> None:
    assert idempotency.name("k1", "ada") != idempotency.name("k1", "bob")
    assert Claim("abcde").mirror is None


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 256])
def test_a_key_that_is_none_is_refused(world: World, key: str) -> None:
    answer = post(key)

    assert (answer.status, answer.fields) == (400, ["Idempotency-Key"])
    assert world.kafka.clusters[EU].topics
    assert mirrors() == []
