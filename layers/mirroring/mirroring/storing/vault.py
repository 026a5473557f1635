"""Secrets Manager: connection properties and passwords, one secret for each cluster."""

import json
import time
import uuid
from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError
from pydantic import SecretStr

from mirroring.client_properties.properties import parse
from mirroring.errors import Unavailable
from mirroring.redaction import is_secret
from mirroring.schema import Stored
from mirroring.settings import settings
from mirroring.storing import aws as aws
from mirroring.storing.items import CLUSTER, CONNECT_CLUSTER, MIRROR, secret_path

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

KEPT_S = 300
EMPTY = SecretStr("")


class Credentials(Stored):
    """What Kafka Connect's REST API wants to know (HTTP basic authentication)."""

    username: str
    password: SecretStr


def new_mark() -> str:
    """A mark that no secret has had: one that was replaced can be removed whoever writes next."""
    return uuid.uuid4().hex[:12]


class Vault:
    """Secrets by kind and name, remembered for 300 s; every method may raise Unavailable.

    A secret with a `mark` never changes: a cluster that is registered with other properties gets
    another secret, and its record names the one that is meant.
    """

    def __init__(self, client: "SecretsManagerClient", prefix: str) -> None:
        self._client = client
        self._prefix = prefix
        self._kept: dict[str, tuple[float, SecretStr]] = {}

    def cluster_properties(self, name: str, mark: str | None = None) -> SecretStr:
        """A registered cluster's connection properties as text; empty when it has none."""
        return self._properties(secret_path(CLUSTER, name, mark))

    def cluster_revision(self, name: str, mark: str | None = None) -> str:
        """Another text with each change of a cluster's properties, no secret; empty for none."""
        text = self._get(secret_path(CLUSTER, name, mark)).get_secret_value()
        return str(json.loads(text).get("revision", "")) if text else ""

    def put_cluster_properties(self, name: str, text: SecretStr, mark: str | None = None) -> None:
        """Empty text removes them."""
        self._put_properties(secret_path(CLUSTER, name, mark), text)

    def cluster_secret(self, name: str, mark: str | None = None) -> str:
        """The name of the secret, for a config provider on the Connect workers."""
        return self._id(secret_path(CLUSTER, name, mark))

    def mirror_secret(self, name: str) -> str:
        """The name of the secret, for a config provider on the Connect workers."""
        return self._id(secret_path(MIRROR, name))

    def delete(self, at: str) -> None:
        """Removes the secret at this path, at once and for good."""
        self._kept.pop(at, None)
        try:
            with aws.answering("Secrets Manager"):
                self._client.delete_secret(SecretId=self._id(at), ForceDeleteWithoutRecovery=True)
        except ClientError as error:
            if not _gone(error):
                raise

    def mirror_properties(self, name: str) -> SecretStr:
        """The connection properties of a mirror's external source; empty when it has none."""
        return self._properties(secret_path(MIRROR, name))

    def put_mirror_properties(self, name: str, text: SecretStr) -> None:
        """Empty text removes them."""
        self._put_properties(secret_path(MIRROR, name), text)

    def delete_mirror_properties(self, name: str) -> None:
        """At once and for good."""
        self.delete(secret_path(MIRROR, name))

    def connect_credentials(self, name: str, mark: str | None = None) -> Credentials | None:
        """Who we are to a Connect cluster; None when it asks for nothing."""
        text = self._get(secret_path(CONNECT_CLUSTER, name, mark)).get_secret_value()
        return Credentials.model_validate_json(text) if text else None

    def put_connect_credentials(
        self, name: str, credentials: Credentials | None, mark: str | None = None
    ) -> None:
        """None removes them."""
        at = secret_path(CONNECT_CLUSTER, name, mark)
        if credentials is None:
            return self.delete(at)
        password = credentials.password.get_secret_value()
        self._put(at, {"username": credentials.username, "password": password})

    def _properties(self, at: str) -> SecretStr:
        text = self._get(at).get_secret_value()
        return SecretStr(json.loads(text)["properties"]) if text else EMPTY

    def _put_properties(self, at: str, text: SecretStr) -> None:
        """The text as it was given, and beside it each secret property under its own name.

        A config provider on the Connect workers finds a value by secret and key (KIP-297).
        """
        given = text.get_secret_value()
        if not given.strip():
            return self.delete(at)
        secrets = {key: value for key, value in parse(given).items() if is_secret(key)}
        self._put(at, {**secrets, "properties": given, "revision": uuid.uuid4().hex})

    def _get(self, at: str) -> SecretStr:
        until, value = self._kept.get(at, (0.0, EMPTY))
        if time.monotonic() >= until:
            value = self._read(self._id(at))
            self._kept[at] = (time.monotonic() + KEPT_S, value)
        return value

    def _read(self, id_: str) -> SecretStr:
        try:
            with aws.answering("Secrets Manager"):
                return SecretStr(self._client.get_secret_value(SecretId=id_)["SecretString"])
        except ClientError as error:
            if _gone(error):
                return EMPTY
            raise

    def _put(self, at: str, value: dict[str, str]) -> None:
        id_, text = self._id(at), json.dumps(value)
        self._kept.pop(at, None)
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

    def _id(self, at: str) -> str:
        return f"{self._prefix}/{at}"


@cache
def vault() -> Vault:
    """The process's one vault, under the prefix that the environment names."""
    client = boto3.client("secretsmanager", config=aws.CONFIG)
    return Vault(client, settings().needed("secrets_prefix"))


def _gone(error: ClientError) -> bool:
    """Not there, or (InvalidRequestException) marked for deletion."""
    return aws.code(error) in {"ResourceNotFoundException", "InvalidRequestException"}
