"""The real stack, started once for all end-to-end tests.

What a test can ask for:
- `stack` (LocalStack): `python -m lockstep local` without the demo, its minute 5 s and its activity
  window 20 s long, alerts going to ALERT_EMAIL and ALERT_PHONE. It has `url`, `endpoints`, `data`,
  `said()`; the API by `get/put/post/delete` (an Answer: `status`, `headers`, `json`);
  `run("dispatch_samples")`; `connect("GET", "/connectors")` for Connect's own REST API, and
  `kill(CONNECT)`, after which the stack starts Connect again (`connect_answers()`);
  `aws("sns")` for a boto3 client; `source` and `target` (Cluster), whose topics it can `create`,
  `produce` (Record) and `read`.
- `registered` (LocalStack): the same, with the clusters `eu-core` and `us-core` and the Connect
  cluster `us-connect` registered.
- `prefix` (str): new for each test; begin topic names with it, so that no two mirrors overlap.
- `eventually(look, within_s=…, what=…)` from tests.e2e.local_stack awaits a condition.
"""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.local_stack import LocalStack, running

ALERT_EMAIL = "oncall@example.com"
ALERT_PHONE = "+491234567890"
TIMEOUT_S = 240
LONGEST = ("test_groups.py", "test_reconcile.py", "test_size.py")

_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder, and let each take as long as a whole start may take.

    The files that take longest come first, so that processes end at about the same time.
    """
    items.sort(key=lambda item: item.path.name not in LONGEST)
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("e2e")
            if not item.get_closest_marker("timeout"):
                item.add_marker(pytest.mark.timeout(TIMEOUT_S))


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The stack, stopped after the last test, which leaves no process behind."""
    data = tmp_path_factory.mktemp("stack") / "data"
    alerts = ("--alert-email", ALERT_EMAIL, "--alert-phone", ALERT_PHONE)
    options = ("--no-demo", "--port", "0", "--minute", "5", "--activity", "20")
    with running(data, *options, *alerts) as stack:
        yield stack


@pytest.fixture(scope="session")
def registered(stack: LocalStack) -> LocalStack:
    """The stack with both clusters and the Connect cluster registered."""
    for name, cluster in (("eu-core", stack.source), ("us-core", stack.target)):
        answer = stack.put(f"/clusters/{name}", {"bootstrapServers": [cluster.bootstrap_server]})
        assert answer.status in (200, 201), answer
    body = {"urls": [stack.endpoints["connect"]], "kafkaCluster": "us-core"}
    answer = stack.put("/connect-clusters/us-connect", body)
    assert answer.status in (200, 201), answer
    return stack


@pytest.fixture
def prefix() -> str:
    """The beginning of this test's topic names."""
    return f"t{next(_numbers)}."
