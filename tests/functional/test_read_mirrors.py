"""Every GET, from our own tables alone, and what no route takes."""

from datetime import UTC, datetime, timedelta

import pytest
from mirroring.api import read, routing
from mirroring.observation import Status
from mirroring.schema import iso
from mirroring.storing.history import History
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.observation_item import Outcome, State
from mirroring.storing.observations import Observations
from mirroring.storing.registry import Registry

from lockstep.openapi.operations import OPERATIONS
from tests import given
from tests.functional.http import call, invoke, sent
from tests.given import NAME, after


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """All is read soon after the mirrors were made and sampled."""
    monkeypatch.setattr(read, "now", lambda: after(minutes=3))


@pytest.fixture
def seen(registered: None, mirrors: MirrorStore, taken: Observations) -> None:
    """The example's mirror, sampled twice, and two younger ones that never were."""
    for name in (NAME, "eu.us-core.zzzzz", "eu.us-core.zzzzy"):
        new = given.a_mirror(name)
        mirrors.create(new, mirrors.fleet().revision, given.a_write(mirror=name))
    first, second = given.an_observation(1), given.an_observation(2)
    assert taken.record(State(), Outcome(first, b"", None))
    assert taken.record(taken.states([NAME])[NAME], Outcome(second, b"", given.a_change()))


def test_the_event_of_the_function_lists_mirrors(seen: None) -> None:
    answer = invoke("read_mirrors", sent("read_mirrors"))

    assert answer.status == 200
    assert [one["name"] for one in answer.json["mirrors"]] == [
        NAME,
        "eu.us-core.zzzzy",
        "eu.us-core.zzzzz",
    ]
    assert answer.json["nextToken"] is None


def test_a_summary_has_the_fields_of_the_contract(seen: None) -> None:
    row = call("GET", "/mirrors").json["mirrors"][0]

    assert row["status"] == "IN_SYNC"
    assert row["statusSince"] == "2026-01-01T00:01:00Z"
    assert row["measuredAt"] == "2026-01-01T00:02:00Z"
    assert row["latency"] == {"average": 21, "max": 63, "behind": 0, "lagRecords": 0}
    assert (row["topics"], row["tasks"]) == (1, {"running": 3, "total": 3})
    assert not {"backfill", "mirroredTopics", "connectors"} & set(row)


def test_every_answer_says_that_nothing_is_known_once_samples_are_missing(
    seen: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "now", lambda: after(minutes=5, seconds=1))

    rows = {one["name"]: one for one in call("GET", "/mirrors").json["mirrors"]}
    whole = call("GET", f"/mirrors/{NAME}").json

    for shown in (rows[NAME], whole):
        assert (shown["status"], shown["statusSince"]) == ("UNKNOWN", "2026-01-01T00:05:00Z")
        assert shown["measuredAt"] == "2026-01-01T00:02:00Z"
        (missing,) = shown["reasons"]
        assert (missing["code"], missing["severity"]) == ("SAMPLES_MISSING", "critical")
        assert "3 min 1 s ago" in missing["message"]
    assert rows["eu.us-core.zzzzz"]["status"] == "UNKNOWN"
    assert rows["eu.us-core.zzzzz"]["statusSince"] == "2026-01-01T00:03:00Z"
    unknown = call("GET", "/mirrors?status=UNKNOWN").json["mirrors"]
    assert len(unknown) == 3
    assert call("GET", "/mirrors?status=IN_SYNC").json["mirrors"] == []


def test_a_mirror_in_full_has_the_fields_of_the_contract(seen: None) -> None:
    mirror = call("GET", f"/mirrors/{NAME}").json

    assert mirror["mirroredTopics"] == [
        {
            "name": "orders.new",
            "mirroredName": "eu.orders.new",
            "state": "ACTIVE",
            "partitions": 3,
            "averageLatency": 21,
            "maxLatency": 63,
            "averageRate": 10.2,
            "behind": 0,
            "lagRecords": 0,
            "lastProducedAt": None,
        }
    ]
    source, checkpoint = mirror["connectors"]
    assert (source["name"], source["kind"]) == (f"{NAME}.source", "Mirror Connector")
    assert (source["status"], len(source["tasks"])) == ("RUNNING", 3)
    assert source["config"]["topics"] == r"orders\..*"
    assert (checkpoint["kind"], checkpoint["status"]) == ("Checkpoint Connector", None)
    assert mirror["backfill"] is None
    assert not {"topics", "tasks"} & set(mirror)


