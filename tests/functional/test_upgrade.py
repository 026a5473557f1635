"""What the release before left is read, and what the next one will leave, too."""

import base64
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from mirroring.errors import ProblemError
from mirroring.measuring.memory import pack, unpack
from mirroring.mirror import Intent
from mirroring.observation import Code, Status, TopicState
from mirroring.reconciling import reconcile, unused_secrets
from mirroring.storing import idempotency_keys, rotations
from mirroring.storing.history import History
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.observation_item import Outcome
from mirroring.storing.observations import Observations
from mirroring.storing.registry import Registry
from mirroring.storing.vault import Vault

from functions.publish_alerts.app import handler as publish
from tests.functional import http
from tests.functional.events import Context, event
from tests.functional.http import call
from tests.given import (
    a_cluster,
    a_connect_cluster,
    a_mirror,
    a_reason,
    a_tombstone,
    a_write,
    an_observation,
)

STORED = Path(__file__).parent / "stored"
SMALL, LARGE, PAUSED = "eu.us-core.k3x9q", "eu.us-core.large", "eu.us-core.stopd"
LAST = datetime(2026, 11, 25, 12, 17, tzinfo=UTC)


def items(table: str) -> list[dict[str, Any]]:
    """Every item of a table."""
    found: list[dict[str, Any]] = boto3.client("dynamodb").scan(TableName=table)["Items"]
    return found


@pytest.fixture
def from_0_1(stack: None) -> None:
    """The store that 0.1.0's own classes wrote (stored/by_0_1.py), none of its history expired."""
    client = boto3.client("dynamodb")
    for table, rows in json.loads((STORED / "by_0_1.json").read_text("utf-8")).items():
        for row in rows:
            item = {name: _attribute(value) for name, value in row.items()}
            if table == "HistoryTable":
                item["expires_at"] = {"N": str(int(time.time()) + 86_400)}
            client.put_item(TableName=table, Item=item)


def _attribute(value: dict[str, str]) -> dict[str, Any]:
    ((kind, content),) = value.items()
    return {kind: base64.b64decode(content) if kind == "B" else content}


@pytest.mark.usefixtures("from_0_1")
def test_what_people_asked_of_0_1_is_read(mirrors: MirrorStore, clusters: Registry) -> None:
    fleet = mirrors.fleet()

    assert [one.name for one in fleet.mirrors] == [SMALL, LARGE, PAUSED]
    assert mirrors.mirror(PAUSED).intent is Intent.STOPPED
    assert mirrors.reconciled(SMALL).restarts[f"{SMALL}.source"].count == 2
    assert clusters.cluster("eu-core").tags == {"team": "payments"}
    assert clusters.connect_cluster("us-connect").config_provider == "aws"
    assert rotations.rotations().of("eu-core").holders == {}  # a turn of 0.1 holds up nobody
    assert idempotency_keys.idempotency_keys().claim(
        "used", "digest", datetime.now(UTC)
    ).mirror in (
        SMALL,
        None,
    )


@pytest.mark.usefixtures("from_0_1")
def test_the_samples_of_0_1_are_read_and_moved_with_the_next_one(taken: Observations) -> None:
    states = taken.states([SMALL, LARGE, PAUSED])

    for name, topics in ((SMALL, 2), (LARGE, 40)):
        before = states[name]
        assert before.observation is not None
        assert (before.observation.sequence, before.observation.measured_at) == (17, LAST)
        assert len(before.observation.topics) == topics
        assert before.observation.groups[0].offsets[0].source == 5
        memory = unpack(before.memory)
        assert [one.code for one in memory.findings] == [Code.DATA_LOSS]
        assert len(memory.topics["orders.0"].positions) == (1 if name == SMALL else 60)
        assert taken.record(before, Outcome(an_observation(18, name), pack(memory)))
        assert not taken.record(before, Outcome(an_observation(18, name), b"late"))
        assert taken.states([name])[name].memory == pack(memory)
    assert states[PAUSED].observation is None
    old = [one for one in items("MirrorsTable") if one["kind"]["S"] == "observed"]
    assert all(int(one["expires_at"]["N"]) > time.time() for one in old)


@pytest.mark.usefixtures("from_0_1")
def test_a_mirror_of_0_1_is_removed_with_all_that_was_seen_of_it(
    mirrors: MirrorStore, taken: Observations
) -> None:
    taken.record(taken.states([LARGE])[LARGE], Outcome(an_observation(18, LARGE), b""))

    mirrors.remove(LARGE, a_tombstone(LARGE))

    left = {(one["kind"]["S"], one["name"]["S"]) for one in items("MirrorsTable")}
    assert [place for place in left if LARGE in place[1]] == [("tombstone", LARGE)]


