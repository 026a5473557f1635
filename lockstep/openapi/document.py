"""The OpenAPI 3.1 document, put together."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from mirroring.contract.problem import MEDIA_TYPE, Problem
from mirroring.errors import ProblemError
from mirroring.schema import Schema

from lockstep.openapi import examples, gateway, parameters
from lockstep.openapi.gateway import GATEWAY, SERVERS, TOKEN
from lockstep.openapi.operation import Operation, Problems
from lockstep.openapi.operations import EVERYWHERE, OPERATIONS
from lockstep.openapi.schemas import schemas

JSON = "application/json"
ABOUT = """Kafka mirrors on your own clusters: created, measured every minute, judged.

JSON, camelCase, times in ISO 8601 UTC with `Z`, durations and latencies in integer milliseconds.
Errors are `application/problem+json`; their `type` is stable, their `instance` is the request's id.
Every path or method that is not here is a 404 problem `/problems/not-found` for who has a token.
401, 403 and 429 are API Gateway's own. Words (`status`, `code`, `state` …) may grow with a version:
take one that you do not know as you take a text. A page may be short, or empty, and have a
`nextToken`: follow it until it is null. No answer is above 1 MB, and none holds a password, a
private key or a token."""


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
            "contact": {"name": "Lockstep"},
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": SERVERS,
        "tags": [
            {"name": "Clusters", "description": "Registered once, named from then on."},
            {"name": "Mirrors", "description": "What is copied, and how it is."},
        ],
        "paths": dict(paths),
        "components": {
            "schemas": schemas(taken, [*given, Problem]) | {GATEWAY: gateway.MESSAGE},
            "responses": {one.__name__: _refusals([one]) for one in _alone()} | gateway.RESPONSES,
            "parameters": parameters.COMPONENTS,
            "securitySchemes": {TOKEN: gateway.SECURITY},
        },
    }


def _operation(one: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": one.id,
        "tags": [one.tag],
        "summary": one.summary,
        "description": one.description,
        "security": [{TOKEN: [one.scope]}],
        "responses": _responses(one),
    }
    if names := [*parameters.of_path(one.path), *one.parameters]:
        found["parameters"] = [_reference("parameters", parameters.component(n)) for n in names]
    if one.body:
        content = {"schema": _schema(one.body), "example": examples.BODIES[one.body]}
        found["requestBody"] = {"required": one.needs_body, "content": {JSON: content}}
    return found


def _responses(one: Operation) -> dict[str, Any]:
    responses = {str(status): _answer(one, status, model) for status, model in one.answers.items()}
    every = responses | gateway.REFERENCES | _problems((*one.problems, *EVERYWHERE))
    return dict(sorted(every.items()))


def _answer(one: Operation, status: int, model: type[Schema] | None) -> dict[str, Any]:
    description = {"description": HTTPStatus(status).phrase}
    if model is None:
        return description
    example = examples.answer(f"{one.method} {one.path}", status, model)
    shown = example.model_dump(mode="json", by_alias=True)
    answer: dict[str, Any] = description | {
        "content": {JSON: {"schema": _schema(model), "example": shown}}
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
    return {
        str(status): _refusals(some) if len(some) > 1 else _reference("responses", some[0].__name__)
        for status, some in by_status.items()
    }


def _alone() -> Iterable[type[ProblemError]]:
    """The errors that are the only one of their status in some call."""
    for one in OPERATIONS:
        statuses = Counter(error.status for error in dict.fromkeys((*one.problems, *EVERYWHERE)))
        for error in (*one.problems, *EVERYWHERE):
            if statuses[error.status] == 1:
                yield error


def _refusals(errors: Iterable[type[ProblemError]]) -> dict[str, Any]:
    shown = {one.slug: {"value": examples.refusal(one)} for one in errors}
    answer: dict[str, Any] = {
        "description": "; or ".join(one.title for one in errors),
        "content": {MEDIA_TYPE: {"schema": _schema(Problem), "examples": shown}},
    }
    if any(one.retry_after_s is not None for one in errors):
        after = {"description": "Seconds after which to try again.", "schema": {"type": "integer"}}
        answer["headers"] = {"Retry-After": after}
    return answer


def _schema(model: type[Schema]) -> dict[str, str]:
    return _reference("schemas", model.__name__)


def _reference(kind: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{kind}/{name}"}
