"""Secrets by cluster and mirror: kept, remembered for a while, removed for good."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from mirroring.errors import Unavailable
from mirroring.storing import aws as aws
from mirroring.storing.vault import KEPT_S, Credentials, Vault, new_mark
from pydantic import SecretStr

PROPERTIES = SecretStr('sasl.jaas.config=... password="hünter2";\n')
WHO = Credentials(username="anna", password=SecretStr("hunter2"))


def text(secret: SecretStr) -> str:
    """What it hides."""
    return secret.get_secret_value()


def stored() -> set[str]:
    """The names of all secrets that there are."""
    listed = boto3.client("secretsmanager").list_secrets()
    return {one["Name"] for one in listed["SecretList"]}


def test_what_was_never_put_is_empty(secrets: Vault) -> None:
    assert text(secrets.cluster_properties("eu")) == ""
    assert text(secrets.mirror_properties("eu")) == ""
    assert secrets.connect_credentials("eu") is None


def test_secrets_come_back_and_are_kept_apart_by_kind(secrets: Vault) -> None:
    secrets.put_cluster_properties("eu", PROPERTIES)
    secrets.put_mirror_properties("eu", SecretStr("bootstrap.servers=b:1"))
    secrets.put_connect_credentials("eu", WHO)

    assert text(secrets.cluster_properties("eu")) == text(PROPERTIES)
    assert text(secrets.mirror_properties("eu")) == "bootstrap.servers=b:1"
    assert secrets.connect_credentials("eu") == WHO
    assert stored() == {"lockstep/cluster/eu", "lockstep/mirror/eu", "lockstep/connect-cluster/eu"}


def test_a_secret_is_json_that_other_tools_can_read(secrets: Vault) -> None:
    secrets.put_connect_credentials("eu", WHO)

    raw = boto3.client("secretsmanager").get_secret_value(SecretId="lockstep/connect-cluster/eu")

    assert json.loads(raw["SecretString"]) == {"username": "anna", "password": "hunter2"}


def test_a_new_value_is_seen_at_once_where_it_was_put(secrets: Vault) -> None:
    secrets.put_cluster_properties("eu", PROPERTIES)
    secrets.cluster_properties("eu")

    secrets.put_cluster_properties("eu", SecretStr("new=1"))

    assert text(secrets.cluster_properties("eu")) == "new=1"


def test_another_process_sees_a_new_value_within_five_minutes(
    secrets: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = 1_000.0
    monkeypatch.setattr("mirroring.storing.vault.time.monotonic", lambda: clock)
    another = Vault(boto3.client("secretsmanager"), "lockstep")
    secrets.put_cluster_properties("eu", PROPERTIES)
    another.cluster_properties("eu")
    secrets.put_cluster_properties("eu", SecretStr("new=1"))

    clock += KEPT_S - 1
    assert text(another.cluster_properties("eu")) == text(PROPERTIES)
    clock += 1
    assert text(another.cluster_properties("eu")) == "new=1"


def test_another_process_sees_what_was_registered_anew_at_once(secrets: Vault) -> None:
    another = Vault(boto3.client("secretsmanager"), "lockstep")
    secrets.put_cluster_properties("eu", PROPERTIES, "first")
    secrets.put_connect_credentials("eu", WHO, "first")
    assert text(another.cluster_properties("eu", "first")) == text(PROPERTIES)
    assert another.connect_credentials("eu", "first") == WHO
    secrets.put_cluster_properties("eu", SecretStr("new=1"), "second")

    assert text(another.cluster_properties("eu", "second")) == "new=1"
    assert text(another.cluster_properties("eu", "first")) == text(PROPERTIES)
    assert another.connect_credentials("eu", "second") is None


def test_no_two_registrations_have_the_same_mark() -> None:
    marks = {new_mark() for _ in range(100)}
    assert len(marks) == 100
    assert all(mark.isalnum() and len(mark) == 12 for mark in marks)


def test_a_removed_secret_leaves_its_name_free(secrets: Vault) -> None:
    secrets.put_mirror_properties("m", PROPERTIES)

    secrets.delete_mirror_properties("m")
    secrets.delete_mirror_properties("m")
    assert text(secrets.mirror_properties("m")) == ""

    secrets.put_mirror_properties("m", SecretStr("new=1"))
    assert text(secrets.mirror_properties("m")) == "new=1"


def test_nothing_to_keep_is_no_secret(secrets: Vault) -> None:
    secrets.put_cluster_properties("eu", PROPERTIES)
    secrets.put_connect_credentials("eu", WHO)

    secrets.put_cluster_properties("eu", SecretStr(" \n"))
    secrets.put_connect_credentials("eu", None)

    assert stored() == set()
    assert text(secrets.cluster_properties("eu")) == ""
    assert secrets.connect_credentials("eu") is None


def test_a_secret_that_another_process_makes_at_the_same_moment_is_overwritten() -> None:
    client = boto3.client("secretsmanager", region_name="eu-central-1", config=aws.CONFIG)
    with Stubber(client) as stub:
        stub.add_client_error("put_secret_value", "ResourceNotFoundException")
        stub.add_client_error("create_secret", "ResourceExistsException")
        stub.add_response("put_secret_value", {})

        Vault(client, "lockstep").put_mirror_properties("eu", PROPERTIES)

        stub.assert_no_pending_responses()


@pytest.mark.parametrize(
    "code", ["ThrottlingException", "InternalServiceError", "InvalidRequestException"]
)
def test_a_vault_that_is_busy_asks_to_try_again(code: str) -> None:
    client = boto3.client("secretsmanager", region_name="eu-central-1", config=aws.CONFIG)
    with Stubber(client) as stub:
        stub.add_client_error("put_secret_value", code)

        with pytest.raises(Unavailable) as raised:
            Vault(client, "lockstep").put_mirror_properties("eu", PROPERTIES)

    assert raised.value.retry_after_s
    assert "hünter2" not in str(raised.value)


def test_a_refusal_by_aws_is_not_taken_for_an_empty_secret() -> None:
    client = boto3.client("secretsmanager", region_name="eu-central-1", config=aws.CONFIG)
    with Stubber(client) as stub:
        stub.add_client_error("get_secret_value", "AccessDeniedException")

        with pytest.raises(ClientError):
            Vault(client, "lockstep").cluster_properties("eu")


def test_credentials_never_show_their_password() -> None:
    assert "hunter2" not in f"{WHO!r} {WHO} {WHO.model_dump_json()}"
