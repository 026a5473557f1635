"""cfn-lint on what SAM makes of the template: neither `sam validate` sees that."""

import json
import re

from cfnlint.api import ManualArgs, lint

from tests.stack import ROOT, translated


def test_the_translated_template_lints_clean() -> None:
    config = ManualArgs(regions=["eu-central-1"])

    findings = [
        f"{one.rule.id} {one.message}" for one in lint(json.dumps(translated()), config=config)
    ]

    assert findings == []


def test_the_sections_are_listed_on_top() -> None:
    text = (ROOT / "template.yaml").read_text(encoding="utf-8")

    sections = re.findall(r"(?m)^  # -{10,} (.+)$", text)

    assert " · ".join(sections) in text.partition("AWSTemplateFormatVersion")[0]
