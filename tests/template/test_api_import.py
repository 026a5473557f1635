"""What API Gateway's importer says of the API's OpenAPI body: nothing, or a deploy rolls back.

It reads the body with swagger-parser, here on the JRE of the local stack. Each message of it comes
back as "Warnings found during import: Parse issue: …" (aws/serverless-application-model#2297).
"""

import json
import subprocess
import threading
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from lockstep.local.download import fetch
from lockstep.local.jars import locked
from lockstep.local.jvm import Jvm
from tests.stack import resources, translated, written

HERE = Path(__file__).parent
PARSER = HERE / "swagger" / "messages.bsh"


def body() -> dict[str, Any]:
    """The body that API Gateway gets, a word in place of each CloudFormation expression."""
    content = resources("AWS::ApiGatewayV2::Api")["Api"]["Properties"]["Body"]
    resolved: dict[str, Any] = in_words(content)
    return resolved


def in_words(tree: Any) -> Any:
    """The tree as deployed; what an expression becomes there does not matter here."""
    if isinstance(tree, list):
        return [in_words(one) for one in tree]
    if not isinstance(tree, dict):
        return tree
    if len(tree) == 1 and next(iter(tree)).startswith(("Ref", "Fn::")):
        return "resolved"
    return {key: in_words(value) for key, value in tree.items()}


def messages(document: dict[str, Any]) -> list[str]:
    """What swagger-parser finds."""
    jars = locked("swagger", HERE)
    fetch(jars, progress=lambda *_: None, stop=threading.Event())
    done = subprocess.run(
        Jvm(jars.class_path, 128).command("bsh.Interpreter", PARSER),
        input=json.dumps(document).encode(),
        capture_output=True,
        check=True,
        timeout=50,
    )
    assert not done.stderr, done.stderr
    return done.stdout.decode().splitlines()


def test_api_gateway_s_parser_finds_nothing_in_the_body() -> None:
    assert messages(body()) == []


def test_the_parser_does_find_what_sam_would_have_written() -> None:
    document = deepcopy(body())
    del document["components"]["securitySchemes"]["Tokens"]["flows"]
    del document["paths"]["/mirrors/{name}"]["get"]["parameters"][0]["schema"]

    assert messages(document) == [
        "attribute components.securitySchemes.Tokens.flows is missing",
        "attribute paths.'/mirrors/{name}'(get).parameters.[name].content is missing",
    ]


@pytest.mark.parametrize("setting", ["true", "false"])
def test_warnings_roll_a_deploy_back_unless_told_otherwise(setting: str) -> None:
    parameter = written()["Parameters"]["FailOnWarnings"]
    api = translated()["Resources"]["Api"]["Properties"]

    assert parameter["Default"] == "true"
    assert setting in parameter["AllowedValues"]
    assert api["FailOnWarnings"] == {"Ref": "FailOnWarnings"}


def test_every_route_of_a_function_is_written_in_the_body_with_its_security() -> None:
    body = written()["Resources"]["Api"]["Properties"]["DefinitionBody"]
    of_events = {
        (event["Properties"].get("Path", "$default"), event["Properties"].get("Method", "").lower())
        for one in written()["Resources"].values()
        for event in one["Properties"].get("Events", {}).values()
        if event["Type"] == "HttpApi"
    }
    of_body = {
        (path, "" if path == "$default" else method)
        for path, methods in body["paths"].items()
        for method, operation in methods.items()
        if operation.get("security") or "console" in path or path == "/"
    }

    assert of_events == of_body
