"""Connect's REST API over real HTTP, healthy and in every fault that was seen."""

import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from mirroring.errors import BadRequest, ConnectUnavailable
from mirroring.kafka_connect.client import ConfigRefused, ConnectBusy, ConnectClient, connect
from mirroring.kafka_connect.connector_info import About
from pydantic import SecretStr

from tests.functional import connect_server as fake
from tests.functional.certificates import authority, server_context
from tests.functional.connect_server import ConnectServer

NAME = "eu.us-core.k3x9q.source"
SOURCE = "org.apache.kafka.connect.mirror.MirrorSourceConnector"
PASSWORD = "hunter2-hunter2"
CONFIG = {
    "connector.class": SOURCE,
    "tasks.max": "2",
    "source.cluster.alias": "eu",
    "source.cluster.sasl.jaas.config": f'Plain required username="eu" password="{PASSWORD}";',
}


@pytest.fixture
def server() -> Iterator[ConnectServer]:
    """A healthy worker."""
    with ConnectServer() as server:
        yield server


def nobody() -> str:
    """A URL at which nobody listens."""
    with ConnectServer() as gone:
        return gone.url


def test_a_worker_says_its_version_and_kafka_cluster(server: ConnectServer) -> None:
    assert ConnectClient((server.url,)).about() == About("4.3.1", "target-cluster-id")


def test_a_worker_says_which_connectors_are_installed(server: ConnectServer) -> None:
    assert SOURCE in ConnectClient((server.url,)).plugins()


def test_a_connector_is_made_read_and_removed(server: ConnectServer) -> None:
    asked = ConnectClient((server.url,))
    asked.put(NAME, CONFIG)
    asked.connector(NAME)
    told = asked.connectors()[NAME]
    assert told.config == {**CONFIG, "name": NAME}
    assert (told.connector.kind, told.connector.status) == ("Mirror Connector", "RUNNING")
    assert [task.status for task in told.connector.tasks] == ["RUNNING", "RUNNING"]
    asked.delete(NAME)
    assert asked.connectors() == {}
    assert asked.connector(NAME) is None


def test_a_connector_without_a_status_yet_has_none(server: ConnectServer) -> None:
    asked = ConnectClient((server.url,))
    asked.put(NAME, CONFIG)
    young = asked.connector(NAME)
    assert young is not None
    assert young.connector.status is None
    assert young.connector.tasks == ()


def test_the_last_dash_divides_topic_and_partition(server: ConnectServer) -> None:
    server.partitions = ["a-topic-with-dashes-0", "a-topic-with-dashes-11", "-3"]
    asked = ConnectClient((server.url,))
    asked.put(NAME, CONFIG)
    wanted = {("a-topic-with-dashes", 0), ("a-topic-with-dashes", 11), ("", 3)}
    assert asked.assigned(NAME) == wanted


def test_each_task_has_its_own_partitions(server: ConnectServer) -> None:
    asked = ConnectClient((server.url,))
    asked.put(NAME, CONFIG)
    assert asked.assignments(NAME) == {
        0: frozenset({("orders.new", 0), ("audit-log", 0)}),
        1: frozenset({("orders.new", 1)}),
    }


def test_offsets_are_those_of_the_source_topics(server: ConnectServer) -> None:
    asked = ConnectClient((server.url,))
    asked.put(NAME, CONFIG)
    assert asked.offsets(NAME) == {}
    server.offsets[NAME] = {("orders.new", 0): 41, ("orders.new", 1): 7}
    assert asked.offsets(NAME) == {("orders.new", 0): 41, ("orders.new", 1): 7}


def test_a_connector_that_is_not_there_is_no_failure(server: ConnectServer) -> None:
    asked = ConnectClient((server.url,))
    assert asked.assigned(NAME) is None
    assert asked.offsets(NAME) == {}
    asked.delete(NAME)
    asked.pause(NAME)


@pytest.mark.parametrize("fault", [fake.starting(), fake.html()], ids=["no body", "HTML"])
def test_a_starting_worker_is_not_taken_for_a_missing_connector(
    server: ConnectServer, fault: fake.Fault
) -> None:
    server.script(*[fault] * 4)
    asked = ConnectClient((server.url,))
    with pytest.raises(ConnectUnavailable):
        asked.delete(NAME)
    with pytest.raises(ConnectUnavailable):
        asked.connector(NAME)
    with pytest.raises(ConnectUnavailable):
        asked.put(NAME, CONFIG)
    with pytest.raises(ConnectUnavailable):
        asked.offsets(NAME)


