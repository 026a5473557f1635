"""A mirror as it is answered."""

from typing import Any

import pytest
from mirroring.api import view
from mirroring.contract import mirror_fields
from mirroring.mirror import Source

from tests.given import a_cluster, a_mirror


def test_a_managed_source_is_answered_as_it_was_asked() -> None:
    source = Source(alias="eu", managed="eu-core", use_private_ips=True, cluster_id="x")
    shown = view.summary(a_mirror(source=source), None, None).model_dump(by_alias=True)

    assert shown["sourceCluster"] == {
        "alias": "eu",
        "managedCluster": {"sourceKafkaClusterId": "eu-core", "usePrivateIps": True},
    }


def test_an_external_source_is_hidden() -> None:
    source = Source(alias="eu", cluster_id="x")
    shown = view.details(a_mirror(source=source), None, None, {}).model_dump(by_alias=True)

    assert shown["sourceCluster"] == {
        "alias": "eu",
        "externalCluster": {"sourceConnectionProperties": "[hidden]"},
    }
    assert shown["connectors"][0]["config"]["source.cluster.bootstrap.servers"] == "[hidden]"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {}),
        ({"security_protocol": "SSL"}, {"security.protocol": "SSL"}),
        (
            {"security_protocol": "SASL_SSL", "sasl_mechanism": "PLAIN"},
            {
                "security.protocol": "SASL_SSL",
                "sasl.mechanism": "PLAIN",
                "sasl.jaas.config": "[hidden]",
            },
        ),
    ],
)
def test_a_configuration_shows_how_the_source_is_secured(
    fields: dict[str, Any], expected: dict[str, str]
) -> None:
    clusters = {name: a_cluster(name, **fields) for name in ("eu-core", "us-core")}
    config = view.details(a_mirror(), None, None, clusters).connectors[0].config

    for side in ("source", "target"):
        shown = {k: v for k, v in config.items() if k.startswith(f"{side}.cluster.s")}
        assert shown == {f"{side}.cluster.{key}": value for key, value in expected.items()}


def test_the_audited_fields_hold_no_secret_and_no_measurement() -> None:
    shown = mirror_fields.fields(a_mirror(source=Source(alias="eu", cluster_id="x")))

    assert shown["source"] == "[hidden]"
    assert shown["topicsRegex"] == r"orders\..*"
    assert not {"status", "latency", "version"} & set(shown)
