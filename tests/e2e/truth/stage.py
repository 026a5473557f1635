"""What one story has on the world's stage, and what it may demand of its mirror's samples.

A story is a generator: it prepares its topics and mirror, then every `yield` gives it the next
observation of its mirror. On every sample, whatever the story waits for, the stage itself asserts
that no reason is told that the story did not declare right, and that each status is explained.
"""

import re
import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from mirroring.kafka_types import Partition
from mirroring.measuring.clock import now_ms
from mirroring.mirror import Intent, Mirror
from mirroring.observation import (
    Code,
    MirroredTopic,
    Observation,
    Status,
    TopicState,
)

from tests.e2e.kafka_records import Record
from tests.e2e.proxy import Proxy
from tests.e2e.truth import always
from tests.e2e.truth.faults_table import Row
from tests.e2e.truth.flow import Flow, Flows
from tests.e2e.truth.world import ALIAS, SERVERS, World

WITHIN_S = 120.0
TOLD_LAST = 6
MINUTE_MS = 60_000

Story = Generator[None, Observation, None]
Holds = Callable[[Observation], bool]


@dataclass
class Stage:
    """One story's part of the world; `right` are the reasons that may be told from now on.

    `shift_ms`: how far ahead of ours the clock of its next sample is. `quick`: nothing moves, so
    several samples are taken a round. `beside` are mirrors that are sampled with its own, by name,
    as last seen.
    """

    world: World
    flows: Flows
    slug: str
    shift_ms: int = 0
    quick: bool = False
    right: set[Code] = field(default_factory=lambda: {Code.BACKFILLING})
    rows: list[Row] = field(default_factory=list)
    seen: list[Observation] = field(default_factory=list)
    beside: dict[str, Observation | None] = field(default_factory=dict)
    _flows: list[Flow] = field(default_factory=list)
    _mirror: Mirror | None = None
    _fault: tuple[float, int] = (0.0, 0)

    @property
    def mirror(self) -> Mirror:
        """The story's mirror."""
        assert self._mirror is not None, "make the mirror first"
        return self._mirror

    @property
    def mirrors(self) -> tuple[str, ...]:
        """The names of its mirror and of those that are sampled with it."""
        return (self.mirror.name, *self.beside)

    @property
    def connector(self) -> str:
        """The name of its mirror connector."""
        return self.mirror.source_connector

    def topic(
        self, name: str = "t", partitions: int = 1, configs: dict[str, str] | None = None
    ) -> str:
        """A new topic on the source."""
        topic = f"{self.slug}.{name}"
        self.world.source.create(topic, partitions, configs)
        return topic

    def make(self, regex: str | None = None, **asked: Any) -> Mirror:
        """The story's mirror, of all its topics unless it says otherwise."""
        regex = rf"{re.escape(self.slug)}\..*" if regex is None else regex
        self._mirror = self.world.mirror(self.slug, regex, **asked)
        return self._mirror

    def make_linked(self, **asked: Any) -> Proxy:
        """The story's mirror, which reads the source through a link of its own: the link."""
        link = self.world.links.pop()
        knobs = {SERVERS: f"127.0.0.1:{link.port}", **asked.pop("knobs", {})}
        self.make(knobs=knobs, **asked)
        return link

    def intend(self, intent: Intent) -> None:
        """What a person asks for through Lockstep, done."""
        now = datetime.now(UTC)
        changed = {"intent": intent, "version": self.mirror.version + 1, "updated_at": now}
        self._mirror = self.world.change(self.mirror.model_copy(update=changed))

    def write(self, topic: str, records: Iterable[Record]) -> None:
        """Write to the source, partition 0 unless the records say otherwise."""
        self.world.source.write(topic, records)

    def flow(self, topic: str, **how: Any) -> Flow:
        """Let records flow to a topic from now on."""
        flow = self.flows.begin(Flow(topic, **how))
        self._flows.append(flow)
        return flow

    def close(self) -> None:
        """End whatever still flows."""
        for flow in self._flows:
            self.flows.end(flow)

    def mirrored(self, topic: str) -> str:
        """The topic's name on the target."""
        return f"{ALIAS}.{topic}"

    def committed(self, topic: str) -> int | None:
        """The offset of the last record of partition 0 that Connect has committed as copied."""
        return self.world.connect.offsets(self.connector).get(Partition(topic, 0))

    def settled(self, *topics: str) -> Story:
        """Go on until all is committed, so that a clock put forward leaves no commit overdue.

        All but two records: what may be paused before its commit, and a transaction's marker.
        """
        ends = {topic: self.world.source.end(topic) for topic in topics}

        def committed(_: Observation) -> bool:
            return all((self.committed(topic) or 0) >= end - 2 for topic, end in ends.items())

        yield from self.until(committed, "everything is committed")

    def oldest_waiting(self, topic: str) -> int:
        """When (ms) the first record was written that is not on the target: offsets are equal.

        For topics of one partition, without markers and gaps, that only the flow wrote to.
        """
        end = self.world.target.end(self.mirrored(topic))
        return self.flows.written[topic][end]

    def follows(self, topic: str, samples: int) -> Generator[None, Observation, Observation]:
        """For so many samples `behind` is the age of the oldest record that waits, to the ms."""
        oldest = self.oldest_waiting(topic)
        for _ in range(samples):
            seen = yield
            least, most = ms(seen.measured_at) - oldest, now_ms() - oldest
            behind = seen.latency.behind
            assert behind is not None and least <= behind <= most, (
                f"behind is {behind}, the oldest record that waits is {least} to {most} ms old"
            )
        return seen

    @property
    def prepared(self) -> bool:
        """Whether there is a mirror to sample yet."""
        return self._mirror is not None

    def fault(self) -> None:
        """Now the fault begins; it began with the first sample for a story that says nothing."""
        self._fault = (time.monotonic(), len(self.seen))

    def detected(self, fault: str) -> None:
        """The last sample detected it."""
        began, before = self._fault
        seconds, samples = time.monotonic() - began, len(self.seen) - before
        self.rows.append(Row.of(fault, self.seen[-1], samples, seconds))

    def until(
        self, holds: Holds, what: str, *, within: int | None = None, seconds: float = WITHIN_S
    ) -> Generator[None, Observation, Observation]:
        """The first observation that holds, in at most `within` samples or `seconds`."""
        deadline, samples = time.monotonic() + seconds, 0
        while True:
            seen = yield
            samples += 1
            if holds(seen):
                return seen
            if (within is not None and samples >= within) or time.monotonic() > deadline:
                raise AssertionError(f"{what}: not in {samples} samples")

    def steady(
        self, holds: Holds, what: str, samples: int
    ) -> Generator[None, Observation, Observation]:
        """The last of so many observations in a row that all hold."""
        for number in range(samples):
            seen = yield
            assert holds(seen), f"{what}: not in sample {number + 1} of {samples}"
        return seen

    def hear(self, seen: Observation) -> None:
        """Take in a sample, and assert what holds of every sample of every mirror."""
        earlier = self.seen[-2:]
        self.seen.append(seen)
        if earlier:
            always.follows(earlier, seen, self.mirror.target_latency)
        always.is_explained(seen, self.right)

    def alerts(self) -> list[tuple[str | None, str]]:
        """The changes of status that people are told of, as (before, after)."""
        changes = self.world.changes(self.mirror.name)
        return [(_word(one.before), str(one.after)) for one in changes if one.alert]

    def told(self) -> str:
        """The last samples, for somebody who must understand a failure."""
        return "\n".join(always.line(seen) for seen in self.seen[-TOLD_LAST:])


def is_(status: Status, *codes: Code) -> Holds:
    """Has this status, and exactly these reasons."""
    return lambda seen: seen.status is status and {one.code for one in seen.reasons} == {*codes}


def has(status: Status, *codes: Code) -> Holds:
    """Has this status, and at least these reasons."""
    return lambda seen: seen.status is status and {one.code for one in seen.reasons} >= {*codes}


IN_SYNC = is_(Status.IN_SYNC)


def in_state(topic: str, state: TopicState) -> Holds:
    """The topic has this state."""
    return lambda seen: any(one.name == topic and one.state is state for one in seen.topics)


def nothing_waits(seen: Observation) -> bool:
    """Every record is on the target."""
    return seen.latency.lag_records == 0 and seen.latency.behind == 0


def topic_of(seen: Observation, name: str) -> MirroredTopic:
    """What was seen of one topic."""
    return next(one for one in seen.topics if one.name == name)


def ms(moment: datetime) -> int:
    """The moment in ms since 1970."""
    return round(moment.timestamp() * 1000)


def _word(value: object) -> str | None:
    return None if value is None else str(value)
