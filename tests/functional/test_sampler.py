"""Mirrors that are sampled together, and what of them goes wrong alone."""

import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from mirroring import connections
from mirroring.errors import Unavailable
from mirroring.measuring import recording, sample, status, steps
from mirroring.measuring.assess import Assessment
from mirroring.measuring.memory import Memory, pack
from mirroring.measuring.sample import Sampler
from mirroring.observation import Code, Observation, Status
from mirroring.storing import observations
from mirroring.storing.history import History
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.observation_item import Outcome, State
from mirroring.storing.observations import Observations
from mirroring.storing.registry import Registry

from functions.sample_latency.app import handler
from tests.functional.events import Context, event, samples_message
from tests.given import a_connect_cluster, a_mirror, a_reason, a_write, after, an_observation

NAMES = ["a", "b", "c", "d"]


@pytest.fixture(autouse=True)
def four_mirrors(registered: None, mirrors: MirrorStore, taken: Observations) -> None:
    """Four that were sampled a minute after each other, `d` last; neither side can be reached."""
    for sequence, name in enumerate(NAMES, start=1):
        mirrors.create(a_mirror(name), mirrors.fleet().revision, a_write(mirror=name))
        seen = an_observation(sequence, name, reasons=(a_reason(Code.DATA_LOSS),))
        assert taken.record(State(), Outcome(seen, pack(Memory(turn=sequence))))


def run(message: dict[str, Any]) -> dict[str, Any]:
    """The handler, as its queue starts it."""
    answer: dict[str, Any] = handler(message, Context())  # type: ignore[arg-type]  # all it reads
    return answer


def lines(capsys: pytest.CaptureFixture[str], metric: str) -> list[dict[str, Any]]:
    """What CloudWatch reads of a metric."""
    found = [one for one in capsys.readouterr().out.splitlines() if f'"{metric}"' in one]
    return [json.loads(one) for one in found]


def refused() -> ClientError:
    """What DynamoDB says of an item that it does not take."""
    error = {"Code": "ValidationException", "Message": "Item size has exceeded the maximum"}
    return ClientError({"Error": error}, "PutItem")  # type: ignore[typeddict-item]  # all it reads


class Refusing(Observations):
    """A store that takes all but one mirror's judgements."""

    def record(self, before: State, outcome: Outcome) -> bool:
        """Refuses `b`, unless nothing is known of it."""
        seen = outcome.observation
        if seen.mirror == "b" and Code.SAMPLES_MISSING not in {one.code for one in seen.reasons}:
            raise refused()
        return super().record(before, outcome)


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch, taken: Observations) -> None:
    """The sampler's store refuses `b`."""
    store = Refusing(taken._db, taken._table, taken._history)
    monkeypatch.setattr(observations, "observations", lambda: store)


