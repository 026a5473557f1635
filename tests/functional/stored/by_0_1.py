"""Writes by_0_1.json: a store as Lockstep 0.1.0 leaves it, by its own classes.

Run it with that version's code: `PYTHONPATH=OLD:OLD/layers/mirroring python by_0_1.py`, where OLD
is a checkout of commit a4f5120.
"""

import base64
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
from mirroring.group import Group, GroupCode, GroupOffset, GroupReason, GroupState
from mirroring.measuring.memory import Memory, TopicMemory, pack
from mirroring.measuring.position import begin
from mirroring.mirror import Ask, Asked, Intent
from mirroring.observation import Backfill, Code, Status
from mirroring.reconciled import Applied, Reconciled, Renewing, Restarts
from mirroring.storing import history, once, registry, samples, store, turns
from mirroring.storing.observed import Outcome
from moto import mock_aws

from tests.functional import aws
from tests.given import (
    a_change,
    a_cluster,
    a_connect_cluster,
    a_mirror,
    a_reason,
    a_topic,
    a_write,
    an_observation,
)

BEGIN = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
SMALL, LARGE, PAUSED = "eu.us-core.k3x9q", "eu.us-core.large", "eu.us-core.stopd"


def topics(name: str, sequence: int) -> tuple[Any, ...]:
    """Two topics, or as many as need parts."""
    count = 2 if name != LARGE else 40
    return tuple(
        a_topic(f"orders.{one}", average_latency=sequence * 7 % 50) for one in range(count)
    )


def memory(name: str, sequence: int) -> bytes:
    """The packed memory; beyond one item for the large mirror."""
    seed = sequence * 7919
    positions = {0: begin(1_000_000, 0, 9)}
    many = {
        index: begin(index * 7919 % 10_007, index, index * seed % 10**12) for index in range(60)
    }
    one = TopicMemory(3, "source-id", "target-id", many if name == LARGE else positions)
    findings = (a_reason(Code.DATA_LOSS, measured=150, since=BEGIN),)
    return pack(
        Memory(topics={"orders.0": one}, findings=findings, counts={"breach": 1}, average=21)
    )


def sample(name: str, sequence: int) -> None:
    """One sample more."""
    taken, at = samples.opened(), BEGIN + sequence * timedelta(minutes=1)
    group = Group(
        name="billing",
        state=GroupState.NOT_TRANSLATED,
        reason=GroupReason(GroupCode.AWAITED, "orders.0", 1),
        translated_at=BEGIN,
        offsets=(GroupOffset("orders.0", 1, 5, None, None),),
    )
    bad = sequence == 3
    seen = an_observation(
        sequence,
        name,
        measured_at=at,
        status=Status.OUT_OF_SYNC if bad else Status.IN_SYNC,
        reasons=(a_reason(), a_reason(Code.STALE_TOPIC, topic="orders.1")) if bad else (),
        topics=topics(name, sequence),
        backfill=Backfill(done=1, total=4, fraction=0.25, eta=BEGIN),
        groups=(group,),
        groups_total=1,
    )
    change = a_change(mirror=name, at=at) if bad else None
    assert taken.record(taken.states([name])[name], Outcome(seen, memory(name, sequence), change))


def write() -> None:
    """Everything that 0.1.0 stores."""
    clusters, mirrors, past = registry.opened(), store.opened(), history.opened()
    vars(samples)["PART_BYTES"] = 500  # as if the large mirror's memory had some hundred kB
    for name in ("eu-core", "us-core"):
        clusters.put_cluster(a_cluster(name, tags={"team": "payments"}, description="it"))
    clusters.put_connect_cluster(a_connect_cluster(config_provider="aws"))
    for name in (SMALL, LARGE, PAUSED):
        mirrors.create(a_mirror(name), mirrors.fleet().revision, a_write(mirror=name))
    asked = {"asked": Asked(ask=Ask.RESTART, only_failed=True, at=BEGIN), "acknowledged": BEGIN}
    held = a_mirror(PAUSED, version=2, intent=Intent.STOPPED, tags={"a": "b"}, **asked)
    mirrors.replace(held, a_write(mirror=PAUSED, at=BEGIN, before={"intent": "RUNNING"}))
    for sequence in range(1, 18):
        for name in (SMALL, LARGE):
            sample(name, sequence)
    mirrors.put_reconciled(
        Reconciled(
            mirror=SMALL,
            applied={f"{SMALL}.source": Applied(basis="b", at=BEGIN)},
            held=Intent.PAUSED,
            refused="no",
            refused_basis="1 b",
            restarts={f"{SMALL}.source": Restarts(count=2, at=BEGIN)},
            answered=BEGIN,
            connections={"eu-core": "c"},
            renewing=Renewing(at=BEGIN, worked=True),
        )
    )
    assert turns.opened().take("eu-core", SMALL, BEGIN)  # type: ignore[call-arg]  # as in 0.1.0
    keys = once.opened()
    keys.claim("used", "digest", BEGIN)
    keys.used("used", SMALL)
    keys.claim("freed", "digest", BEGIN)
    keys.free("freed")
    past.mark_sent(past.unsent(10)[0])


def plain(value: Any) -> dict[str, Any]:
    """An attribute as JSON, bytes in base64."""
    ((kind, content),) = value.items()
    return {kind: base64.b64encode(content).decode() if isinstance(content, bytes) else content}


def main() -> None:
    """Write the store in memory, and the file beside this one."""
    os.environ |= {
        "AWS_DEFAULT_REGION": aws.REGION,
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
    }
    with mock_aws():
        os.environ |= aws.make()
        write()
        client = boto3.client("dynamodb")
        tables = {
            name: [
                {key: plain(value) for key, value in item.items()}
                for page in client.get_paginator("scan").paginate(TableName=name)
                for item in page["Items"]
            ]
            for name in ("MirrorsTable", "HistoryTable")
        }
    text = json.dumps(tables, indent=1, sort_keys=True)
    Path(__file__).with_suffix(".json").write_text(f"{text}\n", "utf-8")


if __name__ == "__main__":
    main()
