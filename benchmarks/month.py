"""P7: a month of 1,000 mirrors of 10 partitions, of which one partition in 100 moves, in dollars.

Everything is counted of real invocations of all functions that run each minute. Beside one
invocation a mirror and minute with fresh clients and an item a partition, by its own seconds.
"""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.shared import fleet
from benchmarks.shared.bill import HOURS, READ_UNIT, WRITE_UNIT
from benchmarks.shared.comparison import Row, asked, closed, timed
from benchmarks.shared.fleet import Fleet
from lockstep.local.template import snake
from tests.stack import FUNCTION, resources, written

MIRRORS, QUICK_MIRRORS, PARTITIONS = 1_000, 100, 10
MINUTES = 60 * HOURS
GB_SECOND, INVOCATION, MESSAGE, SCHEDULED = 0.0000133334, 0.2e-6, 0.4e-6, 1e-6
LOGGED_GB, METRIC, ALARM, SECRET = 0.50, 0.30, 0.10, 0.40
# The samples' metrics of the stack; and two Kafka clusters with a Connect cluster.
METRICS, SECRETS = 7, 3
SAMPLER, SCHEDULES = "SampleLatency", ("DispatchSamples", "ReconcileMirrors", "PublishAlerts")
# Lambda asks an empty queue, too: five pollers, each for 20 s.
POLLS, LISTEN_S = 15, 2.0
GOAL, WHY = 0.02, "A mirror's item is a write unit a minute; then reads, and the samples' seconds."
Told = Sequence[tuple[str, Mapping[str, Any]]]


@dataclass(frozen=True)
class Line:
    """A part of the bill: how it was counted, and dollars a month."""

    what: str
    how: str
    dollars: float


def main() -> None:
    """Count a minute of ours, and of the peer a few mirrors."""
    quick, runs = asked(__doc__)
    count = QUICK_MIRRORS if quick else MIRRORS
    with (
        tempfile.TemporaryDirectory() as folder,
        fleet.opened(Path(folder), count, PARTITIONS) as everything,
    ):
        lines = bill(a_minute(everything))
        some = everything.mirrors[:runs]
        partitions = everything.world.partitions
        pairs = [partial(fleet.pair, everything.world, it, partitions[it.name]) for it in some]
        seconds = median(timed(one).wall_s for one in pairs)
    whole = sum(one.dollars for one in lines)
    ours, peer = whole / count, peer_dollars(seconds)
    print(f"| {count:,} mirrors | counted | $ a month |\n|---|---|---|")
    print("\n".join(f"| {one.what} | {one.how} | {one.dollars:,.2f} |" for one in lines))
    print(f"| together | ${ours:.3f} a mirror | {whole:,.2f} |")
    print(f"| the peer | ${peer:.2f} a mirror | {peer * count:,.2f} |\n")
    closed(
        [
            Row(
                "P7-dollars",
                f"53 × less, as $1.06 is of $0.02; {count:,} mirrors",
                peer / ours,
                53,
                WHY,
            ),
            Row("P7-goal", f"≤ $0.02 a mirror and month, of {count:,}", GOAL / ours, 1, WHY),
        ]
    )


def a_minute(everything: Fleet) -> Told:
    """What each invocation of a minute told; all functions are warm."""
    invoked: list[tuple[str, Mapping[str, Any]]] = []
    with everything.world.function(snake(SAMPLER)) as sampler:
        for _ in range(fleet.SETTLING):
            everything.sample(sampler)
        everything.move()
        invoked += [(SAMPLER, one) for one in everything.sample(sampler)]
        everything.check()
    for name in SCHEDULES:
        with everything.world.function(snake(name)) as function:
            function.call({})
            function.call({})
            invoked.append((name, function.told))
    return invoked


def bill(invoked: Told) -> list[Line]:
    """What such minutes cost for a month."""
    every = written()["Resources"]
    memory = {
        name: one["Properties"]["MemorySize"] / 1024
        for name, one in every.items()
        if one["Type"] == FUNCTION
    }
    seconds = sum(memory[name] * one["wall_s"] for name, one in invoked)
    writes, reads, logged = (
        sum(one.get(what, 0) for _, one in invoked) for what in ("writes", "reads", "logged")
    )
    alarms = len(resources("AWS::CloudWatch::Alarm"))
    samples, schedules = sum(name == SAMPLER for name, _ in invoked), len(SCHEDULES)
    messages = 1 + 2 * samples + POLLS
    starts = len(invoked) * INVOCATION + schedules * SCHEDULED
    return [
        Line("DynamoDB writes", f"{writes:,.0f} units a minute", writes * WRITE_UNIT * MINUTES),
        Line("DynamoDB reads", f"{reads:,.0f} units a minute", reads * READ_UNIT * MINUTES),
        Line("Lambda", f"{seconds:.1f} GB-s a minute", seconds * GB_SECOND * MINUTES),
        Line("invocations, schedules", f"{len(invoked)}, {schedules} a minute", starts * MINUTES),
        Line("SQS", f"{messages} requests a minute", messages * MESSAGE * MINUTES),
        Line("logs", f"{logged:,} bytes a minute", logged / 1e9 * LOGGED_GB * MINUTES),
        Line("metrics, alarms", f"{METRICS}, {alarms}", METRICS * METRIC + alarms * ALARM),
        Line("secrets", f"{SECRETS}", SECRETS * SECRET),
    ]


def peer_dollars(seconds: float) -> float:
    """A mirror's month of invocations of 512 MB that listen as long as ours, an item a partition.

    The items are read (eventually consistent) before they are written.
    """
    items = PARTITIONS * (WRITE_UNIT + READ_UNIT / 2)
    return MINUTES * ((seconds + LISTEN_S) * GB_SECOND / 2 + INVOCATION + 3 * MESSAGE + items)


if __name__ == "__main__":
    main()
