"""What the API answers of a mirror that is not made: what creating it would do."""

from enum import StrEnum

from mirroring.contract.mirrors import ConnectorAnswer, MirrorAnswer
from mirroring.schema import Schema


class PreviewedTopic(Schema):
    """A topic that would be mirrored; `exists` on the target, null where that could not be seen."""

    name: str
    mirrored_name: str
    partitions: int
    exists: bool | None


class ProblemAnswer(Schema):
    """Why a create would be refused: the type of its problem, and the field where one is meant."""

    type: str
    field: str | None
    message: str


class Caution(StrEnum):
    """What a warning is about."""

    NO_TOPICS = "NO_TOPICS"
    FEWER_TASKS_THAN_WORKERS = "FEWER_TASKS_THAN_WORKERS"
    MORE_TASKS_THAN_PARTITIONS = "MORE_TASKS_THAN_PARTITIONS"
    CERTIFICATE_EXPIRES = "CERTIFICATE_EXPIRES"
    SECRETS_IN_CONFIG = "SECRETS_IN_CONFIG"
    RETENTION_SHORT = "RETENTION_SHORT"
    LOG_APPEND_TIME = "LOG_APPEND_TIME"
    TOPIC_EXISTS = "TOPIC_EXISTS"
    TARGET_NOT_SEEN = "TARGET_NOT_SEEN"
    TOPICS_SKIPPED = "TOPICS_SKIPPED"
    CONNECT_TOPICS = "CONNECT_TOPICS"
    ALIAS_SHARED = "ALIAS_SHARED"
    CREATION_UNCERTAIN = "CREATION_UNCERTAIN"
    WORKERS_UNKNOWN = "WORKERS_UNKNOWN"


class WarningAnswer(Schema):
    """What is worth knowing, and refuses nothing."""

    code: Caution
    message: str


class PreviewAnswer(Schema):
    """What a create would do; with problems it would do nothing."""

    topics: tuple[PreviewedTopic, ...] = ()
    topics_total: int = 0
    partitions: int = 0
    problems: tuple[ProblemAnswer, ...] = ()
    warnings: tuple[WarningAnswer, ...] = ()
    connectors: tuple[ConnectorAnswer, ...] = ()


class CreatedMirrorAnswer(MirrorAnswer):
    """A mirror in full, and what a preview would have warned of."""

    warnings: tuple[WarningAnswer, ...] = ()
