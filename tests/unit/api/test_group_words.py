"""Consumer groups as they are answered."""

from datetime import timedelta
from typing import Any

import pytest
from mirroring.api import view
from mirroring.group import Group, GroupCode, GroupOffset, GroupReason, GroupState
from mirroring.storing import differences, observation_item

from tests.given import a_mirror, an_observation

OFFSETS = (GroupOffset("orders.new", 0, 7, 5, 5), GroupOffset("orders.new", 1, 20, 12, None))
TRANSLATED = Group(name="billing", state=GroupState.TRANSLATED, offsets=OFFSETS)
MIRROR = a_mirror(sync_group_offsets=True)


def shown(group: Group, **wishes: Any) -> dict[str, Any]:
    """The details of a mirror with this group, as JSON."""
    mirror = a_mirror(**{"sync_group_offsets": True} | wishes)
    seen = an_observation(groups=(group,), groups_total=1)
    return view.details(mirror, seen, None, {}).model_dump(mode="json", by_alias=True)


def test_a_group_is_shown_with_both_names_of_its_topics_and_all_three_offsets() -> None:
    assert shown(TRANSLATED)["groups"] == [
        {
            "name": "billing",
            "state": "TRANSLATED",
            "offsets": [
                {
                    "topic": "orders.new",
                    "mirroredName": "eu.orders.new",
                    "partition": 0,
                    "source": 7,
                    "translated": 5,
                    "target": 5,
                },
                {
                    "topic": "orders.new",
                    "mirroredName": "eu.orders.new",
                    "partition": 1,
                    "source": 20,
                    "translated": 12,
                    "target": None,
                },
            ],
            "age": None,
            "reason": None,
        }
    ]


@pytest.mark.parametrize(("ago_s", "age"), [(95, 95_000), (0, 0), (-5, 0)])
def test_the_age_is_that_of_the_newest_translation_when_it_was_measured(
    ago_s: int, age: int
) -> None:
    written = an_observation().measured_at - timedelta(seconds=ago_s)
    group = TRANSLATED.model_copy(update={"translated_at": written})

    assert shown(group)["groups"][0]["age"] == age


def test_a_mirror_that_syncs_no_groups_shows_none() -> None:
    found = shown(TRANSLATED, sync_group_offsets=False)

    assert (found["groups"], found["groupsTotal"]) == ([], 0)


def test_a_mirror_never_sampled_shows_none() -> None:
    found = view.details(MIRROR, None, None, {})

    assert (found.groups, found.groups_total) == ((), 0)


@pytest.mark.parametrize("code", GroupCode)
def test_every_reason_says_what_is_so_and_what_to_do(code: GroupCode) -> None:
    group = TRANSLATED.model_copy(update={"reason": GroupReason(code, "orders.new", 1)})
    reason = shown(group)["groups"][0]["reason"]

    assert reason["code"] == code
    for text in (reason["message"], reason["action"]):
        assert text.endswith(".")
        assert not {"{", "}"} & set(text)
        assert "None" not in text


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (GroupCode.TOO_OLD, "The offset 20 of partition 1 of orders.new lies before"),
        (GroupCode.NOT_SYNCED, "of partition 1 of orders.new is not committed on the target: none"),
        (GroupCode.TARGET_AHEAD, "further than the 12 that it is translated to"),
        (GroupCode.ACTIVE_ON_TARGET, "billing has members on the target"),
        (GroupCode.CONNECTOR_NOT_RUNNING, "eu.us-core.k3x9q.checkpoint"),
        (GroupCode.CHECKPOINTS_UNREADABLE, "eu.checkpoints.internal on the target"),
    ],
)
def test_a_reason_names_what_it_is_about(code: GroupCode, words: str) -> None:
    group = TRANSLATED.model_copy(update={"reason": GroupReason(code, "orders.new", 1)})

    assert words in shown(group)["groups"][0]["reason"]["message"]


def test_a_reason_about_a_partition_that_is_not_shown_names_it_still() -> None:
    reason = GroupReason(GroupCode.TOO_OLD, "orders.old", 3)
    group = TRANSLATED.model_copy(update={"reason": reason})

    assert "partition 3 of orders.old" in shown(group)["groups"][0]["reason"]["message"]


def test_groups_are_stored_and_read_as_they_were_seen() -> None:
    group = TRANSLATED.model_copy(
        update={
            "state": GroupState.NOT_TRANSLATED,
            "reason": GroupReason(GroupCode.TOO_OLD, "orders.new", 1),
            "translated_at": an_observation().measured_at,
        }
    )
    seen = an_observation(groups=(group, TRANSLATED), groups_total=2)

    stored = {**observation_item.item(seen), "details": {"B": observation_item.details(seen)}}
    assert observation_item.observation(stored) == seen


def test_as_many_offsets_as_are_kept_cost_some_kilobytes() -> None:
    offsets = tuple(
        GroupOffset(f"orders.topic-{index % 50}", index, 977 * index, 970 * index, 965 * index)
        for index in range(500)
    )
    few, many = an_observation(), TRANSLATED.model_copy(update={"offsets": offsets})
    without, details = (
        observation_item.details(one) for one in (few, few.model_copy(update={"groups": (many,)}))
    )

    assert len(differences.pack(details, without)) < 8_000
