"""docs/openapi.json as the linters of the trade read it, on the node of the development group."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.stack import ROOT

LINTERS = ROOT / "tests" / "linters"
NODE = Path(sys.executable).with_name("node")
DOCUMENT = ROOT / "docs" / "openapi.json"
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


def lint(program: str, *arguments: str | Path) -> Any:
    """What a linter of tests/linters (`make check` installs them) prints as JSON."""
    script = LINTERS / "node_modules" / ".bin" / program
    assert script.exists(), "The linters are not installed: run make check."
    done = subprocess.run(
        [NODE, script, "lint", *arguments],
        capture_output=True,
        cwd=LINTERS,
        env=os.environ | QUIET,
        text=True,
        timeout=110,
    )
    assert done.stdout, done.stderr
    found, _ = json.JSONDecoder().raw_decode(done.stdout)  # Spectral adds a sentence
    return found


def redocly(document: Path) -> list[str]:
    """Redocly CLI's rules, its warnings too."""
    found = lint("redocly", "--extends", "recommended-strict", "--format", "json", document)
    return [f"{one['ruleId']}: {one['message']}" for one in found["problems"]]


def spectral(document: Path) -> list[str]:
    """Spectral's rules for OpenAPI, its hints too."""
    found = lint("spectral", "--ruleset", "spectral.yaml", "--format", "json", document)
    return [f"{one['code']}: {one['message']}" for one in found]


@pytest.mark.timeout(120)
def test_redocly_and_spectral_find_nothing_in_the_contract() -> None:
    assert (redocly(DOCUMENT), spectral(DOCUMENT)) == ([], [])


@pytest.mark.timeout(120)
def test_a_call_without_an_operation_id_is_found(tmp_path: Path) -> None:
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    del document["paths"]["/mirrors"]["get"]["operationId"]
    wrong = tmp_path / "openapi.json"
    wrong.write_text(json.dumps(document), encoding="utf-8")

    assert [one.partition(":")[0] for one in redocly(wrong)] == ["operation-operationId"]
