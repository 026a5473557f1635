"""A client that openapi-python-client makes of docs/openapi.json drives the README's tour."""

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.functional.http import call
from tests.functional.world import World
from tests.functional.world import world as world
from tests.stack import ROOT

PACKAGE = "generated_lockstep_client"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The generated package, importable under this name."""
    folder = tmp_path_factory.mktemp("client")
    here = Path(sys.executable).parent
    source, target = ROOT / "docs/openapi.json", folder / PACKAGE
    made = subprocess.run(
        [
            *(here / "openapi-python-client", "generate", "--fail-on-warning", "--meta", "none"),
            *("--path", source, "--output-path", target),
        ],
        capture_output=True,
        env=os.environ | {"PATH": f"{here}{os.pathsep}{os.environ['PATH']}"},
        text=True,
        timeout=50,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    sys.path.insert(0, str(folder))
    yield PACKAGE
    sys.path.remove(str(folder))


class Api:
    """The generated calls by operation id, each sent to the handlers in this process."""

    def __init__(self, package: str) -> None:
        self._package = package
        transport = httpx.MockTransport(_answered)
        self._client = import_module(package).Client(
            "http://127.0.0.1:8080", httpx_args={"transport": transport}
        )

    def __call__(self, operation: str, *path: str, gives: int = 200, **fields: Any) -> Any:
        """The parsed answer; `body` is JSON as a person writes it."""
        kind = "clusters" if operation.endswith(("_cluster", "_clusters")) else "mirrors"
        module = import_module(f"{self._package}.api.{kind}.{operation}")
        if "body" in fields:
            shape = getattr(import_module(f"{self._package}.models"), fields.pop("shape"))
            fields["body"] = shape.from_dict(fields["body"])
        answer = module.sync_detailed(*path, client=self._client, **fields)
        assert answer.status_code == gives, answer.content
        return answer.parsed


def _answered(request: httpx.Request) -> httpx.Response:
    target = request.url.raw_path.decode()
    headers = {name.lower(): value for name, value in request.headers.items()}
    answer = call(request.method, target, request.content.decode() or None, headers)
    if answer.json is None:
        return httpx.Response(answer.status)
    return httpx.Response(answer.status, headers=dict(answer.headers), json=answer.json)


def source(alias: str) -> dict[str, Any]:
    """eu-core under an alias."""
    return {"alias": alias, "managedCluster": {"sourceKafkaClusterId": "eu-core"}}


def test_a_generated_client_goes_through_the_tour(world: World, package: str) -> None:
    api = Api(package)
    assert [one.name for one in api("list_clusters").clusters] == ["eu-core", "us-core"]
    request = {
        "connectCluster": "us-connect",
        "sourceCluster": source("copy"),
        "topicsRegex": r"orders\.(new|paid)",
    }

    seen = api("preview_mirror", shape="MirrorRequest", body=request)
    assert [one.mirrored_name for one in seen.topics] == ["copy.orders.new", "copy.orders.paid"]
    key = {"idempotency_key": "tour"}
    made = api("create_mirror", gives=202, shape="MirrorRequest", body=request, **key)
    again = api("create_mirror", gives=202, shape="MirrorRequest", body=request, **key)
    name = made.name
    assert (again.name, made.status) == (name, "CREATING")

    change = {"topicsRegex": r"orders\.new"}
    changed = api("update_mirror", name, gives=202, shape="MirrorChange", body=change)
    assert changed.effect.topics_removed == ["orders.paid"]
    paused = api("pause_mirror", name, gives=202)
    assert [one.code for one in paused.reasons] == ["PAUSE_PENDING"]
    assert api("resume_mirror", name, gives=202).status == "CREATING"
    target = {"targetLatency": 10_000}
    shape = "TargetLatencyRequest"
    assert api("set_target_latency", name, shape=shape, body=target).target_latency == 10_000

    kinds = [one.kind for one in api("list_mirror_changes", name).changes]
    assert set(kinds) == {"write"} and len(kinds) == 5
    assert api("get_mirror_latency", name).points == []
    assert api("list_mirror_topics", name).mirrored_topics == []
    assert [one.name for one in api("list_mirrors", status="CREATING,FAILED").mirrors] == [name]
    assert api("get_mirror_summary").total == 1
    assert api("get_mirror", name).connectors[0].name == f"{name}.source"
    api("delete_mirror", name, gives=204)
    assert api("get_mirror", name, gives=404).type_ == "/problems/mirror-not-found"
