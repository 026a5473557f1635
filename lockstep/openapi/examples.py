"""What people send and what they are answered: made by the code that answers, so never untrue."""

from collections.abc import Iterable, Mapping
from typing import Any

from mirroring.api import view
from mirroring.api.partition_view import topic_answer
from mirroring.api.preview import SUFFIX
from mirroring.contract.clusters import (
    ClusterAnswer,
    ClusterList,
    ConnectClusterAnswer,
    ConnectClusterList,
)
from mirroring.contract.leftovers import Left, LeftAnswer, LeftKind
from mirroring.contract.mirrors import (
    ChangedMirrorAnswer,
    ChangeList,
    ConnectorAnswer,
    Effect,
    MirrorAnswer,
    MirrorCounts,
    MirrorList,
    PointList,
    TopicAnswer,
    TopicList,
)
from mirroring.contract.preview import (
    CreatedMirrorAnswer,
    PreviewAnswer,
    PreviewedTopic,
)
from mirroring.contract.problem import problem
from mirroring.contract.requests import (
    AcknowledgeRequest,
    ClusterRequest,
    ConnectClusterRequest,
    MirrorChange,
    MirrorRequest,
    RestartRequest,
    TargetLatencyRequest,
)
from mirroring.errors import (
    AliasTaken,
    BadRequest,
    FieldError,
    MirrorLoop,
    ProblemError,
    Unprocessable,
    UnsupportedProperty,
)
from mirroring.managing import preview_warnings, usage
from mirroring.measuring.memory import TopicMemory
from mirroring.measuring.position import begin
from mirroring.mirror import Mirror
from mirroring.observation import Observation
from mirroring.schema import Request, Schema
from mirroring.storing import observation_item
from mirroring.storing.uses import Use

from lockstep.openapi.sampled import (
    CHANGES,
    CONNECT,
    CREATED,
    EU,
    HELD,
    MIRROR,
    NAME,
    POINTS,
    REMOVED,
    SAMPLED,
    SEEN,
    US,
)

REQUEST = "JKJaXmPLvHcESHA="
SHOWN = ("topics", "source.cluster.sasl.jaas.config")
CLUSTERS = {one.name: one for one in (EU, US)}
SASL = (
    "security.protocol=SASL_SSL\n"
    "sasl.mechanism=SCRAM-SHA-512\n"
    "sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required "
    'username="lockstep" password="…";\n'
)
BODIES: Mapping[type[Request], dict[str, Any]] = {
    ClusterRequest: {
        "bootstrapServers": list(EU.bootstrap_servers),
        "connectionProperties": SASL,
        "description": EU.description,
        "tags": EU.tags,
    },
    ConnectClusterRequest: {
        "urls": list(CONNECT.urls),
        "kafkaCluster": CONNECT.kafka_cluster,
        "username": "lockstep",
        "password": "…",
    },
    MirrorRequest: {
        "connectCluster": "us-connect",
        "sourceCluster": {
            "alias": "eu",
            "managedCluster": {"sourceKafkaClusterId": "eu-core", "usePrivateIps": False},
        },
        "renameMirroredTopics": True,
        "topicsRegex": r"orders\..*",
        "maxTasks": 3,
        "targetLatency": 60_000,
        "syncGroupOffsets": True,
    },
    AcknowledgeRequest: {"upTo": "2026-01-01T00:04:00Z"},
    MirrorChange: {"topicsRegex": r"orders\..*|payments", "maxTasks": 5},
    RestartRequest: {"onlyFailed": True},
    TargetLatencyRequest: {"targetLatency": 30_000},
}
FIELDS: Mapping[type[ProblemError], FieldError] = {
    BadRequest: FieldError(field="maxTasks", message="must be a valid integer"),
    Unprocessable: FieldError(field="targetLatency", message="must be at least 1000 ms"),
    UnsupportedProperty: FieldError(field="ssl.truststore.location", message="use PEM texts"),
    MirrorLoop: FieldError(field="topicsRegex", message="matches its own copies again"),
    AliasTaken: FieldError(field="sourceCluster.alias", message="belongs to another source"),
}


def answer(call: str, status: int, model: type[Schema]) -> Schema:
    """What a call is answered: of a mirror that it made, held or removed, else the usual one."""
    return _own().get((call, status)) or _usual()[model]


