"""What DynamoDB's refusals and silences mean."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError
from botocore.stub import Stubber
from mirroring.errors import Unavailable
from mirroring.storing import aws as aws
from mirroring.storing.dynamo import WAITS_S, Dynamo, Refused

KEY = {"kind": {"S": "mirror"}, "name": {"S": "a"}}
CALLS: dict[str, Callable[[Dynamo], object]] = {
    "get_item": lambda db: db.get("t", KEY),
    "put_item": lambda db: db.put("t", KEY),
    "update_item": lambda db: db.update("t", KEY),
    "query": lambda db: list(db.query("t")),
    "batch_get_item": lambda db: list(db.batch("t", [KEY])),
    "transact_write_items": lambda db: db.transact({"Put": {"TableName": "t", "Item": KEY}}),
}


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client that reaches nothing."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    return boto3.client("dynamodb", region_name="eu-central-1", config=aws.CONFIG)


@pytest.fixture
def stub(client: Any) -> Iterator[Stubber]:
    """Answers in DynamoDB's place."""
    with Stubber(client) as stub:
        yield stub


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ProvisionedThroughputExceededException", 400),
        ("ThrottlingException", 400),
        ("RequestLimitExceeded", 400),
        ("InternalServerError", 500),
        ("AnythingElse", 503),
    ],
)
def test_a_busy_database_asks_to_try_again(
    client: Any, stub: Stubber, call: str, code: str, status: int
) -> None:
    stub.add_client_error(call, code, http_status_code=status)

    with pytest.raises(Unavailable) as raised:
        CALLS[call](Dynamo(client))

    assert raised.value.retry_after_s


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("error", [ConnectTimeoutError, ReadTimeoutError])
def test_a_silent_database_asks_to_try_again(
    client: Any, call: str, error: Callable[..., Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error(endpoint_url="https://dynamodb")

    monkeypatch.setattr(client, call, fail)

    with pytest.raises(Unavailable):
        CALLS[call](Dynamo(client))


@pytest.mark.parametrize("call", CALLS)
def test_a_mistake_of_ours_is_not_taken_for_an_outage(
    client: Any, stub: Stubber, call: str
) -> None:
    stub.add_client_error(call, "ValidationException")

    with pytest.raises(ClientError):
        CALLS[call](Dynamo(client))


@pytest.mark.parametrize("call", ["put_item", "update_item"])
@pytest.mark.parametrize("word", ["ConditionalCheckFailed", "TransactionConflict"])
def test_a_condition_that_does_not_hold_is_a_refusal(
    client: Any, stub: Stubber, call: str, word: str
) -> None:
    stub.add_client_error(call, f"{word}Exception")

    with pytest.raises(Refused) as refused:
        CALLS[call](Dynamo(client))

    assert refused.value.codes == [word]


def cancel(stub: Stubber, *codes: str) -> None:
    """Cancels the next transaction, with a word for each of its writes."""
    stub.add_client_error(
        "transact_write_items",
        "TransactionCanceledException",
        modeled_fields={"CancellationReasons": [{"Code": code} for code in codes]},
    )


def test_a_cancelled_transaction_says_which_of_its_writes_was_refused(
    client: Any, stub: Stubber
) -> None:
    cancel(stub, "None", "ConditionalCheckFailed")

    with pytest.raises(Refused) as refused:
        CALLS["transact_write_items"](Dynamo(client))

    assert refused.value.codes == ["None", "ConditionalCheckFailed"]


@pytest.mark.parametrize("code", ["ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_throttled_transaction_asks_to_try_again(client: Any, stub: Stubber, code: str) -> None:
    cancel(stub, "None", code)

    with pytest.raises(Unavailable):
        CALLS["transact_write_items"](Dynamo(client))


def test_a_transaction_that_only_met_another_is_tried_again(client: Any, stub: Stubber) -> None:
    cancel(stub, "None", "TransactionConflict")
    cancel(stub, "TransactionConflict", "None")
    stub.add_response("transact_write_items", {})

    CALLS["transact_write_items"](Dynamo(client))

    stub.assert_no_pending_responses()


def test_a_transaction_that_meets_others_for_ever_is_refused(client: Any, stub: Stubber) -> None:
    for _ in range(5):
        cancel(stub, "TransactionConflict")

    with pytest.raises(Refused):
        CALLS["transact_write_items"](Dynamo(client))


def test_what_a_batch_did_not_bring_is_asked_for_again(client: Any, stub: Stubber) -> None:
    other = {**KEY, "name": {"S": "b"}}
    left = {"t": {"Keys": [other]}}
    stub.add_response("batch_get_item", {"Responses": {"t": [KEY]}, "UnprocessedKeys": left})
    stub.add_response(
        "batch_get_item",
        {"Responses": {"t": [other]}, "UnprocessedKeys": {}},
        {"RequestItems": left},
    )

    assert list(Dynamo(client).batch("t", [KEY, other])) == [KEY, other]


def test_a_batch_that_brings_nothing_is_asked_for_again_and_not_for_ever(
    client: Any, stub: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    throttled = {"Responses": {}, "UnprocessedKeys": {"t": {"Keys": [KEY]}}}
    for _ in range(len(WAITS_S) + 1):
        stub.add_response("batch_get_item", throttled)

    with pytest.raises(Unavailable):
        list(Dynamo(client).batch("t", [KEY]))

    stub.assert_no_pending_responses()
    assert waited[-1] > waited[0] > 0
    assert sum(waited) < 3


def test_a_batch_that_brings_a_part_each_time_is_asked_on_at_once(
    client: Any, stub: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: pytest.fail("it waits"))
    keys = [{**KEY, "name": {"S": str(number)}} for number in range(20)]
    for number in range(20):
        left = {"t": {"Keys": keys[number + 1 :]}} if number < 19 else {}
        answer = {"Responses": {"t": [keys[number]]}, "UnprocessedKeys": left}
        stub.add_response("batch_get_item", answer)

    assert list(Dynamo(client).batch("t", keys)) == keys


def test_an_item_that_is_too_large_is_no_refusal(client: Any, stub: Stubber) -> None:
    cancel(stub, "None", "ValidationError")

    with pytest.raises(ClientError):
        CALLS["transact_write_items"](Dynamo(client))
