"""What arrives at the target: every byte of every record, where the mirror says, and no more."""

import time
from typing import Any

import pytest

from tests.e2e.kafka_records import Record
from tests.e2e.local_stack import LocalStack, eventually

COPIED_S = 60.0
CREATED_MS = 1_700_000_000_000
# Key, value and headers that only survive as they are where nothing reads them as text or JSON.
RECORDS = (
    Record(b"\x00\xff\xfe", b"k", (("h", b"123"), ("h", b"\x00\xff"), ("", b"")), CREATED_MS, 0),
    Record(b'{"schema": null}', None, (), CREATED_MS + 1, 0),
    Record(None, b"\xff\x00", (("deleted", b"true"),), CREATED_MS + 2, 1),
    Record(b"", b"", (), CREATED_MS + 3, 2),
    Record("ü€".encode(), "schlüssel".encode(), (("ü", b"x"),), CREATED_MS - 86_400_000, 2),
)
MANAGED = {"alias": "eu", "managedCluster": {"sourceKafkaClusterId": "eu-core"}}


def create(stack: LocalStack, topics: str, **fields: Any) -> str:
    """The name of a new mirror."""
    body = {"connectCluster": "us-connect", "sourceCluster": MANAGED, "topicsRegex": topics}
    answer = stack.post("/mirrors", body | fields)
    assert answer.status == 202, answer
    return str(answer.json["name"])


def external(stack: LocalStack) -> dict[str, Any]:
    """The source cluster as one that nobody registered."""
    text = f"# a comment\nbootstrap.servers : {stack.source.bootstrap_server}\n"
    return {"alias": "far", "externalCluster": {"sourceConnectionProperties": text}}


def arrived(stack: LocalStack, topic: str, count: int) -> list[Record]:
    """What the target holds once there is enough of it."""

    def look() -> list[Record] | None:
        found = stack.target.read(topic)
        return found if len(found) >= count else None

    return eventually(look, within_s=COPIED_S, what=f"{count} records of {topic}")


@pytest.mark.parametrize(
    ("rename", "is_external", "alias"),
    [
        pytest.param(True, False, "eu.", id="renamed"),
        pytest.param(False, False, "", id="not renamed"),
        pytest.param(True, True, "far.", id="renamed, external source"),
        pytest.param(False, True, "", id="not renamed, external source"),
    ],
)
def test_every_byte_of_every_record_arrives(
    registered: LocalStack, prefix: str, rename: bool, is_external: bool, alias: str
) -> None:
    topic = f"{prefix}orders"
    registered.source.create(topic)
    registered.source.produce(topic, *RECORDS)
    source = external(registered) if is_external else MANAGED
    mirror = create(registered, topic, renameMirroredTopics=rename, sourceCluster=source)
    assert arrived(registered, alias + topic, len(RECORDS)) == registered.source.read(topic)
    assert registered.delete(f"/mirrors/{mirror}").status == 204


def test_only_what_is_meant_is_copied(registered: LocalStack, prefix: str) -> None:
    names = [f"{prefix}orders", f"{prefix}orders.tmp1", f"{prefix}audit", f"{prefix}mm2.internal"]
    registered.source.create(*names)
    for name in names:
        registered.source.produce(name, Record(b"x"))
    mirror = create(registered, f"{prefix}(orders|mm2).*", topicsExclude=[".*tmp."])
    arrived(registered, f"eu.{names[0]}", 1)
    made = {name for name in registered.target.topics() if name.startswith(f"eu.{prefix}")}
    assert made == {f"eu.{names[0]}"}
    assert registered.delete(f"/mirrors/{mirror}").status == 204


def test_a_mirror_from_latest_copies_what_comes_after_it(
    registered: LocalStack, prefix: str
) -> None:
    topic = f"{prefix}orders"
    registered.source.create(topic, partitions=1)
    registered.source.produce(topic, Record(b"before"))
    mirror = create(registered, topic, startFrom="latest")
    path = f"/connectors/{mirror}.source/status"
    eventually(
        lambda: registered.connect("GET", path).json.get("tasks"), within_s=COPIED_S, what="tasks"
    )

    def look() -> list[Record]:
        registered.source.produce(topic, Record(b"after"))
        return registered.target.read(f"eu.{topic}")

    found = eventually(look, within_s=COPIED_S, what="a record")
    assert {record.value for record in found} == {b"after"}
    assert registered.delete(f"/mirrors/{mirror}").status == 204


def test_a_mirror_is_answered_within_two_seconds_and_its_data_stays(
    registered: LocalStack, prefix: str
) -> None:
    topic = f"{prefix}orders"
    registered.source.create(topic)
    registered.source.produce(topic, *RECORDS)
    began = time.monotonic()
    mirror = create(registered, topic)
    assert time.monotonic() - began < 2
    before = arrived(registered, f"eu.{topic}", len(RECORDS))
    assert registered.delete(f"/mirrors/{mirror}").status == 204
    assert registered.get(f"/mirrors/{mirror}").status == 404
    assert registered.target.read(f"eu.{topic}") == before