def _own() -> Mapping[tuple[str, int], Schema]:
    """The answers of calls that are not what a GET shows."""
    held = _mirror(HELD)
    return {
        ("POST /mirrors/{name}/pause", 202): held,
        ("POST /mirrors/{name}/stop", 202): held,
        ("DELETE /mirrors/{name}", 202): _mirror(REMOVED),
        ("PUT /clusters/{name}", 201): usage.cluster(EU, []),
        ("PUT /connect-clusters/{name}", 201): usage.connect_cluster(CONNECT, []),
    }


def _usual() -> Mapping[type[Schema], Schema]:
    """An example of each kind of answer."""
    row = view.summary(MIRROR, observation_item.summary(observation_item.item(SEEN)), None)
    lines = tuple(view.change(line) for line in CHANGES)
    cluster = usage.cluster(EU, [NAME])
    connect = usage.connect_cluster(CONNECT, [Use(NAME, EU.name)])
    change = MirrorChange.model_validate(BODIES[MirrorChange])
    changed = MIRROR.model_copy(update={**change.given(), "version": 4})
    return {
        ClusterAnswer: cluster,
        ClusterList: ClusterList(clusters=(cluster,), next_token=None),
        ConnectClusterAnswer: connect,
        ConnectClusterList: ConnectClusterList(connect_clusters=(connect,), next_token=None),
        MirrorAnswer: _mirror(MIRROR),
        ChangedMirrorAnswer: ChangedMirrorAnswer(
            **dict(_mirror(changed)),
            effect=Effect(topics_added=("payments",), topics_added_total=1),
        ),
        CreatedMirrorAnswer: CreatedMirrorAnswer(
            **dict(_mirror(CREATED, None)), warnings=_preview().warnings
        ),
        PreviewAnswer: _preview(),
        LeftAnswer: LeftAnswer(
            left=(Left(kind=LeftKind.CONNECTOR, name=f"{NAME}.source", where="us-connect"),)
        ),
        MirrorCounts: MirrorCounts(
            total=1,
            by_status={row.status: 1},
            by_connect_cluster={CONNECT.name: 1},
            next_token=None,
        ),
        TopicAnswer: _topic(),
        TopicList: TopicList(mirrored_topics=SEEN.topics, next_token=None),
        MirrorList: MirrorList(mirrors=(row,), next_token=None),
        PointList: PointList(points=POINTS, resolution=None),
        ChangeList: ChangeList(changes=lines, next_token=None),
    }


def _topic() -> TopicAnswer:
    """A topic with its three partitions, of which each is copied."""
    (topic,) = SEEN.topics
    at = round(SAMPLED.timestamp() * 1000)
    copied = begin(at, 0, 1_517)._replace(produced=at, target_end=1_517, average=21)
    positions = dict.fromkeys(range(3), copied._replace(proven_copied_to=1_517, copied_to=1_517))
    return topic_answer(topic, TopicMemory(at, "", positions=positions), SAMPLED, 300)


def _mirror(mirror: Mirror, seen: Observation | None = SEEN) -> MirrorAnswer:
    """The mirror as the last sample saw it."""
    whole = view.details(mirror, seen, None, CLUSTERS)
    return whole.model_copy(update={"connectors": _shortened(whole.connectors)})


def _preview() -> PreviewAnswer:
    """What was seen before the mirror was made."""
    proposed = CREATED.model_copy(update={"name": NAME.replace("k3x9q", SUFFIX)})
    connectors = view.planned(proposed, CLUSTERS)
    (topic,) = SEEN.topics
    known = topic.model_dump(include={"name", "mirrored_name", "partitions"})
    return PreviewAnswer(
        topics=(PreviewedTopic(**known, exists=False),),
        topics_total=1,
        partitions=topic.partitions,
        warnings=(
            *preview_warnings.of_tasks(proposed, CONNECT.workers, topic.partitions),
            *preview_warnings.of_secrets(CONNECT, connectors[0].config),
        ),
        connectors=_shortened(connectors),
    )


def _shortened(connectors: Iterable[ConnectorAnswer]) -> tuple[ConnectorAnswer, ...]:
    """The connectors with two lines of each configuration."""
    return tuple(
        one.model_copy(update={"config": {key: one.config[key] for key in SHOWN}})
        for one in connectors
    )


def refusal(error: type[ProblemError]) -> dict[str, Any]:
    """The problem that an error is answered with; its `detail` says more in life."""
    field = FIELDS.get(error)
    said = error(f"{error.title}.", *([field] if field else ()))
    return problem(said, REQUEST).model_dump(mode="json", exclude_none=True)
