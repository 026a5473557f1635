"""Secrets Manager: connection properties and passwords, one secret for each cluster."""

import json
import time
import uuid
from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError
from pydantic import SecretStr

from mirroring.connecting.properties import parse
from mirroring.errors import Unavailable
from mirroring.redaction import is_secret
from mirroring.schema import Stored
from mirroring.settings import settings
from mirroring.storing import calls as aws

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

KEPT_S = 300
EMPTY = SecretStr("")
CLUSTER, CONNECT_CLUSTER, MIRROR = "cluster", "connect-cluster", "mirror"


class Credentials(Stored):
    """What Kafka Connect's REST API wants to know (HTTP basic authentication)."""

    username: str
    password: SecretStr


class Vault:
    """Secrets by kind and name, remembered for 300 s; every method may raise Unavailable.

    `as_of` says which registration of a cluster is meant (any text that differs with each): what is
    remembered of another one is read anew, so that a change shows at once in every process.
    """

    def __init__(self, client: "SecretsManagerClient", prefix: str) -> None:
        self._client = client
        self._prefix = prefix
        self._kept: dict[str, tuple[float, str, SecretStr]] = {}

    def cluster_properties(self, name: str, as_of: str = "") -> SecretStr:
        """A registered cluster's connection properties as text; empty when it has none."""
        return self._properties(CLUSTER, name, as_of)

    def cluster_revision(self, name: str, as_of: str = "") -> str:
        """Another text with each change of a cluster's properties, no secret; empty for none."""
        text = self._get(CLUSTER, name, as_of).get_secret_value()
        return str(json.loads(text).get("revision", "")) if text else ""

    def holds_cluster_properties(self, name: str, text: SecretStr) -> bool:
        """Whether these are a cluster's connection properties now."""
        self.forget_cluster(name)
        known = self.cluster_properties(name)
        return known == text or not (known.get_secret_value() or text.get_secret_value().strip())

    def put_cluster_properties(self, name: str, text: SecretStr) -> None:
        """Empty text removes them; the same text again leaves their revision."""
        if not self.holds_cluster_properties(name, text):
            self._put_properties(CLUSTER, name, text)

    def forget_cluster(self, name: str) -> None:
        """The next look at a cluster's properties asks Secrets Manager again."""
        self._kept.pop(self._id(CLUSTER, name), None)

    def cluster_secret(self, name: str) -> str:
        """The name of the secret, for a config provider on the Connect workers."""
        return self._id(CLUSTER, name)

    def mirror_secret(self, name: str) -> str:
        """The name of the secret, for a config provider on the Connect workers."""
        return self._id(MIRROR, name)

    def delete_cluster_properties(self, name: str) -> None:
        """At once and for good, so that the name is free again."""
        self._delete(CLUSTER, name)

    def mirror_properties(self, name: str) -> SecretStr:
        """The connection properties of a mirror's external source; empty when it has none."""
        return self._properties(MIRROR, name)

    def put_mirror_properties(self, name: str, text: SecretStr) -> None:
        """Empty text removes them."""
        self._put_properties(MIRROR, name, text)

    def delete_mirror_properties(self, name: str) -> None:
        """At once and for good."""
        self._delete(MIRROR, name)

    def connect_credentials(self, name: str, as_of: str = "") -> Credentials | None:
        """Who we are to a Connect cluster; None when it asks for nothing."""
        text = self._get(CONNECT_CLUSTER, name, as_of).get_secret_value()
        return Credentials.model_validate_json(text) if text else None

    def put_connect_credentials(self, name: str, credentials: Credentials | None) -> None:
        """None removes them."""
        if credentials is None:
            return self._delete(CONNECT_CLUSTER, name)
        password = credentials.password.get_secret_value()
        self._put(CONNECT_CLUSTER, name, {"username": credentials.username, "password": password})

    def delete_connect_credentials(self, name: str) -> None:
        """At once and for good."""
        self._delete(CONNECT_CLUSTER, name)

    def _properties(self, kind: str, name: str, as_of: str = "") -> SecretStr:
        text = self._get(kind, name, as_of).get_secret_value()
        return SecretStr(json.loads(text)["properties"]) if text else EMPTY

    def _put_properties(self, kind: str, name: str, text: SecretStr) -> None:
        """The text as it was given, and beside it each secret property under its own name.

        A config provider on the Connect workers finds a value by secret and key (KIP-297).
        """
        given = text.get_secret_value()
        if not given.strip():
            return self._delete(kind, name)
        secrets = {key: value for key, value in parse(given).items() if is_secret(key)}
        self._put(kind, name, {**secrets, "properties": given, "revision": uuid.uuid4().hex})

    def _get(self, kind: str, name: str, as_of: str = "") -> SecretStr:
        id_ = self._id(kind, name)
        until, seen, value = self._kept.get(id_, (0.0, "", EMPTY))
        if time.monotonic() >= until or as_of not in ("", seen):
            value = self._read(id_)
            self._kept[id_] = (time.monotonic() + KEPT_S, as_of, value)
        return value

    def _read(self, id_: str) -> SecretStr:
        try:
            with aws.answering("Secrets Manager"):
                return SecretStr(self._client.get_secret_value(SecretId=id_)["SecretString"])
        except ClientError as error:
            if _gone(error):
                return EMPTY
            raise

    def _put(self, kind: str, name: str, value: dict[str, str]) -> None:
        id_, text = self._id(kind, name), json.dumps(value)
        self._kept.pop(id_, None)
        try:
            with aws.answering("Secrets Manager"):
                self._write(id_, text)
        except ClientError as error:
            if aws.code(error) != "InvalidRequestException":
                raise
            detail = "the secret of that name is still being removed; try again in a few seconds"
            raise Unavailable(detail) from error

    def _write(self, id_: str, text: str) -> None:
        try:
            self._client.put_secret_value(SecretId=id_, SecretString=text)
        except ClientError as error:
            if aws.code(error) != "ResourceNotFoundException":
                raise
            self._create(id_, text)

    def _create(self, id_: str, text: str) -> None:
        try:
            self._client.create_secret(Name=id_, SecretString=text)
        except ClientError as error:
            if aws.code(error) != "ResourceExistsException":
                raise
            self._client.put_secret_value(SecretId=id_, SecretString=text)

    def _delete(self, kind: str, name: str) -> None:
        id_ = self._id(kind, name)
        self._kept.pop(id_, None)
        try:
            with aws.answering("Secrets Manager"):
                self._client.delete_secret(SecretId=id_, ForceDeleteWithoutRecovery=True)
        except ClientError as error:
            if not _gone(error):
                raise

    def _id(self, kind: str, name: str) -> str:
        return f"{self._prefix}/{kind}/{name}"


@cache
def opened() -> Vault:
    """The process's one vault, under the prefix that the environment names."""
    client = boto3.client("secretsmanager", config=aws.CONFIG)
    return Vault(client, settings().needed("secrets_prefix"))


def _gone(error: ClientError) -> bool:
    """Not there, or (InvalidRequestException) marked for deletion."""
    return aws.code(error) in {"ResourceNotFoundException", "InvalidRequestException"}