def test_pause_stop_and_resume_change_the_state(server: ConnectServer) -> None:
    asked = ConnectClient((server.url,))
    asked.put(NAME, CONFIG)
    asked.pause(NAME)
    assert server.connectors[NAME].state == "PAUSED"
    asked.stop(NAME)
    assert server.connectors[NAME].state == "STOPPED"
    asked.resume(NAME)
    assert server.connectors[NAME].state == "RUNNING"


def test_a_restart_of_what_failed_asks_for_that_only(server: ConnectServer) -> None:
    asked = ConnectClient((server.url,))
    asked.put(NAME, CONFIG)
    server.fail(NAME, "java.lang.IllegalStateException")
    asked.restart(NAME, only_failed=True)
    assert server.requests[-1][1].endswith("/restart?includeTasks=true&onlyFailed=true")
    assert server.connectors[NAME].tasks[0]["state"] == "RUNNING"


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(fake.busy(), id="409 in a rebalance"),
        pytest.param(fake.busy(500, fake.EXPECTED), id="500 in a rebalance"),
        pytest.param(replace(fake.busy(500, "Request timed out"), does_it=True), id="500, done"),
    ],
)
def test_a_busy_worker_is_asked_again(server: ConnectServer, fault: fake.Fault) -> None:
    server.script(fault, fault, method="PUT")
    ConnectClient((server.url,)).put(NAME, CONFIG)
    assert len(server.asked("PUT")) == 3
    assert NAME in server.connectors


def test_a_worker_that_stays_busy_is_called_busy_in_time(server: ConnectServer) -> None:
    server.script(*[fake.busy()] * 50)
    began = time.monotonic()
    with pytest.raises(ConnectBusy, match="409"):
        ConnectClient((server.url,), timeout_s=0.5).put(NAME, CONFIG)
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("status", [409, 500])
def test_connects_own_words_are_kept_in_a_line_and_without_secrets(
    server: ConnectServer, status: int
) -> None:
    said = f'Failed on\n  user="eu" password="{PASSWORD}" and password = "of another";' + "x" * 400
    server.script(*[fake.busy(status, said)] * 50)
    with pytest.raises(ConnectBusy) as raised:
        ConnectClient((server.url,), timeout_s=0.5).put(NAME, CONFIG)
    told = raised.value.detail
    assert f'answers {status}: Failed on user="eu" password="[hidden]" and password = ' in told
    assert PASSWORD not in told
    assert "of another" not in told
    assert len(told) < 350


def test_a_name_that_does_not_resolve_is_told_apart_from_a_worker_that_is_not_there() -> None:
    with pytest.raises(ConnectUnavailable, match="cannot be resolved from here"):
        ConnectClient(("http://no-such-worker.invalid:8083",), timeout_s=5).about()
    with pytest.raises(ConnectUnavailable, match="no worker listens at that port"):
        ConnectClient((nobody(),)).about()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        pytest.param(fake.html(), "not JSON", id="HTML"),
        pytest.param(fake.html(503), "not JSON", id="HTML of a proxy"),
        pytest.param(fake.half_body(), "broke off", id="half a body"),
        pytest.param(fake.slow(30), "in time", id="slow"),
        pytest.param(fake.trickling(), "in time", id="byte by byte"),
        pytest.param(fake.Fault(200, b'{"some": "JSON"}'), "not one of Kafka Connect's", id="JSON"),
        pytest.param(fake.Fault(200, b"[1, 2]"), "not one of Kafka Connect's", id="a list"),
        pytest.param(fake.Fault(302, b""), "302", id="a redirect"),
        pytest.param(fake.starting(), "starting", id="404 and no body"),
        pytest.param(fake.Fault(404, b'{"status": "404"}'), "starting", id="404 of Jetty"),
        pytest.param(fake.busy(404, "HTTP 404 Not Found"), "starting", id="404 of the path"),
        pytest.param(fake.Fault(500, b"{}"), "500", id="500 of something else"),
    ],
)
def test_what_is_no_answer_of_connect_ends_in_time(
    server: ConnectServer, fault: fake.Fault, words: str
) -> None:
    server.script(fault, fault)
    began = time.monotonic()
    with pytest.raises(ConnectUnavailable, match=words):
        ConnectClient((server.url,), timeout_s=0.5).about()
    assert time.monotonic() - began < 1.5


def test_no_worker_at_all_is_said_at_once() -> None:
    began = time.monotonic()
    with pytest.raises(ConnectUnavailable, match="does not answer"):
        ConnectClient((nobody(), nobody())).about()
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    "fault", [fake.html(), fake.half_body(), fake.slow(30)], ids=["HTML", "half a body", "slow"]
)
def test_the_next_worker_is_asked_when_one_does_not_answer(
    server: ConnectServer, fault: fake.Fault
) -> None:
    with ConnectServer() as sick:
        sick.script(fault)
        assert ConnectClient((sick.url, server.url), timeout_s=1).about().version == "4.3.1"
        assert sick.requests == server.requests == [("GET", "/")]


