"""What is worth knowing before a mirror is made, and refuses nothing. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime

from mirroring.client_properties import certificates
from mirroring.client_properties.security import Security
from mirroring.cluster import ConnectCluster
from mirroring.contract.preview import Caution, WarningAnswer
from mirroring.java.regex import JavaRegexError
from mirroring.managing.access import Access, Backlog
from mirroring.managing.overlaps import namesakes
from mirroring.mirror import Mirror, StartFrom
from mirroring.redaction import holds_secret
from mirroring.schema import iso
from mirroring.selection import left_out, matching, of_connect, some

RECORDS_A_SECOND = 10_000
"""What one task is taken to copy: a cautious figure for small records."""


def of_tasks(mirror: Mirror, workers: int | None, partitions: int) -> Iterator[WarningAnswer]:
    """Tasks that leave workers idle, or that would be idle themselves."""
    tasks = mirror.max_tasks
    if partitions == 0:
        yield WarningAnswer(code=Caution.NO_TOPICS, message="No topic of the source matches today.")
    elif tasks > partitions:
        words = f"maxTasks is {tasks}, and there are only {partitions} partitions to share."
        yield WarningAnswer(code=Caution.MORE_TASKS_THAN_PARTITIONS, message=words)
    if workers is None:
        words = (
            "Kafka Connect shows its workers only once a connector runs there, and none does: "
            f"maxTasks is {tasks}; give another number where there are more workers."
        )
        yield WarningAnswer(code=Caution.WORKERS_UNKNOWN, message=words)
    elif tasks < workers:
        words = f"maxTasks is {tasks}, so that some of the {workers} workers copy nothing."
        yield WarningAnswer(code=Caution.FEWER_TASKS_THAN_WORKERS, message=words)


def of_names(mirror: Mirror, topics: Collection[str]) -> Iterator[WarningAnswer]:
    """Topics that are asked for and not copied, and copied though they should hardly be."""
    cycles, internal = left_out(mirror, topics)
    alias = mirror.target_cluster
    if cycles:
        words = (
            f"MirrorMaker skips {some(cycles)}: {alias} in a topic's name says to it that the "
            "topic came from there."
        )
        yield WarningAnswer(code=Caution.TOPICS_SKIPPED, message=words)
    if internal:
        words = (
            f"{some(internal)} will not be copied: MirrorMaker takes names that end in -internal, "
            ".internal or .replica for internal ones (up to Kafka 3.9 whatever is excluded)."
        )
        yield WarningAnswer(code=Caution.TOPICS_SKIPPED, message=words)
    if own := of_connect(mirror, topics):
        words = (
            f"{some(own)} look like a Kafka Connect cluster's own topics, whose records hold its "
            "connectors' configurations, secrets too: leave them out with topicsExclude."
        )
        yield WarningAnswer(code=Caution.CONNECT_TOPICS, message=words)


def of_alias(mirror: Mirror, fleet: Iterable[Mirror]) -> Iterator[WarningAnswer]:
    """Without renaming an alias names no topic of records, but those of MirrorMaker itself."""
    if others := namesakes(mirror, fleet):
        alias = mirror.source.alias
        words = (
            f"{some(one.name for one in others)} read another source as {alias} too: they share "
            f"mm2-offset-syncs.{alias}.internal and {alias}.checkpoints.internal, so that no "
            "group's offsets can be translated. Give another alias."
        )
        yield WarningAnswer(code=Caution.ALIAS_SHARED, message=words)


def of_secrets(connect: ConnectCluster, *properties: Mapping[str, str]) -> Iterator[WarningAnswer]:
    """Passwords that Kafka Connect would keep, and show to whoever may ask it."""
    held = any(holds_secret(key, value) for one in properties for key, value in one.items())
    if connect.config_provider is None and held:
        words = (
            "Kafka Connect would hold passwords in the connectors' configurations: give "
            f"{connect.name} a configProvider."
        )
        yield WarningAnswer(code=Caution.SECRETS_IN_CONFIG, message=words)


def of_certificates(now: datetime, *given: Security) -> Iterator[WarningAnswer]:
    """Certificates in connection properties that end soon."""
    for name, until in (one for security in given for one in certificates.given(security)):
        if until <= now + certificates.SOON:
            words = f"{name} is valid until {iso(until)} only: have a new one signed."
            yield WarningAnswer(code=Caution.CERTIFICATE_EXPIRES, message=words)


def of_backfill(mirror: Mirror, backlogs: Mapping[str, Backlog]) -> Iterator[WarningAnswer]:
    """Topics that would lose records before they are copied."""
    if mirror.start_from is StartFrom.LATEST:
        return
    total = sum(one.records for one in backlogs.values())
    takes_s = total // (RECORDS_A_SECOND * mirror.max_tasks)
    short = [
        name
        for name, one in backlogs.items()
        if one.retention is not None and one.retention < takes_s * 1000
    ]
    if short:
        words = (
            f"{some(short)} may lose records to retention before they are copied: {total} records "
            f"take some {takes_s} s with {mirror.max_tasks} tasks of {RECORDS_A_SECOND} a second."
        )
        yield WarningAnswer(code=Caution.RETENTION_SHORT, message=words)


def of_target(mirror: Mirror, access: Access, fleet: Iterable[Mirror]) -> Iterator[WarningAnswer]:
    """What is there already, and a target that stamps records with its own time."""
    if access.why is not None:
        words = f"The target could not be looked at: {access.why}"
        yield WarningAnswer(code=Caution.TARGET_NOT_SEEN, message=words)
    if access.existing:
        yield WarningAnswer(code=Caution.TOPIC_EXISTS, message=_existing(mirror, access, fleet))
    if access.stamped:
        named = some(name for name in access.stamped if name) or "New topics on the target"
        words = (
            f"{named} get the broker's time for each record (LogAppendTime): consumers lose the "
            "producer's, and latency is measured from offsets alone."
        )
        yield WarningAnswer(code=Caution.LOG_APPEND_TIME, message=words)


def of_creation(access: Access) -> Iterator[WarningAnswer]:
    """What only making the topics would show, since nothing is tried."""
    seen, doubts = access.creation, []
    if access.why is not None or not access.new:
        return
    if not seen.permitted:
        doubts.append("whether CREATE is granted on their names")
    if seen.policy:
        doubts.append("what its creation policy (create.topic.policy.class.name) forbids")
    if seen.replication is None:
        doubts.append("how many replicas they get (DESCRIBE_CONFIGS on the cluster would tell)")
    if doubts:
        words = f"The target does not tell of {some(access.new)} {', and '.join(doubts)}."
        yield WarningAnswer(code=Caution.CREATION_UNCERTAIN, message=words)


def _existing(mirror: Mirror, access: Access, fleet: Iterable[Mirror]) -> str:
    """Which topics are there, and which mirror may write to some of them."""
    writers = {
        one.name
        for one in fleet
        if one.target_cluster_id == mirror.target_cluster_id
        and any(_may_write(one, name) for name in access.existing)
    }
    whose = f"written by {some(writers)}" if writers else "of no mirror known here"
    history = (
        "records of now on are added"
        if mirror.start_from is StartFrom.LATEST
        else "all that the source holds is added behind what is there, once more where an earlier "
        "mirror copied it (startFrom latest adds only what comes from now on)"
    )
    return f"{some(access.existing)} exist on the target already, {whose}: {history}."


def _may_write(other: Mirror, name: str) -> bool:
    """Whether a target topic is one that the other mirror would make."""
    prefix = other.mirrored_name("")
    try:
        return name.startswith(prefix) and bool(matching(other, [name.removeprefix(prefix)]))
    except JavaRegexError:  # a pattern of old that is refused today copies nothing
        return False
