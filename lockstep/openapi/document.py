"""The OpenAPI 3.1 document, put together."""

from collections import defaultdict
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from mirroring.answering.problem import MEDIA_TYPE, Problem
from mirroring.errors import ProblemError
from mirroring.schema import Schema

from lockstep.openapi import examples
from lockstep.openapi.operation import Operation, Problems
from lockstep.openapi.operations import ANYTHING_ELSE, EVERYWHERE, OPERATIONS
from lockstep.openapi.parameters import named, of_path
from lockstep.openapi.schemas import schemas

JSON = "application/json"
TOKEN = "token"  # noqa: S105  # the name of the security scheme
ABOUT = """Kafka mirrors on your own clusters: created, measured every minute, judged.

JSON, camelCase, times in ISO 8601 UTC with `Z`, durations and latencies in integer milliseconds.
Errors are `application/problem+json`; their `type` is stable. Every path or method that is not here
is answered with AnythingElse, a 404. 401 and 403, for a token that is missing or lacks the scope,
are API Gateway's. No answer ever holds a password, a private key or a token."""


def document() -> dict[str, Any]:
    """The whole contract, in an order that never changes by itself."""
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for one in OPERATIONS:
        paths[one.path][one.method.lower()] = _operation(one)
    taken = [one.body for one in OPERATIONS if one.body]
    given = [model for one in OPERATIONS for model in one.answers.values() if model]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Lockstep",
            "version": "1",
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "http://127.0.0.1:8080", "description": "make local"}],
        "tags": [
            {"name": "Clusters", "description": "Registered once, named from then on."},
            {"name": "Mirrors", "description": "What is copied, and how it is."},
        ],
        "paths": dict(paths),
        "components": {
            "schemas": schemas(taken, [*given, Problem]),
            "responses": {"AnythingElse": _refusals(ANYTHING_ELSE)},
            "securitySchemes": {
                TOKEN: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            },
        },
    }


def _operation(one: Operation) -> dict[str, Any]:
    parameters = of_path(one.path) + [named(name) for name in one.parameters]
    found: dict[str, Any] = {
        "operationId": one.id,
        "tags": [one.tag],
        "summary": one.summary,
        "description": one.description,
        "security": [{TOKEN: [one.scope]}],
        "responses": _responses(one),
    }
    if parameters:
        found["parameters"] = parameters
    if one.body:
        content = {"schema": _reference(one.body), "example": examples.BODIES[one.body]}
        found["requestBody"] = {"required": one.needs_body, "content": {JSON: content}}
    return found


def _responses(one: Operation) -> dict[str, Any]:
    responses = {str(status): _answer(one, status, model) for status, model in one.answers.items()}
    return dict(sorted((responses | _problems((*one.problems, *EVERYWHERE))).items()))


def _answer(one: Operation, status: int, model: type[Schema] | None) -> dict[str, Any]:
    description = {"description": HTTPStatus(status).phrase}
    if model is None:
        return description
    example = examples.answer(f"{one.method} {one.path}", status, model)
    shown = example.model_dump(mode="json", by_alias=True)
    answer: dict[str, Any] = description | {
        "content": {JSON: {"schema": _reference(model), "example": shown}}
    }
    if one.path == "/mirrors" and one.method == "POST":
        location = {"description": "Where the mirror is.", "schema": {"type": "string"}}
        answer["headers"] = {"Location": location}
    return answer


def _problems(errors: Problems) -> dict[str, Any]:
    """The problems by status, an example of each type."""
    by_status: dict[int, list[type[ProblemError]]] = defaultdict(list)
    for error in dict.fromkeys(errors):
        by_status[int(error.status)].append(error)
    return {str(status): _refusals(some) for status, some in by_status.items()}


def _refusals(errors: Iterable[type[ProblemError]]) -> dict[str, Any]:
    shown = {one.slug: {"value": examples.refusal(one)} for one in errors}
    answer: dict[str, Any] = {
        "description": "; or ".join(one.title for one in errors),
        "content": {MEDIA_TYPE: {"schema": _reference(Problem), "examples": shown}},
    }
    if any(one.retry_after_s is not None for one in errors):
        after = {"description": "Seconds after which to try again.", "schema": {"type": "integer"}}
        answer["headers"] = {"Retry-After": after}
    return answer


def _reference(model: type[Schema]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}
