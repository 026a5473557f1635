"""cfn-lint on what SAM makes of the template: neither `sam validate` sees that."""

import json

from cfnlint.api import ManualArgs, lint

from tests.stack import translated

# SAM puts DeploymentPreference's value where the template refers to it: nothing refers to it then.
RESOLVED_BY_SAM = "W2001"


def test_the_translated_template_lints_clean() -> None:
    config = ManualArgs(regions=["eu-central-1"])

    findings = [
        f"{one.rule.id} {one.message}" for one in lint(json.dumps(translated()), config=config)
    ]

    assert findings == [f"{RESOLVED_BY_SAM} Parameter DeploymentPreference not used."]
