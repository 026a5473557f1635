"""Functional tests: real handlers and stores on moto, with the tables of template.yaml."""

from collections.abc import Iterator

import boto3
import pytest
from mirroring.storing import history, mirror_store, observations, registry, vault
from mirroring.storing.history import History
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.observations import Observations
from mirroring.storing.registry import Registry
from mirroring.storing.vault import Vault
from moto import mock_aws
from moto.core.config import DefaultConfig

from tests.functional import aws
from tests.functional.limits import Limits
from tests.given import a_cluster, a_connect_cluster

# One session for all tests: each new one would read AWS's models anew.
SESSION = boto3.Session(region_name=aws.REGION)
KEEPS_SESSION: DefaultConfig = {"core": {"reset_boto3_session": False}}


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The stack of template.yaml in this process, empty, and an environment that names it."""
    for name, value in {
        "AWS_DEFAULT_REGION": aws.REGION,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "POWERTOOLS_SERVICE_NAME": "lockstep",
        "POWERTOOLS_METRICS_NAMESPACE": "Lockstep",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", SESSION)
    with mock_aws(config=KEEPS_SESSION):
        for name, value in aws.make().items():
            monkeypatch.setenv(name, value)
        aws.forget()
        yield
        aws.forget()


@pytest.fixture
def calls(stack: None) -> Iterator[aws.Calls]:
    """What the code under test asks of AWS from now on, by resource."""
    calls = aws.Calls()
    aws.forget()
    SESSION.events.register("provide-client-params.*.*", calls.hear)
    yield calls
    SESSION.events.unregister("provide-client-params.*.*", calls.hear)


@pytest.fixture
def limits(stack: None) -> Iterator[Limits]:
    """DynamoDB's limits, kept from now on, and the cost of what is written."""
    limits = Limits()
    aws.forget()
    SESSION.events.register("provide-client-params.dynamodb.*", limits.hear)
    yield limits
    SESSION.events.unregister("provide-client-params.dynamodb.*", limits.hear)


@pytest.fixture
def mirrors(stack: None) -> MirrorStore:
    """The stored mirrors."""
    return mirror_store.mirror_store()


@pytest.fixture
def clusters(stack: None) -> Registry:
    """The registered clusters."""
    return registry.registry()


@pytest.fixture
def registered(clusters: Registry) -> None:
    """The clusters of the example."""
    clusters.put_cluster(a_cluster("eu-core"))
    clusters.put_cluster(a_cluster("us-core"))
    clusters.put_connect_cluster(a_connect_cluster())


@pytest.fixture
def past(stack: None) -> History:
    """The history."""
    return history.history()


@pytest.fixture
def taken(stack: None) -> Observations:
    """What samples left behind."""
    return observations.observations()


@pytest.fixture
def secrets(stack: None) -> Vault:
    """The secrets."""
    return vault.vault()
