"""What Lockstep 0.1 stored in another place: the last samples of all mirrors under one key."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from mirroring.storing.dynamo import Dynamo, Item
from mirroring.storing.items import OBSERVED, all_of, expiry, key, put

POSITIONS = "positions"
# So long whoever goes back to the release before finds what it left.
KEPT = timedelta(days=14)


def key_of(mirror: str) -> Item:
    """The key of a mirror's last sample."""
    return key(OBSERVED, mirror)


def wrote(head: Item) -> bool:
    """Whether it is from there."""
    return bool(head["kind"]["S"] == OBSERVED)


def read(
    db: Dynamo, table: str, heads: Sequence[Item], blobs: Sequence[str]
) -> dict[str, dict[str, bytes]]:
    """The blobs of each head by its name; only the memory had parts."""
    wanted = [one for head in heads for one in _parts(head)] if "memory" in blobs else []
    found = {one["name"]["S"]: one["data"]["B"] for one in db.batch(table, wanted)}
    whole = {}
    for head in heads:
        whole[head["name"]["S"]] = {blob: head[blob]["B"] for blob in blobs}
        if "memory" in blobs:
            rest = (found.get(one["name"]["S"], b"") for one in _parts(head))
            whole[head["name"]["S"]]["memory"] += b"".join(rest)
    return whole


def expiring(table: str, head: Item, at: datetime) -> Item:
    """A write, for a transaction, that lets it expire, unless the release before wrote it anew."""
    return put(
        table,
        {**head, "expires_at": expiry(at + KEPT)},
        ConditionExpression="#sequence = :last",
        ExpressionAttributeNames={"#sequence": "sequence"},
        ExpressionAttributeValues={":last": head["sequence"]},
    )


def parts_of(db: Dynamo, table: str, mirror: str) -> Iterator[Item]:
    """The keys of the parts that lie beside a mirror's last sample."""
    found = all_of(db, table, POSITIONS, after=f"{mirror}#", only=("kind", "name"))
    return takewhile(lambda part: part["name"]["S"].startswith(f"{mirror}#"), found)


def _parts(head: Item) -> list[Item]:
    turn, count = int(head["sequence"]["N"]) % 2, int(head["parts"]["N"])
    return [key(POSITIONS, f"{head['name']['S']}#{turn}#{index}") for index in range(count)]
