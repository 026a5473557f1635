"""A topic's partitions as they are answered: from what the last sample remembers of each. Pure."""

from collections.abc import Iterator
from datetime import datetime

from mirroring.api.paging import LARGEST, fits
from mirroring.contract.mirrors import PartitionAnswer, TopicAnswer
from mirroring.measuring.memory import TopicMemory
from mirroring.measuring.position import NEVER, Position, moment
from mirroring.measuring.resting import use
from mirroring.observation import MirroredTopic, TopicState

# A page of the console draws as many; some 250 bytes each.
SHOWN = 1_000
NOT_READ = "no sample has read it yet"


def topic_answer(
    topic: MirroredTopic, memory: TopicMemory, measured_at: datetime, window_s: int
) -> TopicAnswer:
    """The topic down to its partitions by number; of more than SHOWN the worst.

    `window_s` is the activity window W.
    """
    every = list(_partitions(topic, memory, measured_at, window_s))
    worst = sorted(every, key=_badness)[:SHOWN]
    count, _ = fits(worst, LARGEST)
    return TopicAnswer(
        **topic.model_dump(exclude={"partitions"}),
        partitions=tuple(sorted(worst[:count], key=lambda one: one.partition)),
        partitions_total=len(every),
    )


def _partitions(
    topic: MirroredTopic, memory: TopicMemory, measured_at: datetime, window_s: int
) -> Iterator[PartitionAnswer]:
    now = round(measured_at.timestamp() * 1000)
    for index in range(topic.partitions):
        position, unread = memory.positions.get(index), memory.unread.get(index)
        why = unread.why if unread else None
        if position is None:
            yield PartitionAnswer(partition=index, state=topic.state, unknown=why or NOT_READ)
            continue
        lag = max(0, position.end - position.copied_to)
        yield PartitionAnswer(
            partition=index,
            state=_state(topic, position, lag, now, window_s),
            behind=_known(position.behind),
            lag_records=lag,
            average_latency=_known(position.average),
            source_start=position.start,
            source_end=position.end,
            copied_to=position.copied_to,
            target_end=_known(position.target_end),
            last_produced_at=moment(position.produced),
            unknown=why,
        )


def _state(
    topic: MirroredTopic, position: Position, lag: int, now: int, window_s: int
) -> TopicState:
    if topic.state is TopicState.PENDING:
        return topic.state
    return use({0: position}).state(lag, now, window_s * 1000)


def _badness(one: PartitionAnswer) -> tuple[bool, bool, int, int, int]:
    """Unknown before others, then by the age of what waits; an unknown age is worse than none."""
    return (
        one.unknown is None,
        one.behind == 0,
        -(one.behind or 0),
        -(one.lag_records or 0),
        one.partition,
    )


def _known(figure: int) -> int | None:
    return None if figure == NEVER else figure
