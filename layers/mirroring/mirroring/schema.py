"""The shapes that models at a boundary share: frozen, camelCase outside.

What people send and what is answered has no unknown field. What is stored may have been written by
the next version, before a rollback: its fields and words are no mistake.
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel


def iso(moment: datetime) -> str:
    """`2026-01-01T00:00:00Z`, milliseconds only where there are some."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z").replace(".000Z", "Z")


Moment = Annotated[
    AwareDatetime,
    PlainSerializer(iso, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}, mode="serialization"),
]


Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
"""What a cluster is registered under, and an alias."""


class Schema(BaseModel):
    """A value that crosses a boundary; unknown fields are refused."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        # An error that is logged must not quote what is stored or sent.
        hide_input_in_errors=True,
    )


class Request(Schema):
    """A value that a person sends: JSON types are taken as they are, never converted."""

    model_config = ConfigDict(strict=True)


class Stored(Schema):
    """A value that is stored and not rewritten: fields that this version does not know are left."""

    model_config = ConfigDict(extra="ignore")


class Rewritten(Stored):
    """A value that is read, changed and stored again, with the fields that it does not know."""

    model_config = ConfigDict(extra="allow")


class Word(StrEnum):
    """A word in what is stored; one that this version does not know is kept as it is.

    Such a word equals none of the class, and iterating over the class does not meet it.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_, member._value_ = value, value
        known = cls._value2member_map_.setdefault(value, member)
        return known if isinstance(known, cls) else None

    @property
    def is_known(self) -> bool:
        """Whether it is a word of this version."""
        return self in tuple(type(self))
