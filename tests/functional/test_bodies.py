"""What cannot be read is 400 naming the field, in every call that takes a body; nothing happens."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.functional.http import Answer, call
from tests.functional.world import EU, World, a_request, managed
from tests.functional.world import world as world

CALLS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "mirror": ("POST", "/mirrors", a_request()),
    "cluster": ("PUT", "/clusters/one", {"bootstrapServers": [EU]}),
    "connect": (
        "PUT",
        "/connect-clusters/one",
        {"urls": ["http://c:8083"], "kafkaCluster": "us-core"},
    ),
    "target": ("PUT", "/mirrors/eu.us-core.k3x9q/target-latency", {"targetLatency": 5000}),
}

WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("mirror", {"extra": 1}, "extra"),
    ("mirror", {"connect_cluster": "us-connect"}, "connect_cluster"),
    (
        "mirror",
        {"sourceCluster": managed("a", use_private_ips=True)},
        "sourceCluster.managedCluster.use_private_ips",
    ),
    ("mirror", {"connectCluster": ...}, "connectCluster"),
    ("mirror", {"connectCluster": 7}, "connectCluster"),
    ("mirror", {"sourceCluster": ...}, "sourceCluster"),
    ("mirror", {"sourceCluster": "eu-core"}, "sourceCluster"),
    ("mirror", {"sourceCluster": {}}, "sourceCluster"),
    (
        "mirror",
        {"sourceCluster": managed("a") | {"externalCluster": {"sourceConnectionProperties": ""}}},
        "sourceCluster",
    ),
    (
        "mirror",
        {"sourceCluster": {"externalCluster": {"sourceConnectionProperties": "x=y"}}},
        "sourceCluster",
    ),
    (
        "mirror",
        {"sourceCluster": {"alias": "x", "externalCluster": {}}},
        "sourceCluster.externalCluster.sourceConnectionProperties",
    ),
    ("mirror", {"sourceCluster": managed("a", more=1)}, "sourceCluster.managedCluster.more"),
    (
        "mirror",
        {"sourceCluster": managed("a", usePrivateIps="true")},
        "sourceCluster.managedCluster.usePrivateIps",
    ),
    ("mirror", {"sourceCluster": {"alias": None} | managed("a")}, "sourceCluster.alias"),
    ("mirror", {"renameMirroredTopics": 1}, "renameMirroredTopics"),
    ("mirror", {"topicsRegex": ["a"]}, "topicsRegex"),
    ("mirror", {"maxTasks": True}, "maxTasks"),
    ("mirror", {"maxTasks": "3"}, "maxTasks"),
    ("mirror", {"maxTasks": 1.5}, "maxTasks"),
    ("mirror", {"maxTasks": None}, "maxTasks"),
    ("mirror", {"maxTasks": 10**20}, "maxTasks"),
    ("mirror", {"targetLatency": True}, "targetLatency"),
    ("mirror", {"targetLatency": 10**20}, "targetLatency"),
    ("mirror", {"topicsExclude": "a"}, "topicsExclude"),
    ("mirror", {"topicsExclude": [1]}, "topicsExclude.0"),
    ("mirror", {"startFrom": "middle"}, "startFrom"),
    ("mirror", {"syncGroupOffsets": "no"}, "syncGroupOffsets"),
    ("mirror", {"groupsRegex": 1}, "groupsRegex"),
    ("mirror", {"description": 1}, "description"),
    ("mirror", {"tags": {"team": 1}}, "tags.team"),
    ("mirror", {"tags": ["team"]}, "tags"),
    ("cluster", {"extra": 1}, "extra"),
    ("cluster", {"bootstrapServers": ...}, "bootstrapServers"),
    ("cluster", {"bootstrapServers": []}, "bootstrapServers"),
    ("cluster", {"bootstrapServers": "a:1"}, "bootstrapServers"),
    ("cluster", {"bootstrapServers": ["a"]}, "bootstrapServers.0"),
    ("cluster", {"bootstrapServers": ["a:1", "a:99999"]}, "bootstrapServers.1"),
    ("cluster", {"privateBootstrapServers": [1]}, "privateBootstrapServers.0"),
    ("cluster", {"connectionProperties": {"a": "b"}}, "connectionProperties"),
    ("cluster", {"tags": {"a": True}}, "tags.a"),
    ("connect", {"extra": 1}, "extra"),
    ("connect", {"urls": []}, "urls"),
    ("connect", {"urls": ["connect:8083"]}, "urls.0"),
    ("connect", {"urls": ["http://user:word@connect:8083"]}, "urls.0"),
    ("connect", {"urls": ["http://[0]"]}, "urls.0"),
    ("connect", {"urls": ["http://a:0"]}, "urls.0"),
    ("cluster", {"bootstrapServers": ["[::g]:9092"]}, "bootstrapServers.0"),
    ("connect", {"kafkaCluster": 1}, "kafkaCluster"),
    ("connect", {"username": "u"}, "body"),
    ("connect", {"password": "p"}, "body"),
    ("connect", {"offsetFlushMs": 0}, "offsetFlushMs"),
    ("connect", {"offsetFlushMs": "1"}, "offsetFlushMs"),
    ("connect", {"configProvider": "a b"}, "configProvider"),
    ("target", {"targetLatency": ...}, "targetLatency"),
    ("target", {"targetLatency": "5000"}, "targetLatency"),
    ("target", {"targetLatency": True}, "targetLatency"),
    ("target", {"maxTasks": 3}, "maxTasks"),
]


def send(which: str, fields: dict[str, Any]) -> Answer:
    """A call with these fields of its body changed; `...` leaves one out."""
    method, path, body = CALLS[which]
    return call(method, path, {k: v for k, v in (body | fields).items() if v is not ...})


@pytest.mark.parametrize(("which", "fields", "field"), WRONG)
def test_a_wrong_field_is_named(which: str, fields: dict[str, Any], field: str) -> None:
    answer = send(which, fields)

    assert (answer.status, answer.slug) == (400, "bad-request")
    assert answer.fields == [field]


def test_nothing_comes_of_a_wrong_body(world: World) -> None:
    for which, fields, _ in WRONG:
        send(which, fields)

    assert call("GET", "/mirrors").json["mirrors"] == []
    assert [one["name"] for one in call("GET", "/clusters").json["clusters"]] == [
        "eu-core",
        "us-core",
    ]


BODIES = {
    "none": None,
    "blank": "  ",
    "no JSON": "topicsRegex=.*",
    "half": '{"connectCluster": "us',
    "a list": "[]",
    "a string": '"x"',
    "a number": "7",
    "null": "null",
    "half a surrogate": '{"connectCluster": "\\ud800"}',
    "deep": "[" * 10_000,
    "not UTF-8": "\udcff",
}


@pytest.mark.parametrize("which", CALLS)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_that_is_no_json_object_is_refused(which: str, body: str | None) -> None:
    method, path, _ = CALLS[which]
    answer = call(method, path, body)

    assert (answer.status, answer.slug) == (400, "bad-request")
    assert answer.fields == ["body"]


@pytest.mark.parametrize("which", CALLS)
def test_a_body_above_1_mb_is_too_large(which: str) -> None:
    method, path, _ = CALLS[which]
    answer = call(method, path, {"description": "x" * 1_000_001})

    assert (answer.status, answer.slug) == (413, "body-too-large")


@pytest.mark.parametrize("name", ["a b", "a.b", "ä", "a/b", "x" * 41, "%2F", '"', "a\u0000b"])
@pytest.mark.parametrize("kind", ["clusters", "connect-clusters"])
def test_a_name_is_1_to_40_letters_digits_dashes(kind: str, name: str) -> None:
    body = CALLS["cluster" if kind == "clusters" else "connect"][2]
    answer = call("PUT", f"/{kind}/{quote(name, safe='')}", body)

    assert (answer.status, answer.slug) == (400, "bad-request")
    assert answer.fields == ["name"]


def test_a_body_in_base64_is_read_as_well(world: World) -> None:
    answer = call(
        "PUT",
        "/clusters/again",
        {"bootstrapServers": [EU]},
        {"Content-Type": "application/x-www-form-urlencoded"},
    )

    assert answer.status == 201


@pytest.mark.parametrize(
    ("which", "fields", "field"),
    [
        ("cluster", {"connectionProperties": "a=\\u00"}, "connectionProperties"),
        ("connect", {"caCertificate": "no PEM"}, "caCertificate"),
    ],
)
def test_a_text_that_cannot_be_read_is_named(
    world: World, which: str, fields: dict[str, Any], field: str
) -> None:
    assert send(which, fields).fields == [field]


@pytest.mark.parametrize(
    ("which", "fields", "words"),
    [
        ("cluster", {"bootstrapServers": []}, "must have at least 1 item, not 0"),
        ("cluster", {"description": "x" * 2049}, "must have at most 2048 characters"),
        ("mirror", {"maxTasks": 1.5}, "must be a valid integer"),
    ],
)
def test_what_is_wrong_is_said_in_the_words_of_json(
    which: str, fields: dict[str, Any], words: str
) -> None:
    assert send(which, fields).json["errors"][0]["message"] == words
