"""No answer grows with the fleet, and none is above 1 MB."""

import json
from typing import Any

import pytest
from mirroring.api import paging, read
from mirroring.group import Group, GroupOffset, GroupState
from mirroring.observation import Connector, Task
from mirroring.storing import uses
from mirroring.storing.history import History
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.observation_item import Outcome, State
from mirroring.storing.observations import Observations
from mirroring.storing.registry import Registry

from tests import given
from tests.functional.http import call
from tests.functional.world import World, a_request
from tests.functional.world import world as world
from tests.given import NAME

MB = 1_000_000


@pytest.fixture
def fleet(registered: None, mirrors: MirrorStore, clusters: Registry) -> None:
    """30 mirrors of eu-core on one Connect cluster, and one of us-core on another into eu-core."""
    clusters.put_cluster(given.a_cluster("unused"))
    clusters.put_connect_cluster(given.a_connect_cluster("eu-connect", kafka_cluster="eu-core"))
    external = given.a_mirror("z-external")
    source = external.source.model_copy(update={"managed": None, "alias": "ext"})
    back = external.source.model_copy(update={"managed": "us-core", "alias": "us"})
    made = [given.a_mirror(f"m{one:02d}") for one in range(29)]
    made += [external.model_copy(update={"source": source})]
    made += [given.a_mirror("back", connect_cluster="eu-connect", target_cluster="eu-core")]
    made[-1] = made[-1].model_copy(update={"source": back})
    for one in made:
        mirrors.create(one, mirrors.fleet().revision, given.a_write(mirror=one.name))


def test_a_cluster_names_its_first_users_and_how_many_there_are(fleet: None) -> None:
    eu, us, unused = (call("GET", f"/clusters/{n}").json for n in ("eu-core", "us-core", "unused"))

    assert eu["usedBy"][:3] == ["back", "eu-connect", "m00"]
    assert (len(eu["usedBy"]), eu["usedByTotal"]) == (20, 31)
    assert us["usedBy"][-2:] == ["m18", "m19"] or len(us["usedBy"]) == 20
    assert us["usedByTotal"] == 32
    assert (unused["usedBy"], unused["usedByTotal"]) == ([], 0)
    listed = {one["name"]: one for one in call("GET", "/clusters").json["clusters"]}
    assert [listed[one["name"]] for one in (eu, us, unused)] == [eu, us, unused]


def test_who_uses_a_cluster_that_is_to_go_is_told_in_a_few_names(fleet: None) -> None:
    refused = call("DELETE", "/clusters/eu-core")

    assert (refused.status, refused.slug) == (409, "cluster-in-use")
    assert "m17 and 11 more: remove them first" in refused.json["detail"]


def test_a_connect_cluster_names_the_sources_of_its_mirrors(fleet: None) -> None:
    one = call("GET", "/connect-clusters/us-connect").json

    assert one["connectedClusters"] == ["eu-core", "ext"]
    assert call("GET", "/connect-clusters").json["connectClusters"][1] == one