def test_the_worker_that_answered_is_asked_first(server: ConnectServer) -> None:
    with ConnectServer() as sick:
        sick.script(fake.html())
        asked = ConnectClient((sick.url, server.url))
        asked.about()
        asked.about()
        assert len(sick.requests) == 1
        assert len(server.requests) == 2


def test_a_socket_is_kept_from_call_to_call(server: ConnectServer) -> None:
    for _ in range(3):
        connect((server.url,)).about()
    assert server.sockets == 1


def test_a_kept_socket_that_died_is_replaced(server: ConnectServer) -> None:
    asked = ConnectClient((server.url,))
    asked.about()
    server.script(fake.hung_up())
    assert asked.about().version == "4.3.1"
    assert server.sockets == 2


def test_bounded_calls_end_together(server: ConnectServer) -> None:
    server.script(*[fake.slow(30)] * 5)
    bounded = ConnectClient((server.url,)).within(0.4)
    began = time.monotonic()
    for name in ("one", "two", "three"):
        with pytest.raises(ConnectUnavailable):
            bounded.put(name, CONFIG)
    assert time.monotonic() - began < 1


def test_a_refused_configuration_is_told_in_connects_words_without_its_secrets(
    server: ConnectServer,
) -> None:
    server.refusal = f"Invalid value {PASSWORD} for configuration x: it must be 1"
    with pytest.raises(ConfigRefused) as refused:
        ConnectClient((server.url,)).put(NAME, CONFIG)
    assert refused.value.words == "Invalid value [hidden] for configuration x: it must be 1"
    assert len(server.requests) == 1


def test_a_trace_is_told_without_the_configurations_secrets(server: ConnectServer) -> None:
    asked = ConnectClient((server.url,))
    asked.put(NAME, CONFIG)
    asked.connector(NAME)
    server.fail(NAME, f"SaslException: eu with {PASSWORD} is unknown")
    task = asked.connectors()[NAME].connector.tasks[0]
    assert task.trace == "SaslException: eu with [hidden] is unknown"


def test_nothing_prints_a_configuration(server: ConnectServer) -> None:
    asked = ConnectClient((server.url,), "admin", SecretStr(PASSWORD))
    asked.put(NAME, CONFIG)
    asked.connector(NAME)
    assert PASSWORD not in f"{asked!r}{vars(asked)!r}{asked.connectors()!r}"


def test_user_name_and_password_open_a_guarded_worker() -> None:
    with ConnectServer(username="admin", password=PASSWORD) as guarded:
        asked = ConnectClient((guarded.url,), "admin", SecretStr(PASSWORD))
        assert asked.about().version == "4.3.1"


def test_a_wrong_password_is_called_that() -> None:
    with ConnectServer(username="admin", password=PASSWORD) as guarded:
        asked = ConnectClient((guarded.url,), "admin", SecretStr("wrong"))
        with pytest.raises(ConnectUnavailable, match=r"refuses the user name and password"):
            asked.about()


def test_an_own_certificate_authority_is_trusted_and_no_other(tmp_path: Path) -> None:
    ours, others = authority("ours"), authority("others")
    with ExitStack() as stack:
        tls = server_context(ours, tmp_path)
        server = stack.enter_context(ConnectServer(tls=tls))
        assert ConnectClient((server.url,), ca_certificate=ours.pem).about().version == "4.3.1"
        for wrong in (others.pem, None):
            with pytest.raises(ConnectUnavailable, match="certificate that is not trusted"):
                ConnectClient((server.url,), ca_certificate=wrong).about()


def test_an_own_authority_drives_out_the_public_ones() -> None:
    asked = ConnectClient(("https://127.0.0.1:1",), ca_certificate=authority("ours").pem)
    adapter = asked._workers._session.get_adapter("https://127.0.0.1:1")
    context = adapter.poolmanager.connection_pool_kw["ssl_context"]  # type: ignore[attr-defined]  # an HTTPAdapter
    assert isinstance(context, ssl.SSLContext)
    assert len(context.get_ca_certs()) == 1


def test_a_text_that_is_no_certificate_names_its_field() -> None:
    with pytest.raises(BadRequest) as refused:
        ConnectClient(("https://127.0.0.1:1",), ca_certificate="nonsense")
    assert [error.field for error in refused.value.errors] == ["caCertificate"]
