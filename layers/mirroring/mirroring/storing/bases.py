"""What a blob of a mirror's last sample is stored as a difference to, and when that is laid anew.

A base is an earlier state of the blob, in parts of its own that stay while samples come and go. It
costs what it is large once; each sample then writes what differs, which grows as more partitions
have moved since. A base laid at the last sample would have cost less: once that has added up to the
size of a base, one is laid. So nothing costs more than twice what it would if it were known when.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mirroring.storing.dynamo import Item

# A base outlives every sample that needs it, however long nobody samples: as long as the history.
LIVES = timedelta(days=395)


@dataclass(frozen=True, slots=True)
class Start:
    """The bytes that a blob is a difference to without a base, and above which size it gets one.

    A head costs a write unit for each kB begun, and a base half a read unit, a tenth of that. So
    with bases for details and memory the head of a mirror of a few topics stays below 1 kB; rows
    that wait for the history are as many bytes for a few minutes of fifteen only.
    """

    data: bytes = b""
    worth: int = 200


@dataclass(frozen=True, slots=True)
class Base:
    """An earlier state of a blob, and where its parts lie.

    `turn` counts a blob's bases, `stamp` is its writer's, `laid` is in s since 1970, `size` is what
    its parts hold, `spent` the bytes that a newer base would have saved by now. `data` is the base
    and `last` the last sample's blob; None where only the place is known.
    """

    turn: int
    parts: int
    stamp: str
    laid: int
    size: int
    spent: int = 0
    data: bytes | None = None
    last: bytes | None = None

    def is_worn(self, now: datetime) -> bool:
        """Whether a new one is cheaper by now, or half of this one's life is over."""
        return self.spent >= self.size or now.timestamp() - self.laid > LIVES.total_seconds() / 2


def packed(bases: Mapping[str, Base]) -> Item:
    """The attribute of a head that names its bases."""
    fields = {
        name: {
            "L": [
                {"N": str(one.turn)},
                {"N": str(one.parts)},
                {"S": one.stamp},
                *({"N": str(figure)} for figure in (one.laid, one.size, one.spent)),
            ]
        }
        for name, one in bases.items()
    }
    return {"M": fields}


def unpacked(head: Item) -> dict[str, Base]:
    """The bases that a head names, without their data."""
    named: Mapping[str, Any] = head.get("bases", {"M": {}})["M"]
    return {name: _base(fields["L"]) for name, fields in named.items()}


def _base(fields: list[Any]) -> Base:
    turn, parts, stamp, *figures = fields
    laid, size, spent, *_ = (int(one["N"]) for one in figures)
    return Base(int(turn["N"]), int(parts["N"]), stamp["S"], laid, size, spent)