@pytest.mark.usefixtures("from_0_1")
def test_lists_details_and_history_of_0_1_are_answered() -> None:
    listed = call("GET", "/mirrors").json["mirrors"]
    assert [one["name"] for one in listed] == [SMALL, LARGE, PAUSED]
    assert [one["topics"] for one in listed] == [2, 40, 0]
    whole = call("GET", f"/mirrors/{LARGE}").json
    assert len(whole["mirroredTopics"]) == 40
    assert call("GET", "/clusters").status == 200
    assert call("GET", "/connect-clusters").status == 200
    span = "from=2026-11-25T12:00:00Z&to=2026-11-25T13:00:00Z"
    for topic in ("", "&topic=orders.1"):
        assert call("GET", f"/mirrors/{SMALL}/latency?{span}{topic}").json["points"]
    changes = call("GET", f"/mirrors/{SMALL}/changes").json["changes"]
    assert [one["kind"] for one in changes] == ["status", "write"]


@pytest.mark.usefixtures("from_0_1")
def test_people_are_told_of_what_0_1_had_not_told() -> None:
    assert publish(event("publish_alerts"), Context()) == {"published": 1}  # type: ignore[arg-type]


Edit = Callable[[dict[str, Any]], None]


def rewritten(table: str, kind: str, edit: Edit) -> None:
    """Edits the documents of a kind as a later version writes them, with fields of its own."""
    client = boto3.client("dynamodb")
    for item in items(table):
        if kind in (item.get("kind", {}).get("S"), item.get("at", {}).get("S", "").split("#")[0]):
            document = json.loads(item["document"]["S"])
            edit(document)
            item["document"] = {"S": json.dumps(_grown(document))}
            client.put_item(TableName=table, Item=item)


def _grown(document: dict[str, Any]) -> dict[str, Any]:
    """The document with a field more in it, and in the models that it holds."""
    inner = {name: _grown(document[name]) for name in ("source", "renewing") if document.get(name)}
    return {**document, **inner, "sinceNext": {"a": [1]}}


@pytest.fixture
def from_next(registered: None, mirrors: MirrorStore, past: History, taken: Observations) -> None:
    """What this version wrote, with fields and words that it does not know."""
    mirrors.create(a_mirror(), mirrors.fleet().revision, a_write())
    for kind in ("cluster", "connect-cluster", "mirror"):
        rewritten("MirrorsTable", kind, lambda document: document.pop("tags", None))
    rewritten("HistoryTable", "change", lambda document: document.update(kind="migration"))


@pytest.fixture
def later_words() -> dict[str, Any]:
    """An observation's fields, as a later version says them."""
    return {
        "status": "SUSPICIOUS",
        "reasons": (a_reason(code="MOON_PHASE", severity="fatal"),),  # type: ignore[arg-type]
    }


@pytest.mark.usefixtures("from_next")
def test_fields_of_a_later_version_survive_a_change_by_this_one(mirrors: MirrorStore) -> None:
    changed = call("PUT", f"/mirrors/{SMALL}/target-latency", {"targetLatency": 5_000})
    assert changed.status == 200
    assert "sinceNext" not in changed.json

    (item,) = (one for one in items("MirrorsTable") if one["kind"]["S"] == "mirror")
    document = json.loads(item["document"]["S"])
    assert document["targetLatency"] == 5_000
    assert document["sinceNext"] == document["source"]["sinceNext"] == {"a": [1]}


@pytest.fixture
def unreadable(from_next: None) -> None:
    """The same, and a mirror of eu-core on us-core that this version cannot read."""
    rewritten("MirrorsTable", "mirror", lambda document: document.pop("connectCluster"))


@pytest.mark.usefixtures("unreadable")
def test_a_mirror_that_cannot_be_read_is_left_out_of_lists_and_keeps_what_it_may_use(
    mirrors: MirrorStore, clusters: Registry
) -> None:
    clusters.put_cluster(a_cluster("ap-core"))
    clusters.put_connect_cluster(a_connect_cluster("ap-connect", kafka_cluster="ap-core"))
    listed = call("GET", "/mirrors")

    assert (listed.status, listed.json["mirrors"]) == (200, [])
    assert mirrors.mirrors([SMALL]) == []
    for used in ("/connect-clusters/us-connect", "/clusters/eu-core", "/clusters/us-core"):
        kept = call("DELETE", used)
        assert kept.status == 409
        assert f"{SMALL} (which this version of Lockstep cannot read)" in kept.json["detail"]
    for unused in ("/connect-clusters/ap-connect", "/clusters/ap-core"):
        assert call("DELETE", unused).status == 204


