"""docs/openapi.json as tests hold answers to it."""

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from tests.stack import ROOT


@cache
def contract() -> dict[str, Any]:
    """The document."""
    text = (ROOT / "docs/openapi.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def breach(method: str, route: str, status: int, media_type: str, body: Any) -> str | None:
    """How an answer differs from what the document promises for its call; None when it does not."""
    operation = contract()["paths"].get(route, {}).get(method.lower())
    if operation is None:
        return None if status == 404 else f"{method} {route} is in no document"
    response = operation["responses"].get(str(status))
    if response is None:
        return f"{method} {route} does not promise {status}"
    content = resolved(response).get("content", {})
    if body is None:
        return None if not content else f"{status} has no body"
    if media_type not in content:
        return f"{status} does not promise {media_type}"
    return fault(content[media_type]["schema"], body)


def resolved(one: dict[str, Any]) -> dict[str, Any]:
    """What a `$ref` to a component means; itself where it is none."""
    if "$ref" not in one:
        return one
    _, _, kind, name = one["$ref"].split("/")
    found: dict[str, Any] = contract()["components"][kind][name]
    return found


def fault(schema: dict[str, Any], body: Any) -> str | None:
    """The first place where a body is not what a schema of the document says."""
    validator = Draft202012Validator(schema | {"components": contract()["components"]})
    first = next(iter(validator.iter_errors(body)), None)
    return first and f"{first.json_path}: {first.message}"
