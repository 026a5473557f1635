"""`sam build`, without Docker: what the layer holds when it is packaged."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.stack import ROOT, functions

AARCH64 = 183  # e_machine of an ELF file
UNCHECKED_HASH = 1  # the flags of a .pyc that no source is ever compared with (PEP 552)
# The first build downloads the layer's wheels; one process builds for all of them.
pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("build")]
BROUGHT_BY_MAKE = ROOT / ".uv/bin/uv"


@dataclass(frozen=True)
class Built:
    """What `sam build` made, and what it said."""

    layer: Path
    template: str
    said: str


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The stack, built once, as `make build` does it."""
    target = tmp_path_factory.mktemp("build")
    uv = os.environ.get("UV") or shutil.which("uv") or str(BROUGHT_BY_MAKE)
    done = subprocess.run(
        [ROOT / ".venv/bin/sam", "build", "--build-dir", target],
        cwd=ROOT,
        env=os.environ | {"UV": uv, "SAM_CLI_TELEMETRY": "0", "DOCKER_HOST": "tcp://127.0.0.1:9"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    template = (target / "template.yaml").read_text(encoding="utf-8")
    return Built(target / "MirroringLayer/python", template, done.stderr)


def test_the_layer_holds_our_package_and_its_dependencies(built: Built) -> None:
    for package in ("mirroring", "aws_lambda_powertools", "boto3", "kafka", "pydantic", "requests"):
        assert (built.layer / package).is_dir(), package
    for package in ("aws_xray_sdk", "pydantic_settings", "moto"):
        assert not (built.layer / package).exists(), package


def test_what_calls_aws_there_is_the_version_that_is_tested_here(built: Built) -> None:
    """All of it: Lambda's runtime has a boto3, a botocore and a urllib3 of its own."""
    for package in ("boto3", "botocore", "s3transfer", "urllib3"):
        assert (built.layer / f"{package}-{version(package)}.dist-info").is_dir(), package


def test_the_layer_can_call_every_service_that_the_code_opens_and_no_other(built: Built) -> None:
    described = {path.name for path in (built.layer / "botocore/data").iterdir() if path.is_dir()}
    code = "".join(path.read_text() for path in ROOT.glob("layers/mirroring/mirroring/**/*.py"))

    opened = set(re.findall(r'boto3\.client\(\s*"(\w+)"', code))

    assert described == opened
    assert len(opened) >= 4
    for service in opened:
        opens = f"import boto3; boto3.client({service!r}, region_name='eu-central-1')"
        path = f"import sys; sys.path.insert(0, {str(built.layer)!r}); {opens}"
        subprocess.run([sys.executable, "-S", "-c", path], check=True, timeout=60)


def test_what_is_compiled_is_compiled_for_the_processor_that_lambda_runs_it_on(
    built: Built,
) -> None:
    machines = {
        int.from_bytes(path.read_bytes()[18:20], "little") for path in built.layer.rglob("*.so")
    }

    assert machines == {AARCH64}


def test_every_module_has_bytecode_that_lambda_uses_or_the_build_says_that_none_has(
    built: Built,
) -> None:
    sources = list(built.layer.rglob("*.py"))
    compiled = list(built.layer.rglob("*.pyc"))

    if "No python3.13 here" in built.said:
        assert compiled == []
        return
    assert len(compiled) == len(sources)
    flags = {int.from_bytes(path.read_bytes()[4:8], "little") for path in compiled}
    assert flags == {UNCHECKED_HASH}


def test_functions_are_deployed_as_they_lie_in_the_tree(built: Built) -> None:
    for folder in functions().values():
        assert f"functions/{folder}\n" in built.template
