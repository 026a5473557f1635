"""The local stack as a newcomer meets it: starts, answers, says what is wrong, ends."""

import json
import signal
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import ALERT_EMAIL, ALERT_PHONE
from tests.e2e.local_stack import BROKER, CONNECT, LocalStack, alive, eventually, start


@pytest.fixture
def started() -> Iterator[list[LocalStack]]:
    """Put stacks in here that the test starts itself: whatever happens, they end."""
    stacks: list[LocalStack] = []
    yield stacks
    for one in stacks:
        one.process.kill()
        one.process.wait()


def until_ready(stack: LocalStack) -> float:
    """The seconds from now until it is ready."""
    began = time.monotonic()
    stack.wait_until_ready()
    return time.monotonic() - began


def test_it_says_ready_once_and_where_every_part_is(stack: LocalStack) -> None:
    assert stack.said().count("ready ") == 1
    assert set(stack.endpoints) == {"source", "target", "connect", "aws"}
    assert stack.get("/mirrors").status == 200
    assert stack.connect("GET", "/connectors").status == 200
    assert stack.aws("sqs").list_queues()["QueueUrls"]
    assert isinstance(stack.source.topics() | stack.target.topics(), set)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nothing"),
        ("PATCH", "/clusters"),
        ("BREW", "/mirrors"),
        ("GET", "/_local/nothing"),
        ("POST", "/_local/inbox"),
        ("GET", "/_local/run/read_mirrors"),
        ("POST", "/_local/run/no_such_function"),
    ],
)
def test_what_is_not_there_is_a_404_problem(stack: LocalStack, method: str, path: str) -> None:
    answer = stack.call(method, path)

    assert answer.status == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["status"] == 404
    assert answer.json["detail"]


def test_a_body_above_one_megabyte_is_a_413_problem(stack: LocalStack) -> None:
    answer = stack.put("/clusters/eu-core", b'{"description": "%s"}' % (b"x" * 1_100_000))

    assert (answer.status, answer.json["status"]) == (413, 413)


def test_an_event_that_is_no_json_is_a_400_problem(stack: LocalStack) -> None:
    assert stack.run("read_mirrors", b"{").json["type"] == "/problems/bad-request"


@pytest.mark.parametrize("name", ["dispatch_samples", "DispatchSamples"])
def test_a_function_runs_when_asked_and_answers_its_result(stack: LocalStack, name: str) -> None:
    answer = stack.run(name)

    assert answer.status == 200
    assert isinstance(answer.json["sent"], int)


def test_a_function_takes_the_event_that_it_is_sent(stack: LocalStack) -> None:
    event = json.loads((Path(__file__).parents[2] / "events/read_mirrors.json").read_bytes())

    assert stack.run("read_mirrors", event).json["statusCode"] in (200, 404)


def test_the_inbox_holds_what_each_protocol_was_sent(stack: LocalStack) -> None:
    sns = stack.aws("sns")
    topic = sns.list_topics()["Topics"][0]["TopicArn"]
    texts = {"default": "for machines", "email": "A long text", "sms": "A short text"}
    for severity in ("critical", "warning"):
        sns.publish(
            TopicArn=topic,
            Subject=f"eu is {severity}",
            Message=json.dumps(texts),
            MessageStructure="json",
            MessageAttributes={"severity": {"DataType": "String", "StringValue": severity}},
        )

    inbox = stack.get("/_local/inbox").json

    sent = [one for one in inbox if one["subject"].startswith("eu is")]
    assert {(one["subject"], one["protocol"], one["endpoint"], one["body"]) for one in sent} == {
        ("eu is critical", "email", ALERT_EMAIL, "A long text"),
        ("eu is critical", "sms", ALERT_PHONE, "A short text"),
        ("eu is warning", "email", ALERT_EMAIL, "A long text"),
    }
    assert all(one["at"].endswith("Z") for one in sent)