@pytest.mark.usefixtures("refusing")
def test_a_mirror_whose_sample_is_refused_costs_no_other_its_sample(
    taken: Observations, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = run(samples_message("us-connect", NAMES))

    assert len(answer["batchItemFailures"]) == 1
    sequences = {name: one.sequence for name, one in taken.summaries(NAMES).items()}
    assert sequences == {"a": 2, "b": 3, "c": 4, "d": 5}
    assert [one["SamplesTaken"] for one in lines(capsys, "SamplesTaken")] == [[1, 1, 1]]
    (told,) = (one for one in caplog.records if one.message == "sample not recorded")
    assert vars(told)["mirror"] == "b"
    assert (vars(told)["error"], vars(told)["why"]) == ("ClientError", "ValidationException")


@pytest.mark.usefixtures("refusing")
def test_a_mirror_whose_sample_is_refused_is_unknown_and_keeps_what_was_seen(
    taken: Observations, past: History
) -> None:
    before = taken.states(["b"])["b"]

    run(samples_message("us-connect", NAMES))

    state = taken.states(["b"])["b"]
    assert state.memory == before.memory
    seen, was = state.observation, before.observation
    assert seen is not None
    assert was is not None
    assert (seen.status, seen.measured_at, seen.topics) == (
        Status.UNKNOWN,
        was.measured_at,
        was.topics,
    )
    assert [one.code for one in seen.reasons] == [Code.SAMPLES_MISSING, Code.DATA_LOSS]
    assert [one.change.after for one in past.unsent(10) if one.change.mirror == "b"] == ["UNKNOWN"]


def test_a_mistake_in_the_rules_costs_one_mirror_alone(
    monkeypatch: pytest.MonkeyPatch, taken: Observations, caplog: pytest.LogCaptureFixture
) -> None:
    judge = Assessment.result

    def fails_at_c(self: Assessment, at: int) -> Any:
        """As a date beyond the year 9999 does."""
        if self._readings.mirror.name == "c":
            raise OverflowError("date value out of range")
        return judge(self, at)

    monkeypatch.setattr(Assessment, "result", fails_at_c)

    assert len(run(samples_message("us-connect", NAMES))["batchItemFailures"]) == 1

    assert {name: one.sequence for name, one in taken.summaries(NAMES).items()} == {
        "a": 2,
        "b": 3,
        "c": 4,
        "d": 5,
    }
    assert taken.summaries(["c"])["c"].status is Status.UNKNOWN
    assert [vars(one).get("error") for one in caplog.records if one.levelname == "ERROR"][:1] == [
        "OverflowError"
    ]


def test_a_stored_row_that_nobody_expects_costs_one_mirror_alone(
    monkeypatch: pytest.MonkeyPatch, taken: Observations
) -> None:
    """Wherever a sample meets it: here as soon as the source's topics are known."""
    read = steps.measure

    def fails_at_c(*given: Any) -> Any:
        if any(one.mirror.name == "c" for one in given[2]):
            raise IndexError("tuple index out of range")
        return read(*given)

    monkeypatch.setattr("mirroring.measuring.sample.measure", fails_at_c)

    assert len(run(samples_message("us-connect", NAMES))["batchItemFailures"]) == 1

    sequences = {name: one.sequence for name, one in taken.summaries(NAMES).items()}
    assert sequences == {"a": 2, "b": 3, "c": 4, "d": 5}
    assert taken.summaries(["c"])["c"].status is Status.UNKNOWN
    assert {one.status for one in taken.summaries(["a", "b", "d"]).values()} == {Status.IN_SYNC}


def test_a_message_that_waited_too_long_is_skipped_and_counted(
    taken: Observations, capsys: pytest.CaptureFixture[str]
) -> None:
    message = event("sample_latency")

    assert run(message) == {"batchItemFailures": []}

    (line,) = lines(capsys, "SamplesSkipped")
    assert line["SamplesSkipped"] == 1
    assert taken.summaries(NAMES)["a"].sequence == 1


def sampler(taken: Observations, mirrors: MirrorStore) -> Sampler:
    """A sampler of this store."""
    return Sampler(mirrors, taken, connections.connections(), window_s=300)


def test_without_time_nothing_is_sampled_and_all_is_counted(
    taken: Observations, mirrors: MirrorStore, capsys: pytest.CaptureFixture[str]
) -> None:
    assert list(sampler(taken, mirrors).take("us-connect", NAMES, seconds=0)) == []

    assert [one["SamplesSkipped"] for one in lines(capsys, "SamplesSkipped")] == [4]


def test_what_was_not_sampled_in_time_is_first_the_next_time(
    taken: Observations, mirrors: MirrorStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "PORTION_BYTES", 2 * len(pack(Memory(turn=1))))
    take = Sampler._take

    def slowly(self: Sampler, *args: Any) -> Any:
        """As if a portion took all the time that there is."""
        yield from take(self, *args)
        args[-1].until = 0.0

    monkeypatch.setattr(Sampler, "_take", slowly)
    rounds = [
        {one.mirror for one in sampler(taken, mirrors).take("us-connect", NAMES, seconds=60)}
        for _ in range(2)
    ]

    assert rounds == [{"a", "b"}, {"c", "d"}]


def test_mirrors_never_sampled_come_first_then_those_seen_longest_ago() -> None:
    states = {
        "late": State(an_observation(9, "late"), bytes(2_000_000)),
        "new": State(),
        "early": State(an_observation(2, "early"), bytes(2_000_000)),
    }

    assert [list(one) for one in recording.portions(states)] == [["new", "early"], ["late"]]


def test_one_mirror_larger_than_a_portion_is_still_sampled() -> None:
    states = {name: State(an_observation(1, name), bytes(4_000_000)) for name in "ab"}

    assert [list(one) for one in recording.portions(states)] == [["a"], ["b"]]


def test_nothing_known_anew_keeps_since_when_nothing_is_known() -> None:
    first = status.unknown(an_observation(1), after(minutes=2))
    second = status.unknown(first, after(minutes=3))

    assert (second.sequence, second.status_since) == (3, after(minutes=2))
    assert [one.since for one in second.reasons] == [after(minutes=2)]
    assert "2 min ago" in second.reasons[0].message


def test_our_own_tables_away_is_raised_once_all_had_their_turn(
    taken: Observations, mirrors: MirrorStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> bool:
        raise Unavailable("DynamoDB is busy")

    monkeypatch.setattr(taken, "record", away)
    seen: list[Observation] = []

    with pytest.raises(Unavailable, match="busy"):
        seen.extend(sampler(taken, mirrors).take("us-connect", NAMES))

    assert seen == []


@pytest.fixture
def silent() -> Iterator[str]:
    """The URL of a worker that takes connections and answers nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_connect_cluster_that_answers_nothing_costs_nine_others_no_sample(
    clusters: Registry,
    mirrors: MirrorStore,
    taken: Observations,
    silent: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sample, "CONNECT_S", 2.0)
    ask: Any = vars(BaseClient)["_make_api_call"]
    alone = threading.Lock()

    def one_by_one(*call: Any) -> Any:
        """As moto, in this process, wants to be asked."""
        with alone:
            return ask(*call)

    monkeypatch.setattr(BaseClient, "_make_api_call", one_by_one)
    names = [f"m{number}" for number in range(10)]
    for number, name in enumerate(names):
        urls = (silent,) if number == 4 else ("http://127.0.0.1:1",)
        clusters.put_connect_cluster(a_connect_cluster(f"c{number}", urls=urls))
        new = a_mirror(name, connect_cluster=f"c{number}")
        mirrors.create(new, mirrors.fleet().revision, a_write(mirror=name))
    ended: list[int] = []

    def invoke(number: int) -> None:
        run(samples_message(f"c{number}", [names[number]]))
        ended.append(number)

    with ThreadPoolExecutor(5) as lambdas:  # SamplerConcurrency
        list(lambdas.map(invoke, range(10)))

    found = taken.summaries(names)
    assert sorted(found) == names
    assert ended[-1] == 4
    assert Code.CONNECT_UNREACHABLE in {one.code for one in found["m4"].reasons}
