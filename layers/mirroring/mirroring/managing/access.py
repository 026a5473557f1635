"""What a mirror's source and target would let it do, looked at before it is made."""

from collections.abc import Mapping
from dataclasses import dataclass

from mirroring.connections import Endpoint
from mirroring.errors import ClusterUnauthorized, ClusterUnreachable, FieldError
from mirroring.kafka_types import EARLIEST, LATEST, Creation, OffsetAt, Partition
from mirroring.mirror import Mirror
from mirroring.selection import matching, some

UNTOLD = Creation()
STAMPS, RETENTION = "message.timestamp.type", "retention.ms"


@dataclass(frozen=True)
class Access:
    """What was seen; `why` says why the target was not, and None that it was.

    `existing` are the target topics of the mirror that are there already, `new` those that would be
    made, `creation` what making them would meet with so many `brokers`. `stamped` are those that
    give records the broker's time: None stands for every new one.
    """

    unreadable: frozenset[str] = frozenset()
    existing: frozenset[str] = frozenset()
    new: frozenset[str] = frozenset()
    creation: Creation = UNTOLD
    brokers: int = 0
    stamped: frozenset[str | None] = frozenset()
    why: str | None = None


@dataclass(frozen=True)
class Backlog:
    """What a topic holds: records, and for how long (ms) it keeps them; None where unknown."""

    records: int
    retention: int | None


def look(mirror: Mirror, topics: Mapping[str, int], source: Endpoint, target: Endpoint) -> Access:
    """Asks both clusters; a target that cannot be asked from here is told."""
    from mirroring.kafka_client.probe import probe

    names = matching(mirror, topics)
    unreadable = probe(*source).unreadable(names) if names else frozenset()
    wanted = frozenset(mirror.mirrored_name(name) for name in names)
    try:
        at = probe(*target)
        existing = frozenset(at.topics()) & wanted
        creation = at.creation()
        brokers = at.cluster().brokers
        configs = at.topic_configs(existing, [STAMPS]) if existing else {}
    except (ClusterUnreachable, ClusterUnauthorized) as error:
        return Access(unreadable, why=error.detail)
    new = wanted - existing
    stamped = {
        name for name, config in configs.items() if _value(config, STAMPS) == "LogAppendTime"
    }
    every = {None} if new and creation.append_time else set()
    return Access(unreadable, existing, new, creation, brokers, frozenset(stamped | every))


def access_problems(access: Access) -> list[FieldError]:
    """What the clusters would certainly refuse the mirror, though it could be made in Connect."""
    found = []
    if access.unreadable:
        words = f"does not grant READ and DESCRIBE_CONFIGS on {some(access.unreadable)}"
        found.append(FieldError(field="sourceCluster", message=words))
    factor = access.creation.replication or 0
    if access.new and factor > access.brokers:
        words = (
            f"its Kafka cluster would not make {some(access.new)}: new topics get {factor} "
            f"replicas (default.replication.factor), and there are {access.brokers} brokers"
        )
        found.append(FieldError(field="connectCluster", message=words))
    return found


def backlogs(place: Endpoint, topics: Mapping[str, int]) -> dict[str, Backlog]:
    """How much each source topic holds; needs DESCRIBE, and DESCRIBE_CONFIGS for the retention."""
    from mirroring.kafka_client.probe import probe

    at = probe(*place)
    every = [Partition(name, index) for name, count in topics.items() for index in range(count)]
    first = at.offsets(dict.fromkeys(every, EARLIEST))
    end = at.offsets(dict.fromkeys(every, LATEST))
    held = dict.fromkeys(topics, 0)
    for one in every:
        begins, ends = first[one], end[one]
        if isinstance(begins, OffsetAt) and isinstance(ends, OffsetAt):
            held[one.topic] += ends.offset - begins.offset
    full = [name for name, records in held.items() if records]
    configs = at.topic_configs(full, [RETENTION]) if full else {}
    return {name: Backlog(held[name], _number(_value(configs[name], RETENTION))) for name in full}


def _value(config: object, key: str) -> str | None:
    return config.get(key) if isinstance(config, dict) else None


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and int(text) >= 0 else None
