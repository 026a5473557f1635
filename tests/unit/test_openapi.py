"""docs/openapi.json says what the code does."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from mirroring.contract import bodies
from mirroring.contract.problem import MEDIA_TYPE
from mirroring.errors import NotFound, ProblemError
from mirroring.schema import Request

from lockstep.openapi.document import document
from lockstep.openapi.examples import BODIES
from lockstep.openapi.operations import OPERATIONS
from lockstep.openapi.parameters import PARAMETERS
from tests.contract import contract, fault, resolved
from tests.stack import resources

JSON = "application/json"
GATEWAY_S = ("401", "403", "429")


def test_the_committed_document_is_what_the_code_says() -> None:
    assert json.dumps(contract()) == json.dumps(document())


def test_it_tells_of_every_route_of_the_template_and_of_no_other() -> None:
    (api,) = resources("AWS::ApiGatewayV2::Api").values()
    routes = {
        (method.upper(), path)
        for path, methods in api["Properties"]["Body"]["paths"].items()
        for method in methods
        if path not in ("/$default", "/", "/console/", "/console/{proxy+}")
    }

    assert {(one.method, one.path) for one in OPERATIONS} == routes


def test_each_call_asks_for_the_scope_that_the_template_asks_for() -> None:
    (api,) = resources("AWS::ApiGatewayV2::Api").values()
    paths = api["Properties"]["Body"]["paths"]

    for one in OPERATIONS:
        (security,) = paths[one.path][one.method.lower()]["security"]
        assert list(security.values()) == [[one.scope]]


def contents() -> Iterator[tuple[str, dict[str, Any]]]:
    """What each call takes and answers, and what any other is answered: schema and examples."""
    for path, methods in contract()["paths"].items():
        for method, operation in methods.items():
            call = f"{method.upper()} {path}"
            if "requestBody" in operation:
                yield f"{call} takes", operation["requestBody"]["content"][JSON]
            for status, response in operation["responses"].items():
                kind = JSON if status.startswith("2") or status in GATEWAY_S else MEDIA_TYPE
                if status != "204":
                    content = resolved(response).get("content", {})
                    yield f"{call} answers {status}", content.get(kind, {})


def named(content: dict[str, Any]) -> dict[str, Any]:
    """The examples that have names, as problems do."""
    return {name: one["value"] for name, one in content.get("examples", {}).items()}


def kinds(of: type[ProblemError] = ProblemError) -> Iterator[type[ProblemError]]:
    """Every error that a caller may be told of."""
    yield of
    for one in of.__subclasses__():
        yield from kinds(one)


CONTENTS = dict(contents())


@pytest.mark.parametrize("where", CONTENTS)
def test_what_is_taken_or_answered_has_examples_that_its_schema_allows(where: str) -> None:
    content = CONTENTS[where]
    examples = [content["example"]] if "example" in content else [*named(content).values()]

    assert examples
    assert [found for one in examples if (found := fault(content["schema"], one))] == []


def test_every_type_of_problem_has_an_example_under_its_name() -> None:
    shown = {(name, one["type"]) for some in CONTENTS.values() for name, one in named(some).items()}

    told = {(one.slug, f"/problems/{one.slug}") for one in kinds()}
    assert shown == told - {(NotFound.slug, f"/problems/{NotFound.slug}")}


@pytest.mark.parametrize("shape", BODIES)
def test_an_example_of_a_body_is_taken(shape: type[Request]) -> None:
    bodies.read(json.dumps(BODIES[shape]).encode(), shape)


@pytest.mark.parametrize("call", [where for where in CONTENTS if where.endswith(" takes")])
def test_an_example_of_an_answer_has_what_the_example_of_its_request_asks_for(call: str) -> None:
    body = CONTENTS[call]["example"]
    answers = call.removesuffix("takes") + "answers 2"
    shown = [one["example"] for where, one in CONTENTS.items() if where.startswith(answers)]

    assert shown
    for one in shown:
        shared = body.keys() & one.keys()
        assert {key: one[key] for key in shared} == {key: body[key] for key in shared}


@pytest.mark.parametrize(
    ("call", "parts"),
    [
        ("POST /mirrors", {"status": "CREATING", "version": 1, "measuredAt": None}),
        ("POST /mirrors/{name}/pause", {"status": "IN_SYNC", "version": 4}),
        ("POST /mirrors/{name}/stop", {"status": "IN_SYNC", "version": 4}),
        ("POST /mirrors/{name}/resume", {"status": "IN_SYNC"}),
        ("DELETE /mirrors/{name}", {"status": "DELETING", "version": 4}),
        ("PATCH /mirrors/{name}", {"version": 4, "status": "IN_SYNC"}),
    ],
)
def test_an_example_of_an_answer_is_how_the_mirror_is_then(call: str, parts: Any) -> None:
    shown = CONTENTS[f"{call} answers 202"]["example"]

    assert {key: shown[key] for key in parts} == parts


def test_an_example_of_a_preview_warns_of_what_its_request_would_be_warned_of() -> None:
    shown = CONTENTS["POST /mirrors/preview answers 200"]["example"]

    assert [one["code"] for one in shown["warnings"]] == ["SECRETS_IN_CONFIG"]


def test_every_query_parameter_has_an_example_that_a_try_out_may_send() -> None:
    queries = {name: one for name, one in PARAMETERS.items() if one["in"] == "query"}

    assert {name for name, one in queries.items() if "example" not in one} == {
        "nextToken",
        "cleanup",
    }


def test_an_example_of_a_parameter_is_one() -> None:
    for one in OPERATIONS:
        operation = contract()["paths"][one.path][one.method.lower()]
        for parameter in map(resolved, operation.get("parameters", ())):
            if "example" in parameter:
                assert fault(parameter["schema"], parameter["example"]) is None


def test_every_property_says_what_it_means() -> None:
    for schema in contract()["components"]["schemas"].values():
        for one in schema.get("properties", {}).values():
            assert one["description"]


def test_a_request_refuses_null_and_other_fields() -> None:
    schemas = contract()["components"]["schemas"]

    for one in OPERATIONS:
        if one.body:
            schema = schemas[one.body.__name__]
            assert schema["additionalProperties"] is False
            assert '"null"' not in json.dumps(schema)
