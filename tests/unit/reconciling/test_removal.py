"""Which topics may ever be deleted."""

import pytest
from mirroring.client_properties.security import Security
from mirroring.kafka_client.removal import INTERNAL, delete_internal
from mirroring.reconciling.cleanup import internal_topics

from tests.given import a_mirror


@pytest.mark.parametrize(
    "name",
    [
        "orders.new",
        "eu.orders.new",
        "heartbeats",
        "__consumer_offsets",
        "connect-offsets",
        "checkpoints.internal",
        "eu.orders.checkpoints.internal",
        "mm2-offset-syncs.eu.internal.more",
        "mm2-configs.eu.internal",
        "eu.checkpoints.internal\n",
    ],
)
def test_no_topic_but_mirror_maker_s_own_is_ever_deleted(name: str) -> None:
    with pytest.raises(ValueError, match="never deleted here"):
        delete_internal(["127.0.0.1:1"], Security(), ["eu.checkpoints.internal", name])


def test_a_mirror_s_internal_topics_are_those_that_may_be() -> None:
    assert all(INTERNAL.fullmatch(name) for name in internal_topics(a_mirror()))