def test_the_hour_before_is_in_the_list_when_it_is_asked_for(seen: None) -> None:
    asked, plain = (call("GET", f"/mirrors{query}").json for query in ("?recent=true", ""))
    sampled, *never = asked["mirrors"]

    assert sampled["recent"] == {"from": "2026-01-01T00:01:00Z", "stepMs": 60_000, "behind": [0, 0]}
    assert [one["recent"] for one in never] == [None, None]
    assert [one["recent"] for one in plain["mirrors"]] == [None, None, None]
    assert call("GET", "/mirrors?recent=maybe").status == 400


def test_the_hour_before_holds_no_sample_that_is_older(
    seen: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "now", lambda: after(minutes=61))
    sampled = call("GET", "/mirrors?recent=true").json["mirrors"][0]

    assert sampled["recent"] == {"from": "2026-01-01T00:02:00Z", "stepMs": 60_000, "behind": [0]}


def test_a_connectors_baseline_is_what_lockstep_gives_where_nothing_is_chosen(seen: None) -> None:
    source, _ = call("GET", f"/mirrors/{NAME}").json["connectors"]
    config, baseline = source["config"], source["baseline"]

    assert config.keys() == baseline.keys()
    assert {name for name in config if config[name] != baseline[name]} == {"topics"}
    assert baseline["topics"] == ".*"


def test_what_was_never_measured_is_null(seen: None) -> None:
    mirror = call("GET", "/mirrors/eu.us-core.zzzzz").json

    assert mirror["status"] == "CREATING"
    assert mirror["measuredAt"] is None
    assert set(mirror["latency"].values()) == {None}


def test_the_configuration_of_a_secured_source_hides_its_secrets(
    seen: None, clusters: Registry
) -> None:
    secured = {"security_protocol": "SASL_SSL", "sasl_mechanism": "SCRAM-SHA-512"}
    clusters.put_cluster(given.a_cluster("eu-core", **secured))
    config = call("GET", f"/mirrors/{NAME}").json["connectors"][0]["config"]

    assert config["source.cluster.sasl.jaas.config"] == "[hidden]"
    assert config["source.cluster.security.protocol"] == "SASL_SSL"


def test_a_mirror_of_a_cluster_that_is_gone_is_still_answered(
    seen: None, clusters: Registry, mirrors: MirrorStore
) -> None:
    clusters.delete_cluster(given.a_cluster("eu-core"), mirrors.fleet().revision)

    assert call("GET", f"/mirrors/{NAME}").status == 200


def test_lists_go_on_where_the_last_page_ended(seen: None) -> None:
    found, token = [], ""
    while token is not None:
        page = call("GET", f"/mirrors?limit=1{token and f'&nextToken={token}'}").json
        found += [one["name"] for one in page["mirrors"]]
        token = page["nextToken"]

    assert found == [NAME, "eu.us-core.zzzzy", "eu.us-core.zzzzz"]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("status=IN_SYNC", 1),
        ("status=CREATING", 2),
        ("status=FAILED", 0),
        ("connectCluster=us-connect", 3),
        ("connectCluster=another", 0),
        ("status=CREATING&connectCluster=us-connect&limit=1", 1),
    ],
)
def test_a_list_is_narrowed(seen: None, query: str, count: int) -> None:
    assert len(call("GET", f"/mirrors?{query}").json["mirrors"]) == count


