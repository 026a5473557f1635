"""The shape every model at a boundary shares: frozen, camelCase outside, unknown fields refused."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, PlainSerializer, WithJsonSchema
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


class Schema(BaseModel):
    """A value that crosses a boundary: stored, answered or sent."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True
    )


class Request(Schema):
    """A value that a person sends: JSON types are taken as they are, never converted."""

    model_config = ConfigDict(strict=True)
