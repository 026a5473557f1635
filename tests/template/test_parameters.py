"""What a deploy may be given, and what is refused before anything is made."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.stack import ROOT, translated

Given = Mapping[str, str | list[str]]
NOTHING: Given = {
    "JwtIssuer": "",
    "ConsoleClientId": "",
    "JwtAudience": "",
    "SubnetIds": [""],
    "SecurityGroupIds": [""],
}
SUBNETS, GROUPS = ["subnet-0a1b", "subnet-2c3d"], ["sg-0e1f"]
ISSUER = "https://issuer.example.com"


def value(expression: Any, given: Given) -> Any:
    """What CloudFormation makes of an expression in a rule."""
    match expression:
        case {"Ref": name}:
            return given[name]
        case {"Fn::Not": [inner]}:
            return not value(inner, given)
        case {"Fn::Equals": [one, other]}:
            return value(one, given) == value(other, given)
        case {"Fn::EachMemberEquals": [members, wanted]}:
            return all(member == wanted for member in value(members, given))
        case str():
            return expression
    raise AssertionError(f"CloudFormation knows no such function in a rule: {expression}")


def broken(given: Given) -> set[str]:
    """The rules that refuse these parameters."""
    return {
        name
        for name, rule in translated()["Rules"].items()
        if value(rule["RuleCondition"], given)
        and not all(value(one["Assert"], given) for one in rule["Assertions"])
    }


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({}, set()),
        # CloudFormation tells of an empty list as one empty text, or as nothing.
        ({"SubnetIds": [], "SecurityGroupIds": []}, set()),
        ({"SubnetIds": SUBNETS, "SecurityGroupIds": GROUPS}, set()),
        ({"SubnetIds": SUBNETS}, {"SubnetsHaveSecurityGroups"}),
        ({"SubnetIds": SUBNETS[:1], "SecurityGroupIds": []}, {"SubnetsHaveSecurityGroups"}),
        ({"SecurityGroupIds": GROUPS}, {"SecurityGroupsHaveSubnets"}),
        ({"JwtIssuer": ISSUER, "JwtAudience": "lockstep"}, set()),
        ({"JwtIssuer": ISSUER}, {"IssuerHasAudience"}),
        ({"JwtAudience": "lockstep"}, {"AudienceHasIssuer"}),
        ({"JwtIssuer": ISSUER, "JwtAudience": "it", "ConsoleClientId": "console"}, set()),
        ({"ConsoleClientId": "console"}, {"ConsoleClientHasIssuer"}),
    ],
)
def test_what_would_fail_late_or_be_ignored_is_refused_at_once(
    given: Given, refused: set[str]
) -> None:
    assert broken({**NOTHING, **given}) == refused


def test_every_parameter_is_in_a_group_and_says_what_it_is() -> None:
    parameters = translated()["Parameters"]
    interface = translated()["Metadata"]["AWS::CloudFormation::Interface"]
    grouped = [name for group in interface["ParameterGroups"] for name in group["Parameters"]]

    assert sorted(grouped) == sorted(parameters)
    assert all(one["Description"] for one in parameters.values())


def cells(heading: str) -> set[str]:
    """The names in the first column of the README's table of this heading."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.partition(f"| {heading} |")[2].partition("\n\n")[0]
    return {name for row in table.splitlines()[1:] for name in re.findall(r"`(\w+)`", first(row))}


def first(row: str) -> str:
    """The first cell of a table's row; the heading's own rest and its rule have none."""
    return row.split("|")[1] if row.startswith("|") else ""


@pytest.mark.parametrize(
    ("heading", "section"), [("parameter", "Parameters"), ("output", "Outputs")]
)
def test_the_readme_names_every_parameter_and_output_and_no_other(
    heading: str, section: str
) -> None:
    assert cells(heading) == set(translated()[section])


def test_what_a_deploy_was_told_is_in_no_commit() -> None:
    deploy = subprocess.run(
        ["make", "--dry-run", "--old-file=build", "deploy"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    (told,) = re.findall(r'sam deploy --config-file "([^"]+)"', deploy)

    assert Path(told).name in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
