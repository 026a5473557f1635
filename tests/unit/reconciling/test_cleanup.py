"""Who else uses the internal topics of a mirror that goes with them."""

import pytest
from mirroring.mirror import Cleanup, Intent, Mirror, Source
from mirroring.reconciling.cleanup import Sharing, internal_topics, sharing

from tests.given import a_mirror

OURS = a_mirror("eu.us-core.m", intent=Intent.DELETED, cleanup=Cleanup.INTERNAL)


def going(name: str) -> Mirror:
    """Another mirror of the alias that goes with the topics."""
    return OURS.model_copy(update={"name": name})


CASES = {
    "nobody when it is alone": ((), Sharing.NOBODY),
    "another source of the same alias shares them": (
        (a_mirror("a", source=Source(alias="eu", managed="ap", cluster_id="AP")),),
        Sharing.OTHERS,
    ),
    "another alias has others": (
        (a_mirror("a", source=Source(alias="ap", managed="eu-core", cluster_id="EU")),),
        Sharing.NOBODY,
    ),
    "another target has others": ((a_mirror("a", target_cluster_id="elsewhere"),), Sharing.NOBODY),
    "the real target counts, not its name": (
        (a_mirror("a", target_cluster="us-by-another-name"),),
        Sharing.OTHERS,
    ),
    "of two that go the first leaves them to the last": ((going("eu.us-core.z"),), Sharing.OTHERS),
    "of two that go the last waits for the first": ((going("eu.us-core.a"),), Sharing.LEAVING),
    "one that goes without them is waited for": (
        (a_mirror("eu.us-core.z", intent=Intent.DELETED),),
        Sharing.LEAVING,
    ),
    "one that stays decides": (
        (going("eu.us-core.a"), a_mirror("eu.us-core.b")),
        Sharing.OTHERS,
    ),
}


@pytest.mark.parametrize(("others", "expected"), CASES.values(), ids=CASES)
def test_internal_topics_go_with_the_last_mirror_that_uses_them(
    others: tuple[Mirror, ...], expected: Sharing
) -> None:
    assert sharing(OURS, (OURS, *others)) is expected


def test_internal_topics_are_named_by_the_alias() -> None:
    assert internal_topics(OURS) == ("eu.checkpoints.internal", "mm2-offset-syncs.eu.internal")
