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
MIRROR = "mirror"
OBSERVED = "observed"
RECONCILED = "reconciled"
TOMBSTONE = "tombstone"
TURN = "turn"

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


def put(table: str, item: Item, **condition: Any) -> Item:
    """A Put as a transaction takes it."""
    return {"Put": {"TableName": table, "Item": item, **condition}}


def delete(table: str, at: Item) -> Item:
    """A Delete as a transaction takes it."""
    return {"Delete": {"TableName": table, "Key": at}}


def must_exist(table: str, at: Item) -> Item:
    """A check that the transaction fails on when the item is gone."""
    condition = {"ConditionExpression": PRESENT, "ExpressionAttributeNames": KIND}
    return {"ConditionCheck": {"TableName": table, "Key": at, **condition}}


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
