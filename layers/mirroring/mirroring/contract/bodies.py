"""A body read as one of the shapes in requests.py, or a problem that names what is wrong."""

import json
import re
from collections.abc import Iterator
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mirroring.errors import BadRequest, FieldError
from mirroring.schema import Request

_WORDS = {
    "extra_forbidden": "is not a field of this call",
    "missing": "is required",
    "model_type": "must be a JSON object",
    "json_invalid": "is not JSON",
}
_SHOULD = re.compile(r"^(\w+ )+?should")
Body = TypeVar("Body", bound=Request)


def read(body: bytes, shape: type[Body]) -> Body:
    """The body as that shape; raises BadRequest naming the wrong fields, never their values."""
    if not body.strip():
        words = "is empty: this call needs a JSON object"
        raise BadRequest(f"The body {words}.", FieldError(field="body", message=words))
    wrong = _in_snake_case(body)
    try:
        if not wrong:
            return shape.model_validate_json(body)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        # A list whose one item is wrong is to pydantic also too short.
        inner = {one["loc"][:-1] for one in found if len(one["loc"]) > 1}
        wrong = [_wrong(one) for one in found if one["loc"] not in inner]
    summary = "; ".join(f"{one.field} {one.message}" for one in wrong[:5])
    raise BadRequest(f"The body cannot be taken: {summary}.", *wrong) from None


def _in_snake_case(body: bytes) -> list[FieldError]:
    """Fields named as in Python: pydantic 2.13 passes over them though it reads the alias only."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return []
    return [FieldError(field=name, message=_WORDS["extra_forbidden"]) for name in _snakes(content)]


def _snakes(content: object, above: str = "") -> Iterator[str]:
    for name, value in content.items() if isinstance(content, dict) else ():
        if "_" in name:
            yield above + name
        elif name != "tags":
            yield from _snakes(value, f"{above}{name}.")


def _wrong(error: ErrorDetails) -> FieldError:
    """pydantic's finding as ours: `topicsExclude.0`, and words that follow a field's name."""
    field = ".".join(str(part) for part in error["loc"]) or "body"
    words = _WORDS.get(error["type"])
    if words is None:
        words = _SHOULD.sub("must", error["msg"].removeprefix("Value error, "))
        words = words.replace(" after validation", "")
    elif error["type"] == "json_invalid":
        words += error["msg"].removeprefix("Invalid JSON").lower()
    return FieldError(field=field, message=words[:1].lower() + words[1:])
