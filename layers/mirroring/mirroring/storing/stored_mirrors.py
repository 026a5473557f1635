"""The mirrors' items read one by one: one that this version cannot read costs no other anything."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from aws_lambda_powertools import Logger
from pydantic import ValidationError

from mirroring.mirror import Mirror
from mirroring.storing.dynamo import Item
from mirroring.storing.items import read

logger = Logger()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A stored mirror that this version cannot read, and what stands beside its document.

    `source` is as the index has it; None where nothing is said, so that it may be any.
    """

    name: str
    error: ValidationError
    connect_cluster: str | None = None
    source: str | None = None

    def __str__(self) -> str:
        return f"{self.name} (which this version of Lockstep cannot read)"

    def may_use(self, cluster: str) -> bool:
        """Whether it may read a registered Kafka cluster, or write to it."""
        return self.source in (None, cluster) or self._part(1) in (None, cluster)

    def may_run_on(self, connect_cluster: str) -> bool:
        """Whether its connectors may be there."""
        return self.connect_cluster in (None, connect_cluster)

    def may_be_of(self, alias: str) -> bool:
        """Whether its source may have this alias."""
        return self._part(0) in (None, alias)

    def _part(self, index: int) -> str | None:
        """A part of its name, alias.target.random."""
        parts = self.name.split(".")
        return parts[index] if len(parts) == 3 else None


@dataclass(slots=True)
class StoredMirrors:
    """All that are stored; `unindexed` are those that an earlier version wrote, without a source
    for the index of who uses what."""

    mirrors: list[Mirror] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    unindexed: list[Mirror] = field(default_factory=list)


def sorted_out(items: Iterable[Item]) -> StoredMirrors:
    """The mirrors that can be read, and those that cannot."""
    stored = StoredMirrors()
    for item in items:
        try:
            mirror = read(item, Mirror)
        except ValidationError as error:
            stored.unreadable.append(_unreadable(item, error))
            continue
        stored.mirrors.append(mirror)
        if "source" not in item:
            stored.unindexed.append(mirror)
    return stored


def readable(items: Iterable[Item]) -> Iterator[Mirror]:
    """The mirrors that can be read, one by one; one that cannot is logged."""
    for item in items:
        try:
            yield read(item, Mirror)
        except ValidationError as error:
            logger.error("mirror not readable", mirror=item["name"]["S"], fields=_fields(error))


def _unreadable(item: Item, error: ValidationError) -> Unreadable:
    known = {name: item[name]["S"] for name in ("connect_cluster", "source") if name in item}
    return Unreadable(item["name"]["S"], error, **known)


def _fields(error: ValidationError) -> list[str]:
    """Which fields are wrong; their values may be anything."""
    return [".".join(map(str, one["loc"])) for one in error.errors(include_input=False)]
