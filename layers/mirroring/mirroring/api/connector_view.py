"""A mirror's connectors as they are answered: states, tasks, and configurations without secrets."""

from collections.abc import Mapping, Sequence

from mirroring.cluster import KafkaCluster
from mirroring.contract.mirrors import ConnectorAnswer
from mirroring.kafka_connect.mirror_maker import configurations
from mirroring.mirror import Mirror
from mirroring.observation import Connector, Observation, Task
from mirroring.redaction import HIDDEN, redacted
from mirroring.storing.observation_item import RUNNING

# What keeps an answer below 1 MB whatever the mirror: tasks, and bytes of traces and of a value.
TASKS, TRACED = 200, 20
TRACE, BRIEF, VALUE = 4_000, 200, 4_096


def connectors(
    mirror: Mirror, seen: Observation | None, clusters: Mapping[str, KafkaCluster]
) -> tuple[ConnectorAnswer, ...]:
    """Both, as they were seen, with the configurations that they should have."""
    known = {one.name: one for one in (seen.connectors if seen else ())}
    kinds = {
        mirror.source_connector: "Mirror Connector",
        mirror.checkpoint_connector: "Checkpoint Connector",
    }
    baseline = _configurations(_unchosen(mirror), clusters)
    return tuple(
        _connector(known.get(name, Connector(name=name, kind=kinds[name])), config, baseline[name])
        for name, config in _configurations(mirror, clusters).items()
    )


def _unchosen(mirror: Mirror) -> Mirror:
    """The mirror of the same clusters and size as Lockstep makes it where nothing is chosen."""
    given = ("topics_regex", "topics_exclude", "start_from", "sync_group_offsets", "groups_regex")
    names = ("rename_mirrored_topics", *given)
    return mirror.model_copy(update={name: Mirror.model_fields[name].default for name in names})


def _connector(
    seen: Connector, config: Mapping[str, str], baseline: Mapping[str, str]
) -> ConnectorAnswer:
    return ConnectorAnswer(
        name=seen.name,
        kind=seen.kind,
        status=seen.status,
        worker=seen.worker,
        trace=seen.trace and _short(seen.trace, TRACE),
        tasks=_worst_tasks(seen.tasks),
        tasks_total=len(seen.tasks),
        config=_shown(config),
        baseline=_shown(baseline),
    )


def _worst_tasks(tasks: Sequence[Task]) -> tuple[Task, ...]:
    """All tasks by number, or the first TASKS with those that do not run before the others.

    The traces of a few tell what the others' would.
    """
    if len(tasks) > TASKS:
        tasks = sorted(tasks, key=lambda one: one.status == RUNNING)[:TASKS]
    traced = [one.id for one in tasks if one.trace][:TRACED]
    return tuple(_cut(one, TRACE if one.id in traced else BRIEF) for one in tasks)


def _cut(task: Task, length: int) -> Task:
    return task.model_copy(update={"trace": _short(task.trace, length)}) if task.trace else task


def _shown(config: Mapping[str, str]) -> dict[str, str]:
    """Without secrets, and long values cut: the patterns stand in the mirror's own fields whole."""
    return {name: _short(value, VALUE) for name, value in redacted(config).items()}


def _short(words: str, most: int) -> str:
    """The words, with an ellipsis where they are cut to so many bytes."""
    data = words.encode(errors="replace")
    return words if len(data) <= most else f"{data[:most].decode(errors='ignore')}…"


def _configurations(
    mirror: Mirror, clusters: Mapping[str, KafkaCluster]
) -> dict[str, dict[str, str]]:
    """As they should be, from what is no secret: a GET opens neither the vault nor Connect."""
    source = {"bootstrap.servers": HIDDEN}
    if mirror.source.managed is not None:
        private = mirror.source.use_private_ips
        source = _properties(clusters.get(mirror.source.managed), private=private)
    target = _properties(clusters.get(mirror.target_cluster), private=False)
    return configurations(mirror, source, target)


def _properties(cluster: KafkaCluster | None, *, private: bool) -> dict[str, str]:
    if cluster is None:
        return {}
    known = {"bootstrap.servers": ",".join(cluster.servers(private=private))}
    if cluster.security_protocol != "PLAINTEXT":
        known["security.protocol"] = cluster.security_protocol
    if cluster.sasl_mechanism is not None:
        known |= {"sasl.mechanism": cluster.sasl_mechanism, "sasl.jaas.config": HIDDEN}
    return known
