"""A source that refuses a new mirror's credentials refuses the mirror."""

from datetime import UTC, datetime

import pytest
from mirroring.contract.requests import MirrorRequest
from mirroring.errors import ClusterUnauthorized
from mirroring.managing import create

from tests.e2e.truth.world import ALIAS, CONNECT, World

pytestmark = pytest.mark.e2e
WRONG = "opens-nothing-at-all"


def test_a_wrong_password_is_refused_before_anything_is_made(world: World) -> None:
    properties = "".join(f"{k}={v}\n" for k, v in world.with_password(WRONG).items())
    request = MirrorRequest.model_validate(
        {
            "connectCluster": CONNECT,
            "sourceCluster": {
                "alias": ALIAS,
                "externalCluster": {"sourceConnectionProperties": properties},
            },
            "topicsRegex": "refused",
        }
    )
    fleet, connectors = world.store.fleet(), world.connect.connectors().keys()
    with pytest.raises(ClusterUnauthorized, match="refuses these credentials") as refused:
        create.creator().create(request, None, datetime.now(UTC))
    assert WRONG not in f"{refused.value!r} {refused.value.detail}"
    assert world.store.fleet() == fleet
    assert world.connect.connectors().keys() == connectors
