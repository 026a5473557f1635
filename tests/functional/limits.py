"""DynamoDB's limits, which moto does not all keep, and what the writes cost."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

ITEM_BYTES = 400 * 1024
TRANSACTION_BYTES = 4 * 1024 * 1024
TRANSACTION_ITEMS = 100


@dataclass
class Limits:
    """Refuses what DynamoDB refuses, and counts calls and write units; listens to botocore."""

    calls: dict[str, int] = field(default_factory=dict)
    units: int = 0
    largest: int = 0

    def hear(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        """Takes one call down (botocore's `provide-client-params`)."""
        self.calls[model.name] = self.calls.get(model.name, 0) + 1
        sizes = [size_of(item) for item in _written(model.name, params)]
        self.largest = max([self.largest, *sizes])
        assert self.largest <= ITEM_BYTES, f"an item of {self.largest} bytes"
        twice = 1
        if model.name == "TransactWriteItems":
            assert len(params["TransactItems"]) <= TRANSACTION_ITEMS
            assert sum(sizes) <= TRANSACTION_BYTES
            twice = 2
        self.units += twice * sum(-(-size // 1024) for size in sizes)


def size_of(item: Mapping[str, Any]) -> int:
    """An item's bytes as DynamoDB counts them: names and values."""
    return sum(len(name) + _size(value) for name, value in item.items())


def _size(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind == "N":
        return len(content) // 2 + 1
    return len(content.encode()) if isinstance(content, str) else len(content)


def _written(action: str, params: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if action == "PutItem":
        yield params["Item"]
    for write in params.get("TransactItems", ()):
        if "Put" in write:
            yield write["Put"]["Item"]
