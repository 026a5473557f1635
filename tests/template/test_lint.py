"""cfn-lint on what SAM makes of the template: neither `sam validate` sees that."""

import json

from cfnlint.api import ManualArgs, lint

from tests.stack import translated


def test_the_translated_template_lints_clean() -> None:
    config = ManualArgs(regions=["eu-central-1"])

    findings = [
        f"{one.rule.id} {one.message}" for one in lint(json.dumps(translated()), config=config)
    ]

    assert findings == []
