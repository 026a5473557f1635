"""What Lockstep 0.1 stored in another place: the last samples of all mirrors under one key."""

import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from mirroring.storing import gathered, observation_item
from mirroring.storing.dynamo import Dynamo, Item
from mirroring.storing.history_packs import unpack
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
    """The blobs of each head by its name, as they are told today; only the memory had parts."""
    wanted = [one for head in heads for one in _parts(head)] if "memory" in blobs else []
    found = {one["name"]["S"]: one["data"]["B"] for one in db.batch(table, wanted)}
    whole = {}
    for head in heads:
        packed = {blob: head[blob]["B"] for blob in blobs}
        if "memory" in blobs:
            rest = (found.get(one["name"]["S"], b"") for one in _parts(head))
            packed["memory"] += b"".join(rest)
        whole[head["name"]["S"]] = {blob: TODAY[blob](data) for blob, data in packed.items()}
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


def _memory(packed: bytes) -> bytes:
    """Nothing where a part is gone: then the memory begins anew."""
    try:
        return zlib.decompress(packed)
    except zlib.error:
        return b""


def _lines(packed: bytes) -> bytes:
    return b"".join(map(gathered.line, unpack(packed)))


TODAY = {
    "details": observation_item.inflated,
    "memory": _memory,
    "topics": _lines,
    "points": _lines,
}
"""What 0.1 packed by itself, as it is handed on today."""


def _parts(head: Item) -> list[Item]:
    turn, count = int(head["sequence"]["N"]) % 2, int(head["parts"]["N"])
    return [key(POSITIONS, f"{head['name']['S']}#{turn}#{index}") for index in range(count)]
