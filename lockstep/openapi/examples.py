"""What people send and what they are answered: made by the code that answers, so never untrue."""

from collections.abc import Mapping
from typing import Any

from mirroring.answering import view
from mirroring.answering.answers import (
    ChangedMirrorAnswer,
    ChangeList,
    Effect,
    MirrorAnswer,
    MirrorList,
    PointList,
)
from mirroring.answering.cluster_answers import (
    ClusterAnswer,
    ClusterList,
    ConnectClusterAnswer,
    ConnectClusterList,
)
from mirroring.answering.preview_answers import (
    Caution,
    PreviewAnswer,
    PreviewedTopic,
    WarningAnswer,
)
from mirroring.answering.problem import problem
from mirroring.answering.requests import (
    ClusterRequest,
    ConnectClusterRequest,
    MirrorChange,
    MirrorRequest,
    RestartRequest,
    TargetLatencyRequest,
)
from mirroring.errors import (
    BadRequest,
    FieldError,
    ProblemError,
    Unprocessable,
    UnsupportedProperty,
)
from mirroring.managing import users
from mirroring.schema import Request, Schema
from mirroring.storing import observed

from lockstep.openapi.sampled import (
    CHANGES,
    CONNECT,
    EU,
    MIRROR,
    POINTS,
    REMOVED,
    SEEN,
    US,
)

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
        "targetLatency": 30_000,
        "syncGroupOffsets": True,
    },
    MirrorChange: {"topicsRegex": r"orders\..*|payments", "maxTasks": 5},
    RestartRequest: {"onlyFailed": True},
    TargetLatencyRequest: {"targetLatency": 30_000},
}
FIELDS: Mapping[type[ProblemError], FieldError] = {
    BadRequest: FieldError(field="maxTasks", message="must be a valid integer"),
    Unprocessable: FieldError(field="targetLatency", message="must be at least 1000 ms"),
    UnsupportedProperty: FieldError(field="ssl.truststore.location", message="use PEM texts"),
}


def answers() -> Mapping[type[Schema], Schema]:
    """An example of each answer."""
    row = view.summary(MIRROR, observed.summary(observed.item(SEEN)), None)
    lines = tuple(view.change(line) for line in CHANGES)
    cluster = users.cluster(EU, [MIRROR], [CONNECT])
    connect = users.connect_cluster(CONNECT, [MIRROR])
    mirror = _shortened(view.details(MIRROR, SEEN, None, CLUSTERS))
    return {
        ClusterAnswer: cluster,
        ClusterList: ClusterList(clusters=(cluster,), next_token=None),
        ConnectClusterAnswer: connect,
        ConnectClusterList: ConnectClusterList(connect_clusters=(connect,), next_token=None),
        MirrorAnswer: mirror,
        ChangedMirrorAnswer: ChangedMirrorAnswer(
            **dict(mirror), effect=Effect(topics_added=("payments",))
        ),
        PreviewAnswer: _preview(mirror),
        MirrorList: MirrorList(mirrors=(row,), next_token=None),
        PointList: PointList(points=POINTS),
        ChangeList: ChangeList(changes=lines, next_token=None),
    }


def removed() -> Schema:
    """A mirror on its way out."""
    return _shortened(view.details(REMOVED, SEEN, None, CLUSTERS))


def _preview(mirror: MirrorAnswer) -> PreviewAnswer:
    """What was seen before the mirror was made."""
    unborn = {"status": None, "worker": None, "trace": None, "tasks": ()}
    (topic,) = mirror.mirrored_topics
    words = "maxTasks is 1, so that some of the 2 workers copy nothing."
    return PreviewAnswer(
        topics=(
            PreviewedTopic(
                name=topic.name, mirrored_name=topic.mirrored_name, partitions=3, exists=False
            ),
        ),
        partitions=3,
        warnings=(WarningAnswer(code=Caution.FEWER_TASKS_THAN_WORKERS, message=words),),
        connectors=tuple(one.model_copy(update=unborn) for one in mirror.connectors),
    )


def _shortened(mirror: MirrorAnswer) -> MirrorAnswer:
    """The mirror with two lines of each configuration."""
    connectors = tuple(
        one.model_copy(update={"config": {key: one.config[key] for key in SHOWN}})
        for one in mirror.connectors
    )
    return mirror.model_copy(update={"connectors": connectors})


def refusal(error: type[ProblemError]) -> dict[str, Any]:
    """The problem that an error is answered with; its `detail` says more in life."""
    field = FIELDS.get(error)
    said = error(f"{error.title}.", *([field] if field else ()))
    return problem(said).model_dump(mode="json", exclude_none=True)
