"""A mirror: what a person asked for, its names on the target, and the names of its connectors."""

from pydantic import Field

from mirroring.schema import Moment, Name, Rewritten, Word

CONNECTORS = ("source", "checkpoint")
"""How the names of a mirror's connectors end."""


class StartFrom(Word):
    """Where a new mirror begins to read a topic that it has never read."""

    EARLIEST = "earliest"
    LATEST = "latest"


class Intent(Word):
    """What a person wants of a mirror now; reconcile makes it so."""

    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    STOPPED = "STOPPED"
    DELETED = "DELETED"


HOLDS = {Intent.PAUSED: "pause", Intent.STOPPED: "stop"}
"""What Connect is asked for where a person wants a mirror not to run."""


class Cleanup(Word):
    """What else goes with a mirror that is removed, in the words of the API."""

    INTERNAL = "internal"


class Ask(Word):
    """What a person may ask of a mirror's connectors, beyond how they should be."""

    RESTART = "RESTART"
    RESUME = "RESUME"


class Asked(Rewritten):
    """A person asked for it at `at`; reconcile does it once, however late Connect can."""

    ask: Ask
    only_failed: bool = False
    at: Moment


class Failing(Rewritten):
    """What was asked for has not been done since `since`; `words` say why, without secrets."""

    since: Moment
    words: str


class Source(Rewritten):
    """Where a mirror reads: a registered cluster (`managed`), or properties in the vault."""

    alias: Name
    managed: Name | None = None
    use_private_ips: bool = False
    cluster_id: str


class Mirror(Rewritten):
    """What a person asked for; `version` counts their changes.

    `asked` is the last restart, `resumed` the last resume: while Connect is busy both may wait.
    Lasting findings (of loss or reset) since `acknowledged` or before have been seen by a person.
    """

    name: str
    connect_cluster: Name
    source: Source
    target_cluster: Name
    target_cluster_id: str
    rename_mirrored_topics: bool = True
    topics_regex: str = ".*"
    topics_exclude: tuple[str, ...] = ()
    max_tasks: int
    start_from: StartFrom = StartFrom.EARLIEST
    sync_group_offsets: bool = False
    groups_regex: str = ".*"
    target_latency: int = 30_000
    description: str = ""
    tags: dict[str, str] = Field(default_factory=dict)
    intent: Intent = Intent.RUNNING
    cleanup: Cleanup | None = None
    asked: Asked | None = None
    resumed: Asked | None = None
    acknowledged: Moment | None = None
    version: int = 1
    created_at: Moment
    updated_at: Moment

    @property
    def source_connector(self) -> str:
        """The name of the MirrorSourceConnector that copies the records."""
        return f"{self.name}.source"

    @property
    def checkpoint_connector(self) -> str:
        """The name of the MirrorCheckpointConnector that translates group offsets."""
        return f"{self.name}.checkpoint"

    @property
    def asks(self) -> tuple[Asked, ...]:
        """What a person asked for last, oldest first, as far as this version knows it."""
        found = [one for one in (self.asked, self.resumed) if one is not None and one.ask.is_known]
        return tuple(sorted(found, key=lambda one: one.at))

    @property
    def unknown_words(self) -> list[str]:
        """What a later version stored of how its connectors should be, before a rollback."""
        words = (self.intent, self.start_from, self.cleanup)
        return [word for word in words if word is not None and not word.is_known]

    def mirrored_name(self, topic: str) -> str:
        """The topic's name on the target (DefaultReplicationPolicy, IdentityReplicationPolicy)."""
        return f"{self.source.alias}.{topic}" if self.rename_mirrored_topics else topic
