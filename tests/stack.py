"""template.yaml as its tests read it: as written, and as CloudFormation gets it."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).parent.parent
FUNCTION = "AWS::Serverless::Function"
HTTP = {
    "change_mirror",
    "create_mirror",
    "delete_mirror",
    "read_mirrors",
    "register_cluster",
    "update_latency",
}
"""The functions that answer the API."""


def written() -> dict[str, Any]:
    """template.yaml, parsed anew so that nobody else's change is seen."""
    template: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
    return template


@cache
def translated(layer: str = "s3://packaged/layer") -> dict[str, Any]:
    """The plain CloudFormation that SAM makes of it once the code is packaged somewhere."""
    template = written()
    for resource in template["Resources"].values():
        if resource["Type"] == FUNCTION:
            resource["Properties"]["CodeUri"] = "s3://packaged/function"
    template["Resources"]["MirroringLayer"]["Properties"]["ContentUri"] = layer
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        result: dict[str, Any] = Translator({}, Parser()).translate(template, parameter_values={})
    return result


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """The translated resources of one CloudFormation type, by logical id."""
    everything = translated()["Resources"]
    return {name: one for name, one in everything.items() if one["Type"] == kind}


def functions() -> dict[str, str]:
    """The folder under functions/ of every function, by logical id."""
    found = written()["Resources"].items()
    return {name: snake(name) for name, one in found if one["Type"] == FUNCTION}


def snake(name: str) -> str:
    """`CreateMirror` as `create_mirror`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
