"""Kafka Connect's REST API, told in our words; secrets are in what it answers, so it is not logged.

Every call ends within its time-out and raises ConnectUnavailable (nobody answers as Kafka Connect
does) or ConnectBusy (409 or 500, as in a rebalance, for all that time). Every call can be
repeated: a worker may have done what it could not answer in time.
"""

import copy
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote

from pydantic import SecretStr

from mirroring.errors import ConnectUnavailable
from mirroring.kafka_connect.connector_info import (
    About,
    ConnectorInfo,
    assignments,
    committed,
    read_connector,
)
from mirroring.kafka_connect.workers import Answer, Workers
from mirroring.kafka_connect.workers import ConnectBusy as ConnectBusy
from mirroring.kafka_connect.workers import NoTimeLeft as NoTimeLeft
from mirroring.kafka_types import Partition
from mirroring.redaction import scrubbed

_T = TypeVar("_T")
_LONGEST_WORDS = 300


class ConfigRefused(Exception):
    """Connect's 400: `words` are its own, without the configuration's secrets."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class ConnectClient:
    """One Connect cluster; a call takes at most `timeout_s`."""

    def __init__(
        self,
        urls: tuple[str, ...],
        username: str | None = None,
        password: SecretStr | None = None,
        ca_certificate: str | None = None,
        timeout_s: float = 8,
    ) -> None:
        self._workers = Workers(urls, username, password, ca_certificate)
        self._timeout_s = timeout_s
        self._deadline = float("inf")

    def within(self, seconds: float) -> "ConnectClient":
        """The same cluster over the same sockets, for calls that end within `seconds` from now.

        And no later than those of the one that is bounded here.
        """
        bounded = copy.copy(self)
        bounded._deadline = min(self._deadline, time.monotonic() + seconds)
        return bounded

    def about(self) -> About:
        """The version and Kafka cluster of a worker."""
        body = self._get("/").body
        return _read(lambda: About(str(body["version"]), str(body["kafka_cluster_id"])))

    def plugins(self) -> set[str]:
        """The classes of the installed connectors."""
        body = self._get("/connector-plugins").body
        return _read(lambda: {str(plugin["class"]) for plugin in body})

    def connectors(self) -> dict[str, ConnectorInfo]:
        """Every connector of the cluster by name; one that is younger than 1 s may be absent."""
        body = self._get("/connectors?expand=status&expand=info").body
        return _read(
            lambda: {
                name: read_connector(name, each["info"]["config"], each["status"])
                for name, each in body.items()
            }
        )

    def names(self) -> frozenset[str]:
        """The names of all connectors, the youngest too."""
        body = self._get("/connectors").body
        return _read(lambda: frozenset(str(name) for name in body))

    def connector(self, name: str) -> ConnectorInfo | None:
        """One connector; None where Connect has no such connector."""
        info = self._get(_path(name))
        if info.status == HTTPStatus.NOT_FOUND:
            return None
        status = self._get(_path(name, "/status"))
        seen = {} if status.status == HTTPStatus.NOT_FOUND else status.body
        return _read(lambda: read_connector(name, info.body["config"], seen))

    def assignments(self, name: str) -> dict[int, frozenset[Partition]] | None:
        """The source partitions of each task; None where Connect has no such connector."""
        answer = self._get(_path(name, "/tasks"))
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        return _read(lambda: assignments(answer.body))

    def assigned(self, name: str) -> set[Partition] | None:
        """The source partitions of all tasks; None where Connect has no such connector."""
        tasks = self.assignments(name)
        return None if tasks is None else set().union(*tasks.values())

    def offsets(self, name: str) -> dict[Partition, int]:
        """The last acknowledged source offset of each partition, up to a flush interval old.

        Since Connect 3.5 (KIP-875); an older one is called unavailable here.
        """
        answer = self._get(_path(name, "/offsets"))
        if answer.status == HTTPStatus.NOT_FOUND:
            return {}
        return _read(lambda: committed(answer.body))

    def put(self, name: str, config: Mapping[str, str]) -> None:
        """Make the connector with this configuration, or give it this one; raises ConfigRefused."""
        answer = self._ask("PUT", _path(name, "/config"), config)
        if answer.status == HTTPStatus.BAD_REQUEST:
            raise ConfigRefused(scrubbed(_words(answer.body), config))

    def delete(self, name: str) -> None:
        """Remove the connector, if it is there; its offsets stay."""
        self._ask("DELETE", _path(name))

    def delete_offsets(self, name: str) -> bool:
        """Forget the offsets of a stopped connector (KIP-875); False while its tasks still end."""
        answer = self._ask("DELETE", _path(name, "/offsets"))
        return answer.status != HTTPStatus.BAD_REQUEST

    def pause(self, name: str) -> None:
        """Keep the tasks and copy nothing; a connector that is gone is left to reconcile."""
        self._ask("PUT", _path(name, "/pause"))

    def resume(self, name: str) -> None:
        """Copy again after a pause or a stop."""
        self._ask("PUT", _path(name, "/resume"))

    def stop(self, name: str) -> None:
        """Give up the tasks and keep the configuration and the offsets (KIP-875)."""
        self._ask("PUT", _path(name, "/stop"))

    def restart(self, name: str, only_failed: bool = False) -> None:
        """Restart the connector and its tasks, or what has failed of them (KIP-745)."""
        failed = "true" if only_failed else "false"
        self._ask("POST", _path(name, f"/restart?includeTasks=true&onlyFailed={failed}"))

    def _get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def _ask(self, method: str, path: str, body: Mapping[str, str] | None = None) -> Answer:
        deadline = min(time.monotonic() + self._timeout_s, self._deadline)
        try:
            return self._workers.ask(method, path, body, deadline)
        except ConnectBusy as busy:
            raise ConnectBusy(_bounded(scrubbed(busy.detail, body or {}))) from None


@lru_cache(maxsize=256)
def connect(
    urls: tuple[str, ...],
    username: str | None = None,
    password: SecretStr | None = None,
    ca_certificate: str | None = None,
    timeout_s: float = 8,
) -> ConnectClient:
    """The cluster at these URLs, with the sockets that an earlier invocation left open."""
    return ConnectClient(urls, username, password, ca_certificate, timeout_s)


def _path(name: str, rest: str = "") -> str:
    return f"/connectors/{quote(name, safe='')}{rest}"


def _read(parse: Callable[[], _T]) -> _T:
    """What an answer says; raises ConnectUnavailable where Connect would not answer so."""
    try:
        return parse()
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ConnectUnavailable(
            "The answer is JSON and not one of Kafka Connect's: check the URLs."
        ) from None


def _bounded(words: str) -> str:
    """Cut after it was scrubbed: half a secret is not found."""
    return words if len(words) <= _LONGEST_WORDS else f"{words[:_LONGEST_WORDS]}…"


def _words(body: Any) -> str:
    return str(body.get("message", "")) if isinstance(body, dict) else ""
