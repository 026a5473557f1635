"""functions/dispatch_samples, started by its schedule."""

import json
from typing import Any

import boto3
import pytest
from mirroring.errors import Unavailable
from mirroring.mirror import Intent
from mirroring.settings import settings
from mirroring.storing import queue
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.queue import Queue, SampleRequest
from mirroring.storing.registry import Registry

from functions.dispatch_samples.app import handler
from tests.functional.aws import Calls
from tests.functional.events import Context, event
from tests.given import BEGIN, a_connect_cluster, a_mirror, a_write, after
from tests.template.test_roles import granted


def run() -> dict[str, int]:
    """The handler, as the scheduler starts it."""
    return handler(event("dispatch_samples"), Context())  # type: ignore[arg-type]  # all that it reads


def create(mirrors: MirrorStore, *names: str, **fields: Any) -> None:
    """Mirrors that were created one after the other."""
    for name in names:
        revision = mirrors.fleet().revision
        mirrors.create(a_mirror(name, **fields), revision, a_write(mirror=name))


def queued() -> list[dict[str, Any]]:
    """What waits in the queue."""
    client, url = boto3.client("sqs"), settings().samples_queue_url
    found = []
    while some := client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        found += [json.loads(message["Body"]) for message in some]
    return found


@pytest.fixture(autouse=True)
def two_connect_clusters(registered: None, clusters: Registry) -> None:
    """Another Connect cluster beside the example's, and one that nobody uses."""
    clusters.put_connect_cluster(a_connect_cluster("another"))
    clusters.put_connect_cluster(a_connect_cluster("unused"))


def test_each_connect_cluster_that_has_mirrors_gets_one_message(mirrors: MirrorStore) -> None:
    create(mirrors, "a", "b")
    create(mirrors, "c", connect_cluster="another")

    assert run() == {"sent": 2}

    messages = {one["connectCluster"]: one for one in queued()}
    assert {name: one["mirrors"] for name, one in messages.items()} == {
        "us-connect": ["a", "b"],
        "another": ["c"],
    }
    assert all(one["minute"].endswith(":00Z") for one in messages.values())


def test_a_mirror_is_sampled_whatever_people_want_of_it(mirrors: MirrorStore) -> None:
    create(mirrors, *(intent.lower() for intent in Intent))
    for intent in Intent:
        changed = a_mirror(intent.lower(), intent=intent, version=2)
        mirrors.replace(changed, a_write(mirror=intent.lower(), at=after(hours=1)))

    run()

    (message,) = queued()
    assert message["mirrors"] == ["deleted", "paused", "running", "stopped"]


def test_without_mirrors_nothing_is_queued_and_somebody_still_looked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run() == {"sent": 0}

    assert queued() == []
    assert '"SamplesTaken": 0' in capsys.readouterr().out


def test_very_many_mirrors_go_in_messages_that_sqs_takes() -> None:
    names = tuple(f"{'e' * 40}.{'u' * 40}.{number:05d}" for number in range(3_001))

    asked = queue.requests({"us-connect": names}, BEGIN)

    assert [len(one.mirrors) for one in asked] == [250] * 12 + [1]
    assert queue.queue().send(asked) == []
    found = queued()
    assert sorted(name for one in found for name in one["mirrors"]) == list(names)


def test_messages_of_long_names_are_never_more_bytes_at_once_than_sqs_takes() -> None:
    client = Refusing()
    names = tuple(f"{'e' * 200}.{number:05d}" for number in range(5_000))

    lost = Queue(client, "url").send(queue.requests({"us-connect": names}, BEGIN))  # type: ignore[arg-type]

    assert len(client.sizes) == 5
    assert max(client.sizes) < 262_144
    assert len(client.taken) + len(lost) == 20


class Refusing:
    """SQS that does not take the second message of each batch."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.sizes: list[int] = []

    def send_message_batch(self, *, QueueUrl: str, Entries: Any) -> dict[str, Any]:  # boto3's names
        self.sizes.append(sum(len(one["MessageBody"]) for one in Entries))
        self.taken += [one["MessageBody"] for one in Entries if one["Id"] != "1"]
        return {"Failed": [one for one in Entries if one["Id"] == "1"]}


def test_a_message_that_sqs_refuses_costs_the_others_nothing_and_is_an_error(
    mirrors: MirrorStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Refusing()
    monkeypatch.setattr(queue, "queue", lambda: Queue(client, "url"))  # type: ignore[arg-type]
    create(mirrors, "a")
    create(mirrors, "b", connect_cluster="another")

    with pytest.raises(Unavailable, match=r"1 of 2 messages: another"):
        run()

    assert [SampleRequest.model_validate_json(one).mirrors for one in client.taken] == [("a",)]


def test_it_asks_for_no_more_than_its_role_allows(mirrors: MirrorStore, calls: Calls) -> None:
    create(mirrors, "a")
    calls.made.clear()

    run()

    allowed = granted("DispatchSamplesRole")
    assert {where: asked - allowed[where] for where, asked in calls.made.items()} == {
        "MirrorsTable": set(),
        "SamplesQueue": set(),
    }
