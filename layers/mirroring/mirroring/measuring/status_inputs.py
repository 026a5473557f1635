"""What one sample saw of a mirror, as the table of statuses wants it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mirroring.mirror import Failing, Mirror
from mirroring.observation import Backfill, Code, Connector, Observation, Reason, TopicState
from mirroring.reasons import reason

GRACE = timedelta(minutes=3)
# One failed answer is nothing: three samples, and the three minutes that they usually take since
# the last good one, less what a schedule may be off.
PATIENCE = 3
PATIENCE_MS = 150_000
RESTING = ("PAUSED", "STOPPED", "FAILED")


def is_lasting(samples: int, since: int, now: int) -> bool:
    """Whether something lasts that held in so many samples, and not yet at `since` (ms)."""
    return samples >= PATIENCE and now - since >= PATIENCE_MS


@dataclass(frozen=True, slots=True)
class Stuck:
    """A partition whose oldest record waits while nothing of it is copied; ms.

    `youngest` is the least that it has waited.
    """

    partition: int
    behind: int
    still: int
    youngest: int


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A partition of which it has not been known for `still` ms whether it is copied, and why.

    `more` counts others of the topic; `critical`: they are more than half of it, or the commit of
    one is overdue.
    """

    partition: int
    still: int
    words: str
    more: int = 0
    critical: bool = False


@dataclass(frozen=True, slots=True)
class Topic:
    """A mirrored topic as it is judged; ms. `above` counts samples in a row above the target.

    `unsure`: of some partition it was not known in this sample whether it is copied; `hidden`: the
    target does not let us see its copy.
    """

    name: str
    mirrored: str
    state: TopicState
    latency: int | None = None
    above: int = 0
    stuck: Stuck | None = None
    missing: bool = False
    skewed: int = 0
    retention_left: int | None = None
    unsure: bool = False
    unreadable: Unreadable | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class StatusInputs:
    """All that one sample saw of a mirror.

    `unobservable`, with the words, `partly_unobservable` what only partly is; `moves`:
    something was copied since the last sample; `refused`: Connect's words when it refused the
    configuration; `changed`: what something else keeps changing, by connector; `failing`: what
    reconcile cannot do; `matched`: how many source topics match, as far as last known; `known`:
    how many are remembered; `untold`: Connect tells no committed offsets; `expires`: the first
    certificate to end of those that end soon; `copied_too`: topics whose copy another mirror
    writes, too, with its name.
    """

    now: datetime
    mirror: Mirror
    refused: str | None = None
    given_up: frozenset[str] = frozenset()
    changed: Mapping[str, str] = field(default_factory=dict)
    failing: Failing | None = None
    connector: Connector | None = None
    checkpoint: Connector | None = None
    unobservable: Mapping[Code, str] = field(default_factory=dict)
    matched: int = 0
    known: int = 0
    untold: bool = False
    topics: tuple[Topic, ...] = ()
    findings: tuple[Reason, ...] = ()
    backfill: Backfill | None = None
    partly_unobservable: Mapping[Code, str] = field(default_factory=dict)
    moves: bool = False
    workers: int = 1
    plain_secrets: bool = False
    expires: tuple[str, datetime] | None = None
    copied_too: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StatusCase:
    """What one sample saw, with what those before it did."""

    inputs: StatusInputs
    before: Observation | None
    counts: Mapping[str, int]

    @property
    def observed(self) -> bool:
        """Whether Connect told its states in this sample."""
        return Code.CONNECT_UNREACHABLE not in self.inputs.unobservable

    @property
    def young(self) -> bool:
        """Whether the mirror was made so lately that its parts may still be on their way."""
        return self.inputs.now - self.inputs.mirror.created_at <= GRACE

    @property
    def now_ms(self) -> int:
        """The time of the sample in ms."""
        return int(self.inputs.now.timestamp() * 1000)

    def lasts(self, what: str) -> bool:
        """Whether what `counts` counts in `what` has lasted for long enough to mean something."""
        return is_lasting(
            self.counts.get(what, 0), self.counts.get(f"{what}_since", 0), self.now_ms
        )

    def why(self, code: Code, *, task: int | None = None, **says: object) -> Reason:
        """A reason about the mirror connector."""
        name = self.inputs.mirror.source_connector
        return reason(code, self.inputs.now, says, connector=name, task=task)


def unassigned(connector: Connector) -> bool:
    """Whether the connector or a task of it waits for a worker."""
    return any(state in ("UNASSIGNED", "RESTARTING") for state in connector.states)


def is_stalled(topic: Topic, inputs: StatusInputs) -> bool:
    """Whether a record waits longer than the target while nothing of its partition is copied."""
    return topic.stuck is not None and topic.stuck.youngest > inputs.mirror.target_latency


def is_at_rest(inputs: StatusInputs) -> bool:
    """Whether Connect says that none of the connectors runs, nor a task of one."""
    return all(
        state in RESTING
        for one in (inputs.connector, inputs.checkpoint)
        if one is not None
        for state in one.states
    )
