"""A mirror as it is answered."""

from typing import Any

import pytest
from mirroring.api import view
from mirroring.contract import mirror_fields
from mirroring.mirror import Intent, Source
from mirroring.observation import Code, Severity, Status

from tests.given import BEGIN, a_cluster, a_mirror, a_reason, after, an_observation

LATER = after(hours=1)
LOSS = a_reason(Code.DATA_LOSS)
WARNING = a_reason(Code.CLOCK_SKEW, severity=Severity.WARNING)
SEEN = an_observation(reasons=(LOSS, a_reason(Code.STALLED), WARNING))
WORDS = "Invalid value x for replication.factor"


@pytest.mark.parametrize(
    ("intent", "refused", "sampled", "status"),
    [
        (Intent.RUNNING, None, True, Status.UNKNOWN),
        (Intent.RUNNING, None, False, Status.UNKNOWN),
        (Intent.PAUSED, None, True, Status.UNKNOWN),
        (Intent.STOPPED, None, False, Status.UNKNOWN),
        (Intent.DELETED, None, True, Status.DELETING),
        (Intent.RUNNING, WORDS, True, Status.FAILED),
    ],
)
def test_without_samples_only_what_a_person_asked_or_connect_refused_is_known(
    intent: Intent, refused: str | None, sampled: bool, status: Status
) -> None:
    mirror, seen = a_mirror(intent=intent), SEEN if sampled else None
    found = view.standing(mirror, seen, refused, LATER)
    fresh = view.standing(mirror, seen, refused, after(minutes=3))

    assert found.status is status
    codes = {one.code for one in found.reasons}
    assert (Code.SAMPLES_MISSING in codes) is (status is Status.UNKNOWN)
    assert (Code.DATA_LOSS in codes) is sampled
    assert Code.SAMPLES_MISSING not in {one.code for one in fresh.reasons}


@pytest.mark.parametrize(
    ("intent", "refused", "sampled", "status", "since"),
    [
        (Intent.RUNNING, None, False, Status.CREATING, BEGIN),
        (Intent.RUNNING, None, True, Status.IN_SYNC, SEEN.status_since),
        (Intent.PAUSED, None, True, Status.IN_SYNC, SEEN.status_since),
        (Intent.STOPPED, None, True, Status.IN_SYNC, SEEN.status_since),
        (Intent.PAUSED, None, False, Status.CREATING, BEGIN),
        (Intent.DELETED, None, True, Status.DELETING, LATER),
        (Intent.DELETED, WORDS, True, Status.DELETING, LATER),
        (Intent.RUNNING, WORDS, False, Status.FAILED, LATER),
        (Intent.RUNNING, WORDS, True, Status.FAILED, LATER),
        (Intent.PAUSED, WORDS, True, Status.FAILED, LATER),
    ],
)
def test_what_a_person_asked_shows_at_once(
    intent: Intent, refused: str | None, sampled: bool, status: Status, since: Any
) -> None:
    mirror = a_mirror(intent=intent, updated_at=LATER)
    found = view.standing(mirror, SEEN if sampled else None, refused)

    assert (found.status, found.since) == (status, since)


def test_a_sample_that_says_the_same_keeps_its_since_and_reasons() -> None:
    seen = SEEN.model_copy(update={"status": Status.PAUSED})
    found = view.standing(a_mirror(intent=Intent.PAUSED, updated_at=LATER), seen, None)

    assert (found.since, found.reasons) == (SEEN.status_since, SEEN.reasons)


@pytest.mark.parametrize(
    ("intent", "status", "told", "pending"),
    [
        (Intent.PAUSED, Status.IN_SYNC, False, 1),
        (Intent.STOPPED, Status.OUT_OF_SYNC, False, 1),
        (Intent.PAUSED, Status.IN_SYNC, True, 1),
        (Intent.PAUSED, Status.PAUSED, False, 0),
        (Intent.STOPPED, Status.PAUSED, True, 1),
        (Intent.RUNNING, Status.IN_SYNC, True, 0),
        (Intent.RUNNING, Status.PAUSED, False, 0),
    ],
)
def test_a_pause_is_pending_from_when_it_is_asked_for_until_a_sample_saw_it_done(
    intent: Intent, status: Status, told: bool, pending: int
) -> None:
    known = (a_reason(Code.PAUSE_PENDING, severity=Severity.INFO),) if told else ()
    seen = SEEN.model_copy(update={"status": status, "reasons": (LOSS, *known)})
    found = view.standing(a_mirror(intent=intent, updated_at=LATER), seen, None)

    codes = [one.code for one in found.reasons]
    assert (found.status, found.since) == (status, SEEN.status_since)
    assert codes == [Code.DATA_LOSS, *[Code.PAUSE_PENDING] * pending]


def test_a_loss_and_a_warning_outlive_a_removal() -> None:
    found = view.standing(a_mirror(intent=Intent.DELETED), SEEN, None)

    assert found.reasons == (LOSS, WARNING)


def test_the_words_of_a_refusal_are_a_reason() -> None:
    (reason,) = view.standing(a_mirror(), None, WORDS).reasons

    assert reason.code is Code.CONFIG_REFUSED
    assert WORDS in reason.message


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
