"""Consumer groups of a mirror on the real stack, as its details show them.

MirrorMaker keeps its own pace here: it translates a minute after it found a group, and commits on
the target a minute later.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import KafkaError, NoError
from kafka.structs import OffsetAndMetadata

from tests.e2e.kafka_records import Cluster, Record
from tests.e2e.local_stack import LocalStack, eventually

SETTLED_S = 240.0
START_S = 60.0
DELETED, COMMITTED, END = 50, 170, 200

pytestmark = pytest.mark.timeout(600)


@dataclass(frozen=True)
class Groups:
    """A mirror of one topic, whose first records were deleted before anything was copied."""

    stack: LocalStack
    prefix: str
    mirror: str
    topic: str
    mirrored: str

    def details(self) -> dict[str, Any]:
        """The mirror in full."""
        return dict(self.stack.get(f"/mirrors/{self.mirror}").json)

    def shown(self, name: str) -> dict[str, Any] | None:
        """One group as it is shown."""
        groups = {one["name"]: one for one in self.details()["groups"]}
        return groups.get(f"{self.prefix}{name}")

    def becomes(self, name: str, state: str, code: str | None) -> dict[str, Any]:
        """The group once it is shown like this."""

        last: dict[str, Any] = {}

        def look() -> bool:
            last.update(self.shown(name) or {})
            reason = last.get("reason")
            return (last.get("state"), reason and reason["code"]) == (state, code)

        try:
            eventually(look, within_s=SETTLED_S, what=f"{name} {state} {code}")
        except AssertionError as error:
            raise AssertionError(f"{error}; it is {last}") from None
        return last


def commit(cluster: Cluster, group: str, topic: str, offset: int) -> None:
    """Commit an offset of partition 0 as a consumer would; a young cluster first makes room."""

    def commits() -> bool:
        offsets = {TopicPartition(topic, 0): OffsetAndMetadata(offset, "", -1)}
        try:
            with KafkaAdminClient(bootstrap_servers=cluster.bootstrap_server) as admin:
                told = admin.alter_group_offsets(group, offsets)
        except KafkaError:
            return False
        return set(told.values()) == {NoError}

    eventually(commits, within_s=START_S, what=f"{group} commits")


@contextmanager
def member(cluster: Cluster, group: str, topic: str) -> Iterator[None]:
    """A consumer that is in the group and commits nothing."""
    with KafkaConsumer(
        topic,
        bootstrap_servers=cluster.bootstrap_server,
        group_id=group,
        enable_auto_commit=False,
        max_poll_interval_ms=600_000,
    ) as consumer:

        def joined() -> bool:
            consumer.poll(timeout_ms=2_000)
            return bool(consumer.assignment())

        eventually(joined, within_s=START_S, what=f"{group} is joined")
        yield


def make(stack: LocalStack, prefix: str) -> Groups:
    """The topic, and its mirror, which syncs the groups whose names begin with the prefix."""
    topic = f"{prefix}orders"
    stack.source.create(topic, partitions=1)
    stack.source.produce(topic, *(Record(b"%d" % number) for number in range(END)))
    with KafkaAdminClient(bootstrap_servers=stack.source.bootstrap_server) as admin:
        admin.delete_records({TopicPartition(topic, 0): DELETED})
    alias, start = f"g-{prefix.strip('.')}", prefix.replace(".", r"\.")
    body = {
        "connectCluster": "us-connect",
        "sourceCluster": {"alias": alias, "managedCluster": {"sourceKafkaClusterId": "eu-core"}},
        "topicsRegex": topic.replace(".", r"\."),
        "syncGroupOffsets": True,
        "groupsRegex": f"(connect-)?{start}.*",
    }
    answer = stack.post("/mirrors", body)
    assert answer.status == 202, answer
    return Groups(stack, prefix, answer.json["name"], topic, f"{alias}.{topic}")


@pytest.fixture(scope="module")
def groups(registered: LocalStack) -> Iterator[Groups]:
    """The mirror with its groups, translated as far as they can be."""
    prefix = "groups."
    made = make(registered, prefix)
    source, target, topic = registered.source, registered.target, made.topic
    for name, offset in (("billing", COMMITTED), ("early", 10), ("busy", 120), ("ahead", 120)):
        commit(source, f"{prefix}{name}", topic, offset)
    commit(source, f"connect-{prefix}worker", topic, 120)
    eventually(lambda: made.mirrored in target.topics(), within_s=START_S, what="the target topic")
    commit(target, f"{prefix}ahead", made.mirrored, 149)
    with member(source, f"{prefix}silent", topic):
        yield made
    assert registered.delete(f"/mirrors/{made.mirror}").status in (202, 204)


def test_a_group_that_committed_is_translated_and_shown_with_its_age(groups: Groups) -> None:
    group = groups.becomes("billing", "TRANSLATED", None)
    (offset,) = group["offsets"]

    assert (offset["topic"], offset["mirroredName"]) == (groups.topic, groups.mirrored)
    assert (offset["partition"], offset["source"]) == (0, COMMITTED)
    assert 0 < offset["translated"] <= COMMITTED - DELETED
    assert 0 <= group["age"] < 600_000
    passed = groups.stack.target.read(groups.mirrored)[: offset["target"]]
    assert max(int(one.value or b"") for one in passed) < COMMITTED


def test_a_group_is_told_to_be_active_on_the_target_for_as_long_as_it_is(groups: Groups) -> None:
    with member(groups.stack.target, f"{groups.prefix}busy", groups.mirrored):
        group = groups.becomes("busy", "NOT_TRANSLATED", "ACTIVE_ON_TARGET")
        assert "has members on the target" in group["reason"]["message"]
    group = groups.becomes("busy", "TRANSLATED", None)

    assert group["offsets"][0]["target"] == group["offsets"][0]["translated"]


def test_a_group_that_committed_nothing_is_told_so(groups: Groups) -> None:
    group = groups.becomes("silent", "NOT_TRANSLATED", "NOTHING_COMMITTED")

    assert (group["offsets"], group["age"]) == ([], None)


def test_a_group_before_the_first_copied_record_is_too_old(groups: Groups) -> None:
    group = groups.becomes("early", "NOT_TRANSLATED", "TOO_OLD")

    assert group["offsets"][0]["translated"] is None
    assert group["offsets"][0]["source"] == 10
    assert "The offset 10 of partition 0" in group["reason"]["message"]


def test_a_group_that_is_further_on_the_target_is_told_so(groups: Groups) -> None:
    group = groups.becomes("ahead", "NOT_TRANSLATED", "TARGET_AHEAD")

    assert group["offsets"][0]["target"] == 149
    assert group["offsets"][0]["translated"] < 149


def test_groups_that_mirrormaker_leaves_out_are_left_out(groups: Groups) -> None:
    groups.becomes("billing", "TRANSLATED", None)
    details = groups.details()
    names = {one["name"].removeprefix(groups.prefix) for one in details["groups"]}

    assert names == {"ahead", "billing", "busy", "early", "silent"}
    assert details["groupsTotal"] == len(names)