@pytest.mark.usefixtures("unreadable")
def test_a_rule_over_all_mirrors_says_which_cannot_be_read(mirrors: MirrorStore) -> None:
    with pytest.raises(ProblemError, match=SMALL):
        mirrors.fleet()


@pytest.mark.usefixtures("unreadable")
def test_secrets_that_a_mirror_which_cannot_be_read_may_use_wait_and_no_others(
    clusters: Registry, secrets: Vault
) -> None:
    unused = unused_secrets.unused_secrets()
    clusters.put_cluster(a_cluster("ap-core"))
    old = datetime.now(UTC)
    for path in (f"mirror/{SMALL}", "cluster/eu-core/old", "cluster/ap-core/old", "cluster/gone"):
        unused.secrets.leftovers.note(path, old)

    unused.sweep(old + timedelta(minutes=11))

    left = {one.path for one in unused.secrets.leftovers.all()}
    assert left == {f"mirror/{SMALL}", "cluster/eu-core/old"}


@pytest.mark.usefixtures("from_0_1")
def test_what_a_mirror_of_0_1_uses_is_shown_once_reconcile_has_met_it() -> None:
    assert call("GET", "/clusters/eu-core").json["usedBy"] == []

    reconcile.reconciler().run(2)

    assert call("GET", "/clusters/eu-core").json["usedBy"] == [SMALL, LARGE, PAUSED]
    assert call("GET", "/clusters/us-core").json["usedByTotal"] == 4
    assert call("GET", "/connect-clusters/us-connect").json["connectedClusters"] == ["eu-core"]


@pytest.mark.usefixtures("from_next")
def test_what_reconcile_noted_in_a_later_version_survives_its_next_note(
    mirrors: MirrorStore,
) -> None:
    mirrors.put_reconciled(mirrors.reconciled(SMALL).model_copy(update={"refused": "no"}))
    rewritten("MirrorsTable", "reconciled", lambda document: document.update(held="FROZEN"))

    done = mirrors.reconciled(SMALL)
    mirrors.put_reconciled(done.model_copy(update={"refused": None}))

    (item,) = (one for one in items("MirrorsTable") if one["kind"]["S"] == "reconciled")
    document = json.loads(item["document"]["S"])
    assert (document["held"], document["refused"]) == ("FROZEN", None)
    assert document["sinceNext"] == {"a": [1]}


@pytest.mark.usefixtures("from_next")
def test_words_of_a_later_version_are_answered_as_they_are(
    taken: Observations, later_words: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "breach", lambda *_: None)  # the contract names the words of today
    topic = an_observation().topics[0].model_copy(update={"state": TopicState("DORMANT")})
    now = datetime.now(UTC).replace(microsecond=0)
    seen = an_observation(1, topics=(topic,), measured_at=now, **later_words)
    assert taken.record(taken.states([SMALL])[SMALL], Outcome(seen, b""))

    state = taken.states([SMALL])[SMALL]
    assert state.observation == seen
    (row,) = call("GET", "/mirrors").json["mirrors"]
    whole = call("GET", f"/mirrors/{SMALL}").json
    assert row["status"] == whole["status"] == "SUSPICIOUS"
    assert whole["mirroredTopics"][0]["state"] == "DORMANT"
    assert call("GET", "/mirrors/summary").json["byStatus"]["SUSPICIOUS"] == 1
    assert [one["kind"] for one in call("GET", f"/mirrors/{SMALL}/changes").json["changes"]] == [
        "migration"
    ]


def test_people_are_told_of_a_status_that_this_version_does_not_know(
    registered: None, mirrors: MirrorStore, past: History
) -> None:
    mirrors.create(a_mirror(), mirrors.fleet().revision, a_write())
    past.add_change(a_write(kind="status", alert=True, before="IN_SYNC", after="SUSPICIOUS"))

    assert publish(event("publish_alerts"), Context()) == {"published": 1}  # type: ignore[arg-type]


def test_a_word_that_is_not_known_equals_itself_and_none_of_ours() -> None:
    word = Status("SUSPICIOUS")

    assert word is Status("SUSPICIOUS")
    assert word == "SUSPICIOUS"
    assert word not in list(Status)
    assert Status("IN_SYNC") is Status.IN_SYNC
