"""docs/openapi.json says what the code does."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from mirroring.answering import bodies
from mirroring.errors import NotFound, ProblemError
from mirroring.schema import Request

from lockstep.openapi.document import document
from lockstep.openapi.examples import BODIES
from lockstep.openapi.operations import OPERATIONS
from tests.contract import contract, fault
from tests.stack import resources

DEFAULT_ROUTE = {NotFound}


def test_the_committed_document_is_what_the_code_says() -> None:
    assert json.dumps(contract()) == json.dumps(document())


def test_it_tells_of_every_route_of_the_template_and_of_no_other() -> None:
    (api,) = resources("AWS::ApiGatewayV2::Api").values()
    routes = {
        (method.upper(), path)
        for path, methods in api["Properties"]["Body"]["paths"].items()
        for method in methods
        if path != "/$default"
    }

    assert {(one.method, one.path) for one in OPERATIONS} == routes


def test_each_call_asks_for_the_scope_that_the_template_asks_for() -> None:
    (api,) = resources("AWS::ApiGatewayV2::Api").values()
    paths = api["Properties"]["Body"]["paths"]

    for one in OPERATIONS:
        (security,) = paths[one.path][one.method.lower()]["security"]
        assert list(security.values()) == [[one.scope]]


def kinds(of: type[ProblemError] = ProblemError) -> Iterator[type[ProblemError]]:
    """Every named error that a caller may be told of."""
    for one in of.__subclasses__():
        yield one
        yield from kinds(one)


def test_every_problem_has_an_example() -> None:
    shown = {slug for one in refusals() for slug in one}
    ours = {one.slug for one in kinds() if one not in DEFAULT_ROUTE}

    assert ours <= shown | {"connect-unavailable"}
    assert "internal-error" in shown


def refusals() -> Iterator[dict[str, Any]]:
    """The examples of problems, by slug."""
    for path in contract()["paths"].values():
        for operation in path.values():
            for response in operation["responses"].values():
                content = response.get("content", {}).get("application/problem+json")
                if content:
                    yield content["examples"]


def test_every_example_of_a_problem_is_one() -> None:
    problem = contract()["components"]["schemas"]["Problem"]

    for some in refusals():
        for slug, example in some.items():
            assert example["value"]["type"] == f"/problems/{slug}"
            assert fault(problem, example["value"]) is None


@pytest.mark.parametrize("shape", BODIES)
def test_an_example_of_a_body_is_taken(shape: type[Request]) -> None:
    content = BODIES[shape]
    definition = contract()["components"]["schemas"][shape.__name__]

    bodies.read(json.dumps(content).encode(), shape)
    assert fault(definition, content) is None


def test_an_example_of_an_answer_is_one() -> None:
    for path in contract()["paths"].values():
        for operation in path.values():
            for response in operation["responses"].values():
                content = response.get("content", {}).get("application/json")
                if content:
                    assert fault(content["schema"], content["example"]) is None


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
