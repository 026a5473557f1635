"""Answers below API Gateway's and Lambda's limits, whatever their rows hold."""

from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import TypeVar

from mirroring.schema import Schema
from mirroring.storing.dynamo import Page

T = TypeVar("T")
Row = TypeVar("Row", bound=Schema)
# Every answer stays below 1 MB: what a browser, a proxy and a person's shell still take well.
LARGEST = 900_000


def fitting(
    limit: int, fetch: Callable[[int], Page[T]], show: Callable[[Sequence[T]], Sequence[Row]]
) -> Page[Row]:
    """A page of at most `limit` rows; fetched again, shorter, where they are too large together."""
    page = fetch(limit)
    rows = show(page.items)
    count, _ = fits(rows, LARGEST)
    if count < len(rows):
        page = fetch(max(count, 1))
        rows = show(page.items)
    return Page(list(rows), page.next_token)


def fits(rows: Iterable[Schema], most: int) -> tuple[int, int]:
    """How many of the rows, from the first on, fit into `most` bytes, and how many are left."""
    fitting = [whole for whole in accumulate(map(size, rows)) if whole <= most]
    return len(fitting), most - max(fitting, default=0)


def size(row: Schema) -> int:
    """How many bytes it has as JSON."""
    return len(row.model_dump_json(by_alias=True).encode())
