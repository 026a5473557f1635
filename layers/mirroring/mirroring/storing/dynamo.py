"""DynamoDB's calls as the stores use them: items in, items out, refusals named."""

import base64
import binascii
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import boto3
from botocore.exceptions import ClientError

from mirroring.errors import BadRequest, FieldError, Unavailable
from mirroring.storing import aws as aws

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

T = TypeVar("T")
Item = Mapping[str, Any]
BATCH = 100
# Together about 1.5 s: a request that a person waits for has some seconds.
WAITS_S = (0.05, 0.1, 0.2, 0.4, 0.8)
REFUSALS = {"None", "ConditionalCheckFailed", "TransactionConflict"}


class Refused(Exception):
    """A condition did not hold; `codes` has one word for each write of the transaction."""

    def __init__(self, codes: Sequence[str], items: Sequence[Item | None]) -> None:
        super().__init__(", ".join(codes))
        self.codes = codes
        self.items = items


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of a list, and the token that goes on after it; None at the end."""

    items: list[T]
    next_token: str | None = None


class Dynamo:
    """One client of DynamoDB; every call raises Unavailable when it is away or throttles."""

    def __init__(self, client: "DynamoDBClient") -> None:
        self._client = client

    def get(self, table: str, key: Item, *, consistent: bool = True) -> Item | None:
        """One item, or None."""
        with aws.answering("DynamoDB"):
            answer = self._client.get_item(
                TableName=table, Key=dict(key), ConsistentRead=consistent
            )
        return answer.get("Item")

    def batch(
        self,
        table: str,
        keys: Sequence[Item],
        only: Sequence[str] = (),
        *,
        consistent: bool = False,
    ) -> Iterator[Item]:
        """The items that exist, in any order; `only` names the attributes to bring.

        What DynamoDB left out for their size is asked for at once; where it brought nothing, it
        throttles, and is asked again after a while, and not for ever.
        """
        for start in range(0, len(keys), BATCH):
            asked = {table: _projected(keys[start : start + BATCH], only, consistent)}
            waits = iter(WAITS_S)
            while asked:
                with aws.answering("DynamoDB"):
                    answer = self._client.batch_get_item(RequestItems=asked)
                found = answer["Responses"].get(table, [])
                yield from found
                asked = dict(answer["UnprocessedKeys"])
                waits = iter(WAITS_S) if found else waits
                if asked and not found:
                    _wait(waits)

    def query(self, table: str, **request: Any) -> Iterator[Item]:
        """Every item that matches, asking for the next page when the last one is used up."""
        while True:
            with aws.answering("DynamoDB"):
                answer = self._client.query(TableName=table, **request)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def put(self, table: str, item: Item, **condition: Any) -> None:
        """Writes an item; raises Refused when the condition does not hold."""
        with _refusing(), aws.answering("DynamoDB"):
            self._client.put_item(TableName=table, Item=dict(item), **condition)

    def update(self, table: str, key: Item, **change: Any) -> None:
        """Changes an item in place; raises Refused when the condition does not hold."""
        with _refusing(), aws.answering("DynamoDB"):
            self._client.update_item(TableName=table, Key=dict(key), **change)

    def delete(self, table: str, key: Item, **condition: Any) -> None:
        """Removes an item if it is there; raises Refused when the condition does not hold."""
        with _refusing(), aws.answering("DynamoDB"):
            self._client.delete_item(TableName=table, Key=dict(key), **condition)

    def transact(self, *writes: Mapping[str, Any]) -> None:
        """All of the writes or none; raises Refused when a condition of one does not hold.

        One that only met another transaction on its way was not judged, and is tried again.
        """
        items: list[Any] = list(writes)
        for wait_s in (0.02, 0.05, 0.1, 0.2):
            try:
                return self._transact(items)
            except Refused as refused:
                if not set(refused.codes) <= {"None", "TransactionConflict"}:
                    raise
                time.sleep(wait_s * (0.5 + random.random()))  # noqa: S311  # spreads, hides nothing
        self._transact(items)

    def _transact(self, items: list[Any]) -> None:
        with _refusing(), aws.answering("DynamoDB"):
            self._client.transact_write_items(TransactItems=items)


@cache
def dynamo() -> Dynamo:
    """The process's one client, made on first use."""
    return Dynamo(boto3.client("dynamodb", config=aws.CONFIG))


@contextmanager
def _refusing() -> Iterator[None]:
    """Turns a failed condition, alone or in a transaction, into Refused."""
    try:
        yield
    except ClientError as error:
        word = aws.code(error)
        if word == "TransactionCanceledException":
            why = _cancelled(error.response.get("CancellationReasons", []))
            if why is None:
                raise
            raise why from error
        if word in {"ConditionalCheckFailedException", "TransactionConflictException"}:
            old: Any = error.response.get("Item")
            raise Refused([word.removesuffix("Exception")], [old]) from error
        raise


def _cancelled(reasons: Sequence[Mapping[str, Any]]) -> Exception | None:
    """Why a transaction was cancelled: throttled anywhere in it, or refused.

    None for a mistake of ours: an item that is too large is no condition that did not hold.
    """
    codes = [str(one.get("Code", "None")) for one in reasons]
    if set(codes) & {"ThrottlingError", "ProvisionedThroughputExceeded"}:
        return Unavailable("DynamoDB is busy; try again in a few seconds")
    if not set(codes) <= REFUSALS:
        return None
    return Refused(codes, [one.get("Item") for one in reasons])


def _wait(waits: Iterator[float]) -> None:
    """Wait a little longer than the last time; raises Unavailable when that was long enough."""
    wait_s = next(waits, None)
    if wait_s is None:
        raise Unavailable("DynamoDB is busy; try again in a few seconds")
    time.sleep(wait_s * (0.5 + random.random()))  # noqa: S311  # spreads, hides nothing


def _projected(keys: Sequence[Item], only: Sequence[str], consistent: bool) -> Any:
    """The keys of one table as BatchGetItem takes them; `#0` since many names are reserved."""
    asked = {"Keys": list(keys), **({"ConsistentRead": True} if consistent else {})}
    if not only:
        return asked
    names = {f"#{index}": name for index, name in enumerate(only)}
    return {
        **asked,
        "ProjectionExpression": ",".join(names),
        "ExpressionAttributeNames": names,
    }


def page(found: Iterator[tuple[str, T]], limit: int, listing: str) -> Page[T]:
    """The first `limit` of (key, value), with a token when there is at least one more."""
    rows = list(islice(found, limit + 1))
    token = token_of(listing, rows[limit - 1][0]) if len(rows) > limit else None
    return Page([value for _, value in rows[:limit]], token)


def token_of(listing: str, key: str) -> str:
    """The token that goes on after a key of this listing."""
    return base64.urlsafe_b64encode(f"{listing}:{key}".encode()).decode().rstrip("=")


def after(token: str | None, listing: str) -> str | None:
    """The key that a token goes on after; raises BadRequest for one that `page` never gave."""
    if token is None:
        return None
    try:
        padded = token + "=" * (-len(token) % 4)
        text = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise _wrong_token() from error
    of, _, key = text.partition(":")
    if of != listing or not key:
        raise _wrong_token()
    return key


def _wrong_token() -> BadRequest:
    message = "is not a nextToken of this list: take the one of its last page, or none"
    return BadRequest(f"nextToken {message}", FieldError(field="nextToken", message=message))
