"""How the stores' items look: keys, documents, and the writes of a transaction."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from mirroring.errors import Unprocessable
from mirroring.schema import Schema
from mirroring.storing.dynamo import Dynamo, Item

Model = TypeVar("Model", bound=Schema)

CLUSTER = "cluster"
CONNECT_CLUSTER = "connect-cluster"
FLEET = "fleet"
LEFTOVER = "leftover-secret"
MIRROR = "mirror"
OBSERVED = "observed"
RECONCILED = "reconciled"
ROTATION = "rotation"
TOMBSTONE = "tombstone"

# An item has 409,600 bytes, its key and attributes included.
DOCUMENT_BYTES = 390_000

ABSENT = "attribute_not_exists(#kind)"
PRESENT = "attribute_exists(#kind)"
KIND = {"#kind": "kind"}
FAILED = "ConditionalCheckFailed"


def key(kind: str, name: str) -> Item:
    """The key of an item of the mirrors table."""
    return {"kind": {"S": kind}, "name": {"S": name}}


def document(kind: str, name: str, model: Schema, **attributes: Item) -> Item:
    """An item that holds a model as JSON; `attributes` are what conditions and filters need.

    Raises Unprocessable for more than an item can hold: fifty long patterns in another script are.
    """
    text = model.model_dump_json(by_alias=True)
    if len(text.encode()) > DOCUMENT_BYTES:
        raise Unprocessable(f"{name} is too large to be kept: give it fewer or shorter patterns.")
    return {**key(kind, name), **attributes, "document": {"S": text}}


def read(item: Item, shape: type[Model]) -> Model:
    """The model that `document` stored; raises pydantic's ValidationError for another shape."""
    return shape.model_validate_json(item["document"]["S"])


def secret_path(kind: str, name: str, mark: str | None = None) -> str:
    """Where a secret lies below the stack's prefix; `mark` tells the registrations of one name."""
    return "/".join(filter(None, (kind, name, mark)))


def put(table: str, item: Item, **condition: Any) -> Item:
    """A Put as a transaction takes it."""
    return {"Put": {"TableName": table, "Item": item, **condition}}


def delete(table: str, where: Item, **condition: Any) -> Item:
    """A Delete as a transaction takes it."""
    return {"Delete": {"TableName": table, "Key": where, **condition}}


def must_exist(table: str, at: Item) -> Item:
    """A check that the transaction fails on when the item is gone."""
    condition = {"ConditionExpression": PRESENT, "ExpressionAttributeNames": KIND}
    return {"ConditionCheck": {"TableName": table, "Key": at, **condition}}


def follows(revision: int) -> dict[str, Any]:
    """The condition of a write that makes `revision` of a document; 0 is written over any."""
    return _at(revision - 1, "attribute_not_exists(revision)") if revision else {}


def at(revision: int) -> dict[str, Any]:
    """The condition that a document is there, and at `revision` (0: it counts none)."""
    return _at(revision, "attribute_exists(document) AND attribute_not_exists(revision)")


def must_be_at(table: str, where: Item, revision: int) -> Item:
    """A check that the transaction fails on when the document moved since `revision`, or went."""
    return {"ConditionCheck": {"TableName": table, "Key": where, **at(revision)}}


def _at(revision: int, absent: str) -> dict[str, Any]:
    condition: dict[str, Any] = {"ConditionExpression": absent}
    if revision:
        condition = {
            "ConditionExpression": "revision = :revision",
            "ExpressionAttributeValues": {":revision": {"N": str(revision)}},
        }
    return {**condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


def must_not_exist(table: str, at: Item) -> Item:
    """A check that the transaction fails on when the item is there."""
    condition = {"ConditionExpression": ABSENT, "ExpressionAttributeNames": KIND}
    return {"ConditionCheck": {"TableName": table, "Key": at, **condition}}


def still_at(sequence: int) -> dict[str, Any]:
    """The condition that nobody wrote since; what was never written has no sequence."""
    if sequence == 0:
        return {
            "ConditionExpression": "attribute_not_exists(#sequence)",
            "ExpressionAttributeNames": {"#sequence": "sequence"},
        }
    return {
        "ConditionExpression": "#sequence = :last",
        "ExpressionAttributeNames": {"#sequence": "sequence"},
        "ExpressionAttributeValues": {":last": {"N": str(sequence)}},
    }


def sortable(moment: datetime) -> str:
    """ISO 8601 in UTC, always with milliseconds: only then does text sort as time does."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def expiry(moment: datetime) -> Item:
    """A moment as DynamoDB's TTL wants it: whole seconds since 1970."""
    return {"N": str(int(moment.timestamp()))}


def all_of(
    db: Dynamo,
    table: str,
    kind: str,
    *,
    after: str | None = None,
    page_size: int = 0,
    consistent: bool = True,
    only: Sequence[str] = (),
) -> Iterator[Item]:
    """The items of a kind by name, after `after`, asking for `page_size` at a time (0: 1 MB)."""
    condition = "#kind = :kind"
    names = KIND | {f"#{name}": name for name in only}
    request: dict[str, Any] = {"Limit": page_size} if page_size else {}
    if only:
        request["ProjectionExpression"] = ",".join(f"#{name}" for name in only)
    values = {":kind": {"S": kind}}
    if after is not None:
        condition, names["#name"] = f"{condition} AND #name > :after", "name"
        values[":after"] = {"S": after}
    return db.query(
        table,
        KeyConditionExpression=condition,
        ExpressionAttributeNames=names,
        ExpressionAttributeValues=values,
        ConsistentRead=consistent,
        **request,
    )
