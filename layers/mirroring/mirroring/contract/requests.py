"""The bodies that people send, read strictly: no other field, no other JSON type, no null.

What can be read and cannot be done (an alias that is no alias, no task at all) is not refused here
but by the rules in check.py: that is 422, this is 400.
"""

import re
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    model_validator,
)

from mirroring.client_properties.servers import SERVER, is_place, server
from mirroring.mirror import StartFrom
from mirroring.schema import Request

_URL = re.compile(r"https?://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?(/[^\s?#@]*)?")
T = TypeVar("T")


def _given(value: T) -> T:
    if value is None:
        raise ValueError("may be left out, but not be null")
    return value


def _url(text: str) -> str:
    found = _URL.fullmatch(text)
    if found is None or not is_place(found[1], found[2] and found[2][1:]):
        raise ValueError("must be http://host:port or https://host:port, without a password in it")
    return text


def _word(word: StartFrom) -> StartFrom:
    """A word of ours: one that a later version may store is none."""
    if word not in list(type(word)):
        raise ValueError(f"must be {' or '.join(map(repr, map(str, type(word))))}")
    return word


def _iso(value: object) -> object:
    """A moment is text: a number would be read as seconds or milliseconds, whichever fits."""
    if not isinstance(value, str):
        raise ValueError("must be a time as in 2026-01-01T00:00:00Z")
    return value


_NotNull = BeforeValidator(_given)
_Text = Annotated[str, StringConstraints(max_length=2048)]
_Regex = Annotated[str, StringConstraints(max_length=4096)]
_Secret = Annotated[SecretStr, Field(max_length=30_000)]
_Server = Annotated[
    str,
    AfterValidator(server),
    Field(max_length=300, json_schema_extra={"pattern": f"^({SERVER})$"}),
]
_Url = Annotated[
    str,
    AfterValidator(_url),
    Field(max_length=1000, json_schema_extra={"pattern": f"^({_URL.pattern})$"}),
]
_Moment = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_iso)]
_Tags = Annotated[
    dict[
        Annotated[str, StringConstraints(min_length=1, max_length=128)],
        Annotated[str, StringConstraints(max_length=256)],
    ],
    Field(max_length=50),
]
_Milliseconds = Annotated[int, Field(le=2**31 - 1)]


class _Body(Request):
    """A body: its fields are known by their JSON names only."""

    model_config = ConfigDict(populate_by_name=False, validate_by_name=False)


class ManagedSource(_Body):
    """A registered cluster to read from."""

    source_kafka_cluster_id: _Text
    use_private_ips: bool = False


class ExternalSource(_Body):
    """A cluster that is not registered, as a Java consumer's properties text."""

    source_connection_properties: _Secret


class SourceCluster(_Body):
    """Where a mirror reads: exactly one of the two kinds."""

    alias: Annotated[_Text | None, _NotNull] = None
    managed_cluster: Annotated[ManagedSource | None, _NotNull] = None
    external_cluster: Annotated[ExternalSource | None, _NotNull] = None

    @model_validator(mode="after")
    def _one_kind(self) -> "SourceCluster":
        if (self.managed_cluster is None) == (self.external_cluster is None):
            raise ValueError("must hold exactly one of managedCluster and externalCluster")
        if self.external_cluster is not None and self.alias is None:
            raise ValueError(
                "needs an alias, since an external cluster has no name to take it from"
            )
        return self


class MirrorRequest(_Body):
    """POST /mirrors."""

    connect_cluster: _Text
    source_cluster: SourceCluster
    rename_mirrored_topics: bool = True
    topics_regex: _Regex = ".*"
    max_tasks: Annotated[Annotated[int, Field(le=10_000)] | None, _NotNull] = None
    target_latency: _Milliseconds = 30_000
    topics_exclude: Annotated[tuple[_Regex, ...], Field(max_length=50)] = ()
    start_from: Annotated[StartFrom, AfterValidator(_word)] = StartFrom.EARLIEST
    sync_group_offsets: bool = False
    groups_regex: _Regex = ".*"
    description: _Text = ""
    tags: _Tags = Field(default_factory=dict)


class MirrorChange(_Body):
    """PATCH /mirrors/{name}; what is left out stays as it is."""

    topics_regex: Annotated[_Regex | None, _NotNull] = None
    topics_exclude: Annotated[tuple[_Regex, ...], Field(max_length=50)] = Field(
        default_factory=tuple
    )
    max_tasks: Annotated[Annotated[int, Field(le=10_000)] | None, _NotNull] = None
    sync_group_offsets: Annotated[bool | None, _NotNull] = None
    groups_regex: Annotated[_Regex | None, _NotNull] = None
    description: Annotated[_Text | None, _NotNull] = None
    tags: Annotated[_Tags | None, _NotNull] = None

    def given(self) -> dict[str, Any]:
        """The fields that are there, by their names in Mirror."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class RestartRequest(_Body):
    """POST /mirrors/{name}/restart."""

    only_failed: bool = True


class AcknowledgeRequest(_Body):
    """POST /mirrors/{name}/acknowledge; up to the newest finding that the person saw, else now."""

    up_to: Annotated[_Moment | None, _NotNull] = None


class NoFields(_Body):
    """A call whose path says everything: a body may be left out, and has no field."""


class TargetLatencyRequest(_Body):
    """PUT /mirrors/{name}/target-latency."""

    target_latency: _Milliseconds


class ClusterRequest(_Body):
    """PUT /clusters/{name}; what is left out is empty from then on, the properties too."""

    bootstrap_servers: Annotated[tuple[_Server, ...], Field(min_length=1, max_length=50)]
    private_bootstrap_servers: Annotated[tuple[_Server, ...], Field(max_length=50)] = ()
    connection_properties: _Secret = SecretStr("")
    description: _Text = ""
    tags: _Tags = Field(default_factory=dict)


class ConnectClusterRequest(_Body):
    """PUT /connect-clusters/{name}; what is left out is empty from then on, the password too."""

    urls: Annotated[tuple[_Url, ...], Field(min_length=1, max_length=50)]
    kafka_cluster: _Text
    username: Annotated[_Text | None, _NotNull] = None
    password: Annotated[_Secret | None, _NotNull] = None
    ca_certificate: Annotated[
        Annotated[str, StringConstraints(max_length=30_000)] | None, _NotNull
    ] = None
    config_provider: Annotated[
        Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,100}$")] | None, _NotNull
    ] = None
    offset_flush_ms: Annotated[int, Field(ge=1, le=2**31 - 1)] = 60_000

    @model_validator(mode="after")
    def _both(self) -> "ConnectClusterRequest":
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password are given together, or neither")
        return self
