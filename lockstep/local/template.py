"""template.yaml as it runs here: plain CloudFormation, and what that says of each part.

Values may still be CloudFormation expressions (`Ref`, `Fn::Sub`, …); `aws_resources` resolves them.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

from lockstep.local.errors import StackError
from lockstep.local.routes import Route

REGION = "eu-central-1"

# What moto makes from CloudFormation; tables only so that references to them resolve.
MADE = ("AWS::SNS::Topic", "AWS::SQS::Queue", "AWS::DynamoDB::Table")

_FUNCTION = "AWS::Serverless::Function"
_LAYER = "AWS::Serverless::LayerVersion"
_PACKAGED = "s3://packaged/code"


@dataclass(frozen=True)
class Template:
    """The translated template and where its code lies."""

    resources: Mapping[str, Mapping[str, Any]]
    parameters: Mapping[str, Any]
    conditions: Mapping[str, Any]
    folders: Mapping[str, Path]
    """The code of each function, by logical id."""
    layers: tuple[Path, ...]

    def of_type(self, *types: str) -> dict[str, dict[str, Any]]:
        """The properties of every resource of these types, by logical id."""
        found = self.resources.items()
        return {name: one.get("Properties", {}) for name, one in found if one["Type"] in types}

    def where_it_holds(self, name: str, value: Any) -> Any:
        """A value of this resource, empty where the resource's condition does not hold."""
        condition = self.resources[name].get("Condition")
        return {"Fn::If": [condition, value, ""]} if condition else value

    def function_of(self, value: Any) -> str:
        """The logical id of the function that an expression means, itself or through its alias."""
        aliases = self.of_type("AWS::Lambda::Alias")
        for name in _names_in(value):
            if name in aliases:
                return self.function_of(aliases[name]["FunctionName"])
            if name in self.folders:
                return name
        raise StackError(f"template.yaml calls something that is no function: {value}.")

    def routes(self) -> list[Route]:
        """Every route of the HTTP API, as its OpenAPI body says."""
        apis = self.of_type("AWS::ApiGatewayV2::Api").values()
        return [self._route(*one) for api in apis for one in _operations(api["Body"])]

    def _route(self, path: str, method: str, operation: Mapping[str, Any]) -> Route:
        scopes = [scope for one in operation.get("security", []) for scope in _scopes(one)]
        is_public = any("NONE" in one for one in operation.get("security", [{"NONE": []}]))
        function = self.function_of(operation["x-amazon-apigateway-integration"]["uri"])
        return Route(path, method, function, None if is_public else tuple(scopes))


def read(path: Path) -> Template:
    """Translate the template at `path`; raise StackError when there is none."""
    if not path.exists():
        raise StackError(f"{path} is missing: the local stack runs from a source checkout.")
    written = yaml_parse(path.read_text(encoding="utf-8"))
    functions = _code(written, _FUNCTION, "CodeUri", path.parent)
    layers = _code(written, _LAYER, "ContentUri", path.parent)
    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    session = boto3.Session(region_name=REGION)
    translated = Translator({}, Parser(), boto_session=session).translate(written, {})
    return Template(
        resources=translated["Resources"],
        parameters=translated.get("Parameters", {}),
        conditions=translated.get("Conditions", {}),
        folders=functions,
        layers=tuple(layers.values()),
    )


def snake(name: str) -> str:
    """A logical id as its folder is called: `CreateMirror` as `create_mirror`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _code(written: dict[str, Any], kind: str, key: str, root: Path) -> dict[str, Path]:
    """Where the code of each such resource lies; the translator is told that it is packaged."""
    folders = {}
    for name, resource in written["Resources"].items():
        if resource["Type"] == kind:
            folders[name] = root / resource["Properties"][key]
            resource["Properties"][key] = _PACKAGED
    return folders


def _operations(body: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, methods in body["paths"].items():
        for method, operation in methods.items():
            is_any = method == "x-amazon-apigateway-any-method"
            yield path.removeprefix("/$"), "ANY" if is_any else method.upper(), operation


def _scopes(requirement: Mapping[str, list[str]]) -> Iterator[str]:
    for scopes in requirement.values():
        yield from scopes


def _names_in(value: Any) -> Iterator[str]:
    """Every name that a CloudFormation expression refers to."""
    if isinstance(value, str):
        yield from re.findall(r"\$\{(\w+)[^}]*\}", value) or [value]
    elif isinstance(value, list):
        for one in value:
            yield from _names_in(one)
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _names_in(one)
