"""A mirror as the configurations of its two connectors, and what of them may be shown."""

import re
from collections.abc import Mapping

from mirroring.mirror import Mirror, StartFrom

HIDDEN = "[hidden]"

# What MirrorMaker 4.0 leaves out by default (KIP-1074). Its older defaults also leave out every
# `*.internal`, so without saying it a worker's upgrade would begin to mirror topics. To these the
# topics of another Connect and of another MirrorMaker at the source are added.
NEVER_MIRRORED = (
    r"mm2.*\.internal",
    r".*\.replica",
    r"__.*",
    r".*\.checkpoints\.internal",
    r"connect-(configs|offsets|status)",
)

_MIRROR = "org.apache.kafka.connect.mirror"
_BYTES = "org.apache.kafka.connect.converters.ByteArrayConverter"
_SECRET = re.compile(
    r"password|secret|jaas|token|keystore\.key|credential|access\.key|private\.key", re.IGNORECASE
)
_JAAS_SECRET = re.compile(r'(?i:password|secret|token)\w*\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;"]+)')
# MirrorClientConfig keeps only these behind `source.cluster.` and `target.cluster.`; the rest
# would be dropped without a word and has to reach the clients by their roles.
_OF_CLUSTER = re.compile(r"bootstrap\.servers|security\.protocol|ssl\..*|sasl\..*")
_OF_EVERY_CLIENT = re.compile(
    r"client\.dns\.lookup|connections\.max\.idle\.ms|metadata\.max\.age\.ms|request\.timeout\.ms"
    r"|(reconnect|retry)\.backoff(\.max)?\.ms|(receive|send)\.buffer\.bytes"
    r"|socket\.connection\.setup\.timeout(\.max)?\.ms"
)
_OF_CONSUMER = re.compile(r"isolation\.level|max\.partition\.fetch\.bytes|fetch\..*|check\.crcs")


def is_secret(key: str) -> bool:
    """Whether a property of this name may hold a password, a key or a token."""
    return bool(_SECRET.search(key))


def redacted(config: Mapping[str, str]) -> dict[str, str]:
    """The configuration as it may be answered, logged or kept in the changes."""
    return {key: HIDDEN if is_secret(key) else value for key, value in config.items()}


def scrubbed(words: str, config: Mapping[str, str]) -> str:
    """Somebody else's words about this configuration, without the secrets they may quote."""
    secrets = [value for key, value in config.items() if is_secret(key) and len(value) >= 4]
    options = [option.strip('"') for value in secrets for option in _JAAS_SECRET.findall(value)]
    for secret in sorted({*secrets, *filter(None, options)}, key=len, reverse=True):
        words = words.replace(secret, HIDDEN)
    return words


def placeholders(properties: Mapping[str, str], provider: str, secret: str) -> dict[str, str]:
    """The properties with `${provider:secret:key}` for each secret one (KIP-297).

    A JAAS line is replaced as a whole; `secret` is the name of a Secrets Manager secret whose
    value is a JSON object that has these keys.
    """
    return {
        key: f"${{{provider}:{secret}:{key}}}" if is_secret(key) else value
        for key, value in properties.items()
    }


def topics_exclude(mirror: Mirror) -> tuple[str, ...]:
    """The Java patterns of the topics that this mirror leaves out, each for a whole name."""
    return (*NEVER_MIRRORED, *mirror.topics_exclude)


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

    `auto.offset.reset` holds for every partition without a committed offset, so with `latest` a
    topic born after the mirror loses what was written before MirrorMaker found it (at most one
    refresh, 60 s).
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
        "topics.exclude": ",".join(topics_exclude(mirror)),
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
