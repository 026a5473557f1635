"""A mirror as the configurations of its two connectors."""

import re
from collections.abc import Mapping

from mirroring.mirror import Mirror, StartFrom
from mirroring.redaction import placeholders as placeholders
from mirroring.redaction import redacted as redacted
from mirroring.selection import GROUPS_ALWAYS_EXCLUDED, excluded_topics

_MIRROR = "org.apache.kafka.connect.mirror"
_BYTES = "org.apache.kafka.connect.converters.ByteArrayConverter"
# MirrorClientConfig keeps only these behind `source.cluster.` and `target.cluster.`; the rest
# would be dropped without a word and has to reach the clients by their roles.
_OF_CLUSTER = re.compile(r"bootstrap\.servers|security\.protocol|ssl\..*|sasl\..*")
_OF_EVERY_CLIENT = re.compile(
    r"client\.dns\.lookup|connections\.max\.idle\.ms|metadata\.max\.age\.ms|request\.timeout\.ms"
    r"|(reconnect|retry)\.backoff(\.max)?\.ms|(receive|send)\.buffer\.bytes"
    r"|socket\.connection\.setup\.timeout(\.max)?\.ms"
)
_OF_CONSUMER = re.compile(r"isolation\.level|max\.partition\.fetch\.bytes|fetch\..*|check\.crcs")


def configurations(
    mirror: Mirror, source: Mapping[str, str], target: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """The configurations of the mirror's connectors by name.

    `source` and `target` are complete Java connection properties, `bootstrap.servers` included;
    their values are literals or a config provider's placeholders.
    """
    return {
        mirror.source_connector: _source_connector(mirror, source, target),
        mirror.checkpoint_connector: _checkpoint_connector(mirror, source, target),
    }


def _source_connector(
    mirror: Mirror, source: Mapping[str, str], target: Mapping[str, str]
) -> dict[str, str]:
    """MirrorSourceConnector: copies the records.

    `auto.offset.reset` holds for every partition without a committed offset, as long as it has
    none. So with `latest` a topic born after the mirror is read from when MirrorMaker finds it (at
    most one refresh, 60 s), and a partition not written to yet from when its task last started.
    """
    return {
        **_shared(mirror, source, target),
        "connector.class": f"{_MIRROR}.MirrorSourceConnector",
        "replication.factor": "-1",
        "offset-syncs.topic.replication.factor": "-1",
        "sync.topic.acls.enabled": "false",
        "refresh.topics.interval.seconds": "60",
        "heartbeats.replication.enabled": "false",
        "source.consumer.auto.offset.reset": _reset(mirror.start_from),
    }


def _checkpoint_connector(
    mirror: Mirror, source: Mapping[str, str], target: Mapping[str, str]
) -> dict[str, str]:
    """MirrorCheckpointConnector: translates the offsets of consumer groups.

    Topics, policy and the place of the offset-syncs topic must equal the source connector's, or
    it translates nothing and says nothing.
    """
    return {
        **_shared(mirror, source, target),
        "connector.class": f"{_MIRROR}.MirrorCheckpointConnector",
        "checkpoints.topic.replication.factor": "-1",
        "groups": mirror.groups_regex,
        "groups.exclude": ",".join(GROUPS_ALWAYS_EXCLUDED),
        "refresh.groups.interval.seconds": "60",
        "sync.group.offsets.enabled": "true" if mirror.sync_group_offsets else "false",
    }


def _shared(mirror: Mirror, source: Mapping[str, str], target: Mapping[str, str]) -> dict[str, str]:
    """What both connectors must say alike."""
    policy = "Default" if mirror.rename_mirrored_topics else "Identity"
    return {
        **_connection("source", source, ("consumer", "admin")),
        **_connection("target", target, ("consumer", "admin", "producer")),
        "source.cluster.alias": mirror.source.alias,
        "target.cluster.alias": mirror.target_cluster,
        "replication.policy.class": f"{_MIRROR}.{policy}ReplicationPolicy",
        "topics": mirror.topics_regex,
        "topics.exclude": ",".join(excluded_topics(mirror)),
        "offset-syncs.topic.location": "target",
        "key.converter": _BYTES,
        "value.converter": _BYTES,
        "header.converter": _BYTES,
        "tasks.max": str(mirror.max_tasks),
        "errors.tolerance": "none",
    }


def _connection(side: str, properties: Mapping[str, str], roles: tuple[str, ...]) -> dict[str, str]:
    """One cluster's connection properties under the prefixes that MirrorMaker reads."""
    config: dict[str, str] = {}
    for key, value in properties.items():
        if _OF_CLUSTER.fullmatch(key):
            config[f"{side}.cluster.{key}"] = value
        elif _OF_EVERY_CLIENT.fullmatch(key):
            config.update({f"{side}.{role}.{key}": value for role in roles})
        elif side == "source" and _OF_CONSUMER.fullmatch(key):
            config[f"source.consumer.{key}"] = value
    return config


def _reset(start_from: StartFrom) -> str:
    """Kafka's word for where to begin without a committed offset."""
    return "latest" if start_from is StartFrom.LATEST else "earliest"