@pytest.mark.parametrize(
    "path", ["/clusters/eu-core", "/clusters", "/connect-clusters/us-connect", "/connect-clusters"]
)
def test_a_get_of_clusters_reads_no_mirror(
    fleet: None, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("reads the mirrors")

    for name in ("fleet", "mirrors", "mirrors_after", "names"):
        monkeypatch.setattr(MirrorStore, name, fail)

    assert call("GET", path).status == 200


def test_a_get_of_clusters_reads_a_bounded_part_of_the_index(
    fleet: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uses, "MOST", 7)

    assert call("GET", "/clusters/us-core").json["usedByTotal"] == 1 + 7 + 1


def text(answer: Any) -> int:
    """How many bytes an answer has."""
    return len(json.dumps(answer.json, ensure_ascii=False).encode())


def everything(path: str, rows: str, name: str) -> list[str]:
    """What every page says, each below 1 MB."""
    found: list[str] = []
    token = ""
    while token is not None:
        answer = call("GET", f"{path}?limit=200{token and f'&nextToken={token}'}")
        assert text(answer) < MB
        found += [row[name] for row in answer.json[rows]]
        token = answer.json["nextToken"]
    return found


def test_a_page_of_large_mirrors_is_shorter_and_none_is_left_out(
    registered: None, mirrors: MirrorStore
) -> None:
    long = {"topics_exclude": tuple("x" * 4_000 for _ in range(40)), "description": "ü" * 2_048}
    names = [f"m{one:02d}" for one in range(14)]
    for name in names:
        mirror = given.a_mirror(name, **long)
        mirrors.create(mirror, mirrors.fleet().revision, given.a_write(mirror=name))

    assert everything("/mirrors", "mirrors", "name") == names


def test_pages_of_large_clusters_and_changes_are_below_1_mb_too(
    registered: None, mirrors: MirrorStore, past: History, clusters: Registry
) -> None:
    tags = {f"{one:02d}" + "k" * 126: "v" * 256 for one in range(50)}
    names = [f"c{one:03d}" for one in range(60)]
    for name in names:
        clusters.put_cluster(given.a_cluster(name, tags=tags))
    mirrors.create(given.a_mirror(), mirrors.fleet().revision, given.a_write())
    for minute in range(30):
        past.add_change(given.a_write(at=given.after(minutes=minute), after={"x": "y" * 60_000}))

    assert everything("/clusters", "clusters", "name") == [*names, "eu-core", "us-core"]
    assert len(everything(f"/mirrors/{NAME}/changes", "changes", "at")) == 31


def test_topics_are_paged_from_where_the_mirror_s_own_answer_ends(
    registered: None, mirrors: MirrorStore, taken: Observations
) -> None:
    mirrors.create(given.a_mirror(), mirrors.fleet().revision, given.a_write())
    assert call("GET", f"/mirrors/{NAME}/topics").json == {"mirroredTopics": [], "nextToken": None}
    topics = tuple(given.a_topic(f"t{one:04d}", behind=one) for one in range(620))
    assert taken.record(State(), Outcome(given.an_observation(topics=topics), b""))

    whole = call("GET", f"/mirrors/{NAME}").json
    rest = call("GET", f"/mirrors/{NAME}/topics?limit=200&nextToken={whole['topicsNextToken']}")

    shown = [one["name"] for one in (*whole["mirroredTopics"], *rest.json["mirroredTopics"])]
    assert shown == [f"t{one:04d}" for one in reversed(range(620))]
    assert rest.json["nextToken"] is None
    assert call("GET", "/mirrors/nobody/topics").slug == "mirror-not-found"


def test_a_mirror_of_absurd_patterns_topics_groups_and_traces_is_answered_below_1_mb(
    registered: None, mirrors: MirrorStore, taken: Observations
) -> None:
    patterns = tuple(f"{one:02d}" + "ü" * 3_800 for one in range(50))
    asked: dict[str, Any] = {
        "topics_exclude": patterns,
        "topics_regex": "é" * 4_000,
        "sync_group_offsets": True,
    }
    mirrors.create(given.a_mirror(**asked), mirrors.fleet().revision, given.a_write())
    long = "t" * 240
    topics = tuple(given.a_topic(f"{long}{one}", mirrored_name=long) for one in range(500))
    offsets = tuple(GroupOffset(long, one, 1, 1, 1) for one in range(10))
    groups = tuple(
        Group(name=f"{one:02d}" * 100, state=GroupState.PENDING, offsets=offsets)
        for one in range(50)
    )
    failed = tuple(
        Task(id=one, status="FAILED", worker="w", trace="é" * 9_000) for one in range(200)
    )
    seen = given.an_observation(
        topics=topics,
        groups=groups,
        groups_total=50,
        connectors=(Connector(name=f"{NAME}.source", kind="k", tasks=failed),),
    )
    assert taken.record(State(), Outcome(seen, b""))

    answer = call("GET", f"/mirrors/{NAME}")

    assert text(answer) < MB
    shown = answer.json
    assert shown["topicsExclude"] == list(patterns)
    exclude = shown["connectors"][0]["config"]["topics.exclude"]
    assert exclude.endswith("…")
    assert 0 < len(shown["groups"]) < shown["groupsTotal"] == 50
    assert 0 < len(shown["mirroredTopics"]) < 500
    names = [one["name"] for one in shown["mirroredTopics"]]
    token = f"&nextToken={shown['topicsNextToken']}"
    while token:
        rest = call("GET", f"/mirrors/{NAME}/topics?limit=200{token}").json
        names += [one["name"] for one in rest["mirroredTopics"]]
        token = rest["nextToken"] and f"&nextToken={rest['nextToken']}"
    assert sorted(names) == sorted(one.name for one in topics)
    beside = 100_000
    changed = read.reader().shown(mirrors.mirror(NAME), paging.LARGEST - beside)
    assert 0 < len(changed.mirrored_topics) < len(shown["mirroredTopics"])
    assert paging.size(changed) < MB - beside


def test_a_preview_and_a_change_of_3_000_topics_name_a_thousand(world: World) -> None:
    world.kafka.clusters["eu:9092"].topics[:] = [f"{'x' * 190}.{one:04d}" for one in range(3_000)]
    preview = call("POST", "/mirrors/preview", a_request(topicsRegex=".*"))
    name = world.created(topicsRegex="nothing")["name"]
    effect = call("PATCH", f"/mirrors/{name}", {"topicsRegex": ".*"}).json["effect"]

    assert (len(preview.json["topics"]), preview.json["topicsTotal"]) == (1_000, 3_000)
    assert text(preview) < MB
    assert (len(effect["topicsAdded"]), effect["topicsAddedTotal"]) == (1_000, 3_000)
    assert (effect["topicsRemoved"], effect["topicsRemovedTotal"]) == ([], 0)
