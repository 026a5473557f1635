"""The rules that a request must keep in itself; beside.py has those beside topics and mirrors.

Pure: each function answers what is wrong, field by field, so that a preview can list what a create
refuses.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from mirroring.client_properties.literal import placeholder_problems
from mirroring.cluster import KafkaCluster
from mirroring.errors import FieldError, Unprocessable
from mirroring.java.patterns import exclude_problems, pattern_problems

if TYPE_CHECKING:
    from mirroring.contract.requests import MirrorChange, MirrorRequest

SHORTEST_TARGET_MS = 1000
_ALIAS = re.compile(r"[A-Za-z0-9_-]{1,40}")


def require(problems: Iterable[FieldError]) -> None:
    """Raises Unprocessable naming every field that is wrong; nothing when none is."""
    if found := list(problems):
        raise refusal(found)


def refusal(found: Sequence[FieldError]) -> Unprocessable:
    """The refusal that names every field that is wrong."""
    summary = "; ".join(f"{one.field} {one.message}" for one in found)
    return Unprocessable(f"The mirror cannot be made like this: {summary}.", *found)


def request_problems(
    request: "MirrorRequest", alias: str, source: KafkaCluster | None, target: str
) -> list[FieldError]:
    """What is wrong with a request in itself; `source` is None for an external cluster."""
    return [
        *alias_problems(alias, target),
        *_private_problems(request, source),
        *pattern_problems("topicsRegex", request.topics_regex),
        *exclude_problems(request.topics_exclude),
        *pattern_problems("groupsRegex", request.groups_regex),
        *target_latency_problems(request.target_latency),
        *_tasks_problems(request.max_tasks),
        *_placeholders(request.description, request.tags),
    ]


def alias_problems(alias: str, target: str) -> list[FieldError]:
    """An alias becomes the first part of topic names, and must tell the source from the target."""
    field = "sourceCluster.alias"
    if not _ALIAS.fullmatch(alias):
        return [FieldError(field=field, message="must be 1 to 40 of A-Z a-z 0-9 _ -")]
    if alias == target:
        return [FieldError(field=field, message=f"must not be the target's own alias, {target}")]
    return []


def target_latency_problems(target_latency: int) -> list[FieldError]:
    """A target below a second could not be told from the noise of a sample."""
    if target_latency >= SHORTEST_TARGET_MS:
        return []
    words = f"must be at least {SHORTEST_TARGET_MS} ms"
    return [FieldError(field="targetLatency", message=words)]


def change_problems(change: "MirrorChange") -> list[FieldError]:
    """What is wrong with a change in itself."""
    patterns = {"topicsRegex": change.topics_regex, "groupsRegex": change.groups_regex}
    return [
        *(
            one
            for field, given in patterns.items()
            if given is not None
            for one in pattern_problems(field, given)
        ),
        *exclude_problems(change.topics_exclude),
        *_tasks_problems(change.max_tasks),
        *_placeholders(change.description or "", change.tags or {}),
    ]


def _placeholders(description: str, tags: Mapping[str, str]) -> Iterator[FieldError]:
    """No text of a mirror may ever mean something to the Connect workers."""
    texts = {f"tags.{key}": f"{key}={value}" for key, value in tags.items()}
    return placeholder_problems({"description": description, **texts})


def _private_problems(request: "MirrorRequest", source: KafkaCluster | None) -> list[FieldError]:
    managed = request.source_cluster.managed_cluster
    if source is None or managed is None or not managed.use_private_ips:
        return []
    if source.private_bootstrap_servers:
        return []
    words = f"needs private servers, and {source.name} was registered without them"
    return [FieldError(field="sourceCluster.managedCluster.usePrivateIps", message=words)]


def _tasks_problems(max_tasks: int | None) -> list[FieldError]:
    if max_tasks is None or max_tasks >= 1:
        return []
    return [FieldError(field="maxTasks", message="must be at least 1")]
