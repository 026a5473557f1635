"""What is asked of DynamoDB and S3, and its price."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3

WRITES = ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem")
# us-east-1, on demand, in dollars; as README.md has them.
WRITE_UNIT, READ_UNIT = 0.625e-6, 0.125e-6
S3_WRITE, S3_READ = 5e-6, 0.4e-6
HOURS = 730


@dataclass
class Bill:
    """Requests by name, and units as DynamoDB itself counts them."""

    requests: Counter[str] = field(default_factory=Counter)
    writes: float = 0.0
    reads: float = 0.0

    def clear(self) -> None:
        """Begin anew."""
        self.requests.clear()
        self.writes = self.reads = 0.0

    @property
    def written(self) -> float:
        """Dollars for what was written."""
        return self.writes * WRITE_UNIT + self.requests["PutObject"] * S3_WRITE

    @property
    def read(self) -> float:
        """Dollars for what was read."""
        return self.reads * READ_UNIT + self.requests["GetObject"] * S3_READ

    def ask(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        """Has DynamoDB count (botocore's `provide-client-params`)."""
        if "ReturnConsumedCapacity" in model.input_shape.members:
            params["ReturnConsumedCapacity"] = "TOTAL"

    def hear(self, parsed: Mapping[str, Any], model: Any, **_: Any) -> None:
        """Takes an answer down (botocore's `after-call`)."""
        self.requests[model.name] += 1
        consumed = parsed.get("ConsumedCapacity", [])
        for one in [consumed] if isinstance(consumed, Mapping) else consumed:
            if model.name in WRITES:
                self.writes += one["CapacityUnits"]
            else:
                self.reads += one["CapacityUnits"]


@contextmanager
def counted() -> Iterator[Bill]:
    """What clients that are made from now on ask, until the end."""
    bill, session = Bill(), boto3.Session()
    boto3.DEFAULT_SESSION = session
    heard: dict[str, Callable[..., None]] = {
        "provide-client-params.dynamodb.*": bill.ask,
        "after-call.dynamodb.*": bill.hear,
        "after-call.s3.*": bill.hear,
    }
    for event, listener in heard.items():
        session.events.register(event, listener)
    yield bill
    for event, listener in heard.items():
        session.events.unregister(event, listener)
