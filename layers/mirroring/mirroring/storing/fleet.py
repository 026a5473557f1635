"""All mirrors at one moment, and the revision that moves with what a rule over them is about.

A rule over the whole fleet (no loop, no overlap, nothing in use) is checked on one picture of it;
the write that relies on the check is conditional on the picture's revision. Mirrors that come and
go move it, and other topics or groups; a pause, tags or a target latency do not.
"""

from dataclasses import dataclass
from typing import Any

from mirroring.mirror import Mirror
from mirroring.storing.dynamo import Item
from mirroring.storing.items import ABSENT, FLEET, KIND, key
from mirroring.storing.stored_mirrors import Unreadable

KEY = key(FLEET, FLEET)
NONE_YET = 0


@dataclass(frozen=True, slots=True)
class Fleet:
    """Every mirror, and the revision at which they were read; those that cannot be read apart."""

    revision: int
    mirrors: tuple[Mirror, ...]
    unreadable: tuple[Unreadable, ...] = ()


def revision_of(item: Item | None) -> int:
    """The revision that an item says; 0 before the first change."""
    return NONE_YET if item is None else int(item["revision"]["N"])


def moves(table: str) -> Item:
    """The fleet moves on, whatever its revision was."""
    return {
        "Update": {
            "TableName": table,
            "Key": KEY,
            "UpdateExpression": "ADD revision :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
    }


def stays(table: str, revision: int | None) -> list[Item]:
    """The check that the fleet did not move since `revision`; none for None."""
    if revision is None:
        return []
    condition: dict[str, Any] = {
        "ConditionExpression": "revision = :seen",
        "ExpressionAttributeValues": {":seen": {"N": str(revision)}},
    }
    if revision == NONE_YET:
        condition = {"ConditionExpression": ABSENT, "ExpressionAttributeNames": KIND}
    return [{"ConditionCheck": {"TableName": table, "Key": KEY, **condition}}]


def moves_from(table: str, revision: int) -> Item:
    """The fleet moves on, and the transaction fails when it had moved since `revision`."""
    update = moves(table)["Update"]
    if revision == NONE_YET:
        return {
            "Update": {
                **update,
                "ConditionExpression": ABSENT,
                "ExpressionAttributeNames": KIND,
            }
        }
    values = {**update["ExpressionAttributeValues"], ":seen": {"N": str(revision)}}
    return {
        "Update": {
            **update,
            "ConditionExpression": "revision = :seen",
            "ExpressionAttributeValues": values,
        }
    }