WRONG = [
    ("status", "GREEN"),
    ("status", "in_sync"),
    ("status", ""),
    ("limit", "0"),
    ("limit", "201"),
    ("limit", "-1"),
    ("limit", "1.5"),
    ("limit", "ten"),
    ("limit", ""),
    ("limit", "\u0661"),
    ("limit", "1&limit=2"),
    ("nextToken", "garbage"),
    ("nextToken", ""),
    ("nextToken", "x" * 5000),
    ("nextToken", "bWlycm9yczo"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
@pytest.mark.parametrize(
    "path", ["/mirrors", "/clusters", "/connect-clusters", f"/mirrors/{NAME}/changes"]
)
def test_a_wrong_parameter_is_named(seen: None, path: str, name: str, value: str) -> None:
    answer = call("GET", f"{path}?{name}={value}")

    assert (answer.status, answer.fields) == (400, [name])


GETS = {one.path: one.parameters for one in OPERATIONS if one.method == "GET"}


@pytest.mark.parametrize(("path", "known"), GETS.items(), ids=GETS)
def test_a_parameter_that_the_contract_does_not_name_is_refused_before_anything_is_read(
    stack: None, path: str, known: tuple[str, ...]
) -> None:
    answer = call("GET", f"{path.replace('{name}', 'nobody')}?status_=x&Limit=1")

    assert (answer.status, answer.fields) == (400, ["Limit", "status_"])
    assert answer.json["detail"].endswith(f"there are: {', '.join(known) or 'none'}.")


def test_a_token_of_another_list_is_refused(seen: None) -> None:
    token = call("GET", "/mirrors?limit=1").json["nextToken"]

    assert call("GET", f"/clusters?nextToken={token}").fields == ["nextToken"]


def ago(minutes: int) -> str:
    """A moment so long before now, as a query takes it."""
    return iso(datetime.now(UTC) - timedelta(minutes=minutes))


@pytest.fixture
def lately(registered: None, mirrors: MirrorStore, taken: Observations) -> None:
    """The example's mirror, sampled an hour ago and half an hour ago."""
    mirrors.create(given.a_mirror(), mirrors.fleet().revision, given.a_write())
    for sequence, minutes in ((1, 60), (2, 30)):
        at = datetime.now(UTC) - timedelta(minutes=minutes)
        seen = given.an_observation(sequence, measured_at=at)
        assert taken.record(taken.states([NAME])[NAME], Outcome(seen, b"", None))


def test_history_is_told_oldest_first(lately: None) -> None:
    first, second = call("GET", f"/mirrors/{NAME}/latency").json["points"]

    assert first["at"] < second["at"]
    assert {name: first[name] for name in first if name != "at"} == {
        "average": 21,
        "max": 63,
        "behind": 0,
        "lagRecords": 0,
        "status": "IN_SYNC",
    }


SPANS = {
    "since": (f"from={ago(45)}", 1),
    "since, with an offset": (f"from={ago(45).replace('Z', '%2B00:00')}", 1),
    "since, its plus not encoded": (f"from={ago(45).replace('Z', '+00:00')}", 1),
    "until": (f"to={ago(45)}", 1),
    "a span that holds none": (f"from={ago(120)}&to={ago(90)}", 0),
    "since the year 1": ("from=0001-01-01T00:00:00Z", 2),
    "until the year 1": ("to=0001-01-01T00:00:00Z", 0),
    "all of time": ("from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z", 2),
    "a topic": ("topic=orders.new", 2),
    "no such topic": ("topic=nothing", 0),
}


@pytest.mark.parametrize(("query", "count"), SPANS.values(), ids=SPANS.keys())
def test_history_is_cut_to_the_span(lately: None, query: str, count: int) -> None:
    assert len(call("GET", f"/mirrors/{NAME}/latency?{query}").json["points"]) == count


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=yesterday", "from"),
        ("from=2026-01-01", "from"),
        ("from=", "from"),
        ("to=2026-01-01T00:00:00", "to"),
        ("to=0001-01-01T00:00:00%2B14:00", "to"),
        ("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "from"),
    ],
)
def test_a_wrong_moment_is_named(seen: None, query: str, field: str) -> None:
    answer = call("GET", f"/mirrors/{NAME}/latency?{query}")

    assert (answer.status, answer.fields) == (400, [field])


def test_changes_are_told_newest_first(seen: None, past: History) -> None:
    later = given.a_write(at=given.BEGIN + timedelta(hours=1), by=None)
    past.add_change(later)
    lines = call("GET", f"/mirrors/{NAME}/changes").json["changes"]

    assert [(one["kind"], one["by"]) for one in lines] == [
        ("write", None),
        ("status", None),
        ("write", "anna"),
    ]
    assert (lines[1]["from"], lines[1]["to"]) == (Status.IN_SYNC, Status.OUT_OF_SYNC)
    assert lines[1]["tookMs"] == 60_000
    assert lines[1]["reasons"][0]["code"] == "STALLED"


@pytest.mark.parametrize(
    ("path", "slug"),
    [
        ("/mirrors/nobody", "mirror-not-found"),
        ("/mirrors/nobody/latency", "mirror-not-found"),
        ("/mirrors/nobody/changes", "mirror-not-found"),
        ("/mirrors/%00", "mirror-not-found"),
        ("/mirrors/a%2Fb", "mirror-not-found"),
        (f"/mirrors/{'x' * 3000}", "mirror-not-found"),
        ("/clusters/nobody", "cluster-not-found"),
        ("/clusters/n%C3%B6", "cluster-not-found"),
        ("/clusters/a%20b", "cluster-not-found"),
        ("/connect-clusters/nobody", "connect-cluster-not-found"),
        (f"/connect-clusters/{'x' * 3000}", "connect-cluster-not-found"),
    ],
)
def test_what_is_not_there_is_404(stack: None, path: str, slug: str) -> None:
    answer = call("GET", path)

    assert (answer.status, answer.slug) == (404, slug)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nowhere"),
        ("GET", "/%6Dirrors"),
        ("GET", "/mirror%73?limit=1"),
        ("GET", "/%2Fmirrors"),
        ("GET", "//mirrors"),
        ("GET", "/./mirrors"),
        ("GET", "/x/../mirrors"),
        ("GET", "/mirrors%2Feu.us-core.k3x9q"),
        ("GET", "/%63lusters/eu-core"),
        ("GET", "/default"),
        ("GET", "/$default"),
        ("POST", "/%6Dirrors"),
        ("GET", "/mirrors/"),
        ("GET", "/mirrors/a/b"),
        ("GET", "/mirrors/a/target-latency"),
        ("GET", "/m%C3%AFrrors"),
        ("GET", "//"),
        ("HEAD", "/mirrors"),
        ("OPTIONS", "/mirrors"),
        ("POST", "/clusters"),
        ("PATCH", "/clusters/eu-core"),
        ("DELETE", "/mirrors"),
        ("TRACE", "/"),
    ],
)
def test_an_unknown_path_or_method_is_a_404_problem(stack: None, method: str, path: str) -> None:
    answer = call(method, path)

    assert (answer.status, answer.slug) == (404, "not-found")


def test_the_route_that_was_matched_decides_and_not_the_path(seen: None) -> None:
    event = sent("read_mirrors") | {"queryStringParameters": {}}
    default = {"routeKey": "$default", "rawPath": "/mirrors"}
    other = {"routeKey": "GET /mirrors/{name}", "pathParameters": {"name": "summary/../x"}}

    assert invoke("read_mirrors", event | default).slug == "not-found"
    assert invoke("read_mirrors", event | other).slug == "mirror-not-found"


def test_a_problem_and_the_logs_tell_of_a_request_by_its_one_id(
    seen: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    event = sent("read_mirrors")
    monkeypatch.setattr(MirrorStore, "mirrors_after", fail)
    answer = invoke("read_mirrors", event)
    logged = routing.logger.get_current_keys()["request"]

    assert answer.json["instance"] == event["requestContext"]["requestId"] == logged


def test_a_mistake_of_ours_says_nothing(
    seen: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr(MirrorStore, "mirror", fail)
    answer = call("GET", f"/mirrors/{NAME}")

    printed = capsys.readouterr().out
    assert (answer.status, answer.slug) == (500, "internal-error")
    assert "hunter2" not in str(answer) + printed
    assert '"UnexpectedErrors": 1' in printed
