"""What else goes with a removed mirror when a person asked for it: its traces in Kafka.

Mirrored topics and what they hold always stay.
"""

import time
from collections.abc import Iterable
from enum import StrEnum

from aws_lambda_powertools import Logger

from mirroring.connections import Endpoint
from mirroring.errors import ClusterUnauthorized, ClusterUnreachable, KafkaUnavailable
from mirroring.kafka_connect.client import ConnectClient
from mirroring.kafka_connect.version import DELETES_OFFSETS, supports
from mirroring.mirror import Cleanup, Intent, Mirror

LOOKS, PAUSE_S = 8, 0.25
logger = Logger()


class Sharing(StrEnum):
    """Whether other mirrors use the internal topics of one that goes."""

    NOBODY = "NOBODY"
    OTHERS = "OTHERS"
    LEAVING = "LEAVING"


def internal_topics(mirror: Mirror) -> tuple[str, str]:
    """Where MirrorMaker keeps checkpoints and offset syncs, on the target (ReplicationPolicy).

    Named by the source's alias alone, so that mirrors of one alias share them.
    """
    alias = mirror.source.alias
    return f"{alias}.checkpoints.internal", f"mm2-offset-syncs.{alias}.internal"


def sharing(mirror: Mirror, fleet: Iterable[Mirror]) -> Sharing:
    """Who else uses the mirror's internal topics.

    Of several that go with their topics the one of the last name takes these along, when the others
    are gone: a connector that still runs would make the topics again.
    """
    others = [
        one
        for one in fleet
        if one.name != mirror.name
        and one.source.alias == mirror.source.alias
        and one.target_cluster_id == mirror.target_cluster_id
    ]
    if any(one.intent is not Intent.DELETED for one in others):
        return Sharing.OTHERS
    if any(one.cleanup is Cleanup.INTERNAL and one.name > mirror.name for one in others):
        return Sharing.OTHERS
    return Sharing.LEAVING if others else Sharing.NOBODY


def forget_offsets(connect: ConnectClient, version: str, names: Iterable[str]) -> bool:
    """Whether the connectors' stored offsets are gone; False while their tasks still end.

    An older Connect keeps them. Raises ConnectUnavailable.
    """
    if not supports(DELETES_OFFSETS, version, connect):
        return True
    left = list(names)
    for name in left:
        connect.stop(name)
    for _ in range(LOOKS):
        left = [name for name in left if not connect.delete_offsets(name)]
        if not left:
            return True
        time.sleep(PAUSE_S)
    return False


def delete_topics(mirror: Mirror, target: Endpoint) -> dict[str, str]:
    """What came of the internal topics, by name; raises KafkaUnavailable when the target is away.

    Kafka's library is imported only here: other removals do not need it.
    """
    from mirroring.kafka_client.removal import delete_internal

    try:
        left = delete_internal(*target, internal_topics(mirror))
    except ClusterUnauthorized as refused:
        logger.warning("internal topics stay", mirror=mirror.name, because=refused.detail)
        return dict.fromkeys(internal_topics(mirror), "UNAUTHORIZED")
    except ClusterUnreachable as away:
        raise KafkaUnavailable(away.detail) from away
    if {"UNREACHABLE", "TIMEOUT", "NO_LEADER"} & {str(fault) for fault in left.values()}:
        raise KafkaUnavailable(f"{mirror.target_cluster} did not delete its internal topics yet.")
    return {name: str(fault or "DELETED") for name, fault in left.items()}