def test_a_connect_worker_that_dies_is_started_again(stack: LocalStack) -> None:
    stack.kill(CONNECT)
    eventually(lambda: not stack.connect_answers(), within_s=5, what="Connect away")

    eventually(stack.connect_answers, within_s=60, what="Connect back")

    assert "Kafka Connect us-connect ended (signal 9): it is started again" in stack.said()


def test_a_port_in_use_is_one_sentence(stack: LocalStack, tmp_path: Path) -> None:
    port = stack.url.rpartition(":")[2]

    second = start(tmp_path / "data", "--no-demo", "--port", port)

    assert second.process.wait(20) == 1
    assert second.said() == (
        f"lockstep: Port {port} is in use (Address already in use): stop what listens there, or "
        "choose another (--port).\n"
    )


def test_a_second_stack_on_the_same_folder_is_one_sentence(
    stack: LocalStack, tmp_path: Path
) -> None:
    second = start(stack.data, "--no-demo", "--port", "0", output=tmp_path / "second.txt")

    assert second.process.wait(20) == 1
    assert f"process {stack.process.pid}) runs on {stack.data}" in second.said()
    assert second.said().count("\n") == 1


@pytest.mark.parametrize("option", [("--minute", "0"), ("--alert-phone", "none"), ("--port", "x")])
def test_an_option_that_cannot_be_is_refused(tmp_path: Path, option: tuple[str, str]) -> None:
    second = start(tmp_path / "data", "--no-demo", "--port", "0", *option)

    assert second.process.wait(60) in (1, 2)
    assert option[0].strip("-").replace("-", "") in second.said().lower().replace("-", "")


@pytest.mark.parametrize(
    ("moment", "number", "code"),
    [
        pytest.param("", signal.SIGTERM, 143, id="at once"),
        pytest.param("starting", signal.SIGINT, 130, id="while Java starts"),
        pytest.param("answers", signal.SIGKILL, -9, id="kill -9"),
    ],
)
def test_a_stop_during_the_start_leaves_no_process(
    started: list[LocalStack], tmp_path: Path, moment: str, number: signal.Signals, code: int
) -> None:
    one = start(tmp_path / "data", "--no-demo", "--port", "0")
    started.append(one)
    eventually(lambda: (tmp_path / "data").exists() and moment in one.said(), within_s=60)
    family = one.family()

    assert one.stop(number) == code, one.said()

    eventually(lambda: not alive(family), within_s=15, what="every process ended")
    assert "Traceback" not in one.said()


def test_a_second_start_finds_everything_again_and_a_broker_that_dies_ends_it(
    started: list[LocalStack], tmp_path: Path
) -> None:
    first = start(tmp_path / "data", "--no-demo", "--port", "0")
    started.append(first)
    first_took = until_ready(first)
    first.source.create("kept", partitions=1)
    secret = {"Name": "lockstep/cluster/x", "SecretString": "s3cret"}
    first.aws("secretsmanager").create_secret(**secret)
    cluster = {"bootstrapServers": [first.endpoints["source"]]}
    assert first.put("/clusters/kept", cluster).status == 201
    assert first.stop(signal.SIGTERM) == 0

    second = start(tmp_path / "data", "--no-demo", "--port", "0")
    started.append(second)
    second_took = until_ready(second)

    # A machine that is busy with other things takes longer for both.
    assert second_took < max(25, 1.5 * first_took)
    assert second.endpoints == first.endpoints
    assert "kept" in second.source.topics()
    assert [one["name"] for one in second.get("/clusters").json["clusters"]] == ["kept"]
    found = second.aws("secretsmanager").get_secret_value(SecretId="lockstep/cluster/x")
    assert found["SecretString"] == "s3cret"
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "data" / "secrets.json").stat().st_mode) == 0o600
    family = second.family()
    second.kill(BROKER)
    assert second.process.wait(30) == 1
    last = second.said().splitlines()[-1]
    assert last.startswith("lockstep: Kafka ")
    assert "ended (signal 9)" in last
    assert not alive(family)
