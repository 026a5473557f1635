"""What the API answers of a mirror that was forgotten by force: what may still run where."""

from enum import StrEnum

from mirroring.schema import Schema


class LeftKind(StrEnum):
    """What was left: a connector may still copy; a topic and offsets only lie there."""

    CONNECTOR = "connector"
    TOPIC = "topic"
    OFFSETS = "offsets"


class Left(Schema):
    """One thing that nobody could remove; `where` is the cluster that has it."""

    kind: LeftKind
    name: str
    where: str


class LeftAnswer(Schema):
    """All that a forgotten mirror may have left behind."""

    left: tuple[Left, ...]
