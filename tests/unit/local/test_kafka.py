"""Brokers and workers as they are configured, and where a data folder's ports come from."""

import json
import re
from pathlib import Path

import pytest

from lockstep.local import ports
from lockstep.local.errors import StackError
from lockstep.local.kafka import (
    Broker,
    Worker,
    broker_properties,
    new_cluster_id,
    worker_properties,
)

BROKER = Broker("Kafka x", Path("/data/x"), 20001, 20002, "id")


def test_a_broker_listens_on_this_machine_only() -> None:
    listeners = broker_properties(BROKER)["listeners"]

    assert listeners == "PLAINTEXT://127.0.0.1:20001,CONTROLLER://127.0.0.1:20002"


def test_a_lone_broker_votes_for_itself_and_one_of_several_for_all() -> None:
    several = Broker("x", Path("/x"), 1, 2, "id", node_id=2, voters="1@a:1,2@b:2")

    assert broker_properties(BROKER)["controller.quorum.voters"] == "1@127.0.0.1:20002"
    assert broker_properties(several)["controller.quorum.voters"] == "1@a:1,2@b:2"
    assert broker_properties(several)["node.id"] == "2"


def test_settings_outweigh_what_is_usual() -> None:
    broker = Broker("x", Path("/x"), 1, 2, "id", settings={"num.partitions": "7"})
    worker = Worker("w", Path("/w"), 3, "h:1", settings={"offset.flush.interval.ms": "10000"})

    assert broker_properties(broker)["num.partitions"] == "7"
    assert worker_properties(worker)["offset.flush.interval.ms"] == "10000"


def test_a_workers_flush_and_rebalance_times_are_kafkas_own() -> None:
    properties = worker_properties(Worker("w", Path("/w"), 3, "h:1"))

    assert not {"offset.flush.interval.ms", "scheduled.rebalance.max.delay.ms"} & set(properties)


def test_cluster_ids_are_kafkas_22_characters_and_differ() -> None:
    ids = {new_cluster_id() for _ in range(50)}

    assert len(ids) == 50
    assert all(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]{21}", one) for one in ids)


def test_ports_are_chosen_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_free", lambda _port: True)
    path = tmp_path / "ports.json"

    first = ports.remembered(path, ["a", "b"])
    second = ports.remembered(path, ["a", "b", "c"])

    assert {name: second[name] for name in first} == first
    assert len(set(second.values())) == 3
    assert json.loads(path.read_text()) == second


def test_a_kept_port_that_another_program_took_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ports.json"
    path.write_text('{"a": 20001}')
    monkeypatch.setattr(ports, "is_free", lambda _port: False)

    with pytest.raises(StackError, match="Port 20001, where a "):
        ports.remembered(path, ["a"])
