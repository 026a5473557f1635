"""Our replication latency beside MirrorMaker 2's own JMX, on real Kafka and over the same seconds.

`--quick` compares fewer rounds; `--write` puts the tables into docs/accuracy.md.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from mirroring.kafka_types import Partition
from mirroring.measuring.clock import now_ms
from mirroring.observation import Observation, Status

from lockstep.docs.markers import placed
from lockstep.local import ports
from tests.e2e.kafka_records import Record
from tests.e2e.local_stack import eventually
from tests.e2e.truth import accuracy
from tests.e2e.truth.accuracy import ORDERED, RATE_PART, UNORDERED, Comparison, Steady
from tests.e2e.truth.flow import Flow, Flows
from tests.e2e.truth.jmx import AVERAGE, Jmx
from tests.e2e.truth.opening import opened
from tests.e2e.truth.side import plain
from tests.e2e.truth.world import ALIAS, DEFAULT_FLUSH_MS, World

PAGE = Path(__file__).parents[1] / "docs" / "accuracy.md"
ROUNDS, QUICK_ROUNDS = 11, 5
SAMPLES = 4
WITHIN_S = 60.0
HOUR_MS = 3_600_000
SETTLED_MS = 200
OLD_RECORDS = 1_000
AT_ONCE = "new records arrive at once"
TRAFFIC = {
    "steady": "steady: 3 topics of 3 partitions, 10 records a second each",
    "slowed": "the same to one topic, over a link that takes 200 ms longer one way, from producers "
    "that linger",
}

DATED = {
    ORDERED: "event time, an hour old, over the slower link",
    UNORDERED: "event time without order, up to an hour old, over the slower link",
}


@dataclass(frozen=True)
class Misread:
    """What JMX makes of what it cannot know; latencies as words."""

    what: str
    true: str
    ours: str
    jmx: str


def main() -> None:
    """Compare, print the tables, and fail where we are further off than we say."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="fewer rounds")
    arguments.add_argument("--write", action="store_true", help=f"write docs/{PAGE.name}")
    asked = arguments.parse_args()
    rounds = QUICK_ROUNDS if asked.quick else ROUNDS
    (agent_port,) = ports.choose(1)
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(Path(folder), agent_port=agent_port, flush_ms=DEFAULT_FLUSH_MS) as world,
        closing(Jmx(agent_port)) as jmx,
    ):
        compared, dated = _compared(world, jmx, rounds)
        misread = [*dated, *_misread(world, jmx)]
    tables = "\n".join((*_table(compared), "", *_misread_table(misread)))
    print(tables)
    if asked.write:
        PAGE.write_text(placed(PAGE.read_text("utf-8"), "accuracy", tables), "utf-8")
    _check(compared)


def _compared(world: World, jmx: Jmx, rounds: int) -> tuple[dict[str, Comparison], list[Misread]]:
    with accuracy.steady(world, jmx) as traffic:
        compared = {"steady": traffic.compare(rounds)}
    with accuracy.slowed(world, jmx) as traffic:
        compared["slowed"] = traffic.compare(rounds)
        return compared, [_dated(world, jmx, traffic, *each) for each in DATED.items()]


def _dated(world: World, jmx: Jmx, traffic: Steady, topic: str, what: str) -> Misread:
    """Event time over the slowed link: what a sample in the middle made of it."""
    codes = {why.code for one in traffic.seen for why in one.reasons}
    words = {str(one.status) for one in traffic.seen}
    ours = f"{median(traffic.shown(topic)):,.0f} ms, {', '.join((*sorted(words), *sorted(codes)))}"
    figures = [it for one, it in jmx.figures().items() if one.topic == f"{ALIAS}.{topic}"]
    told = f"{median(one[AVERAGE] for one in figures):,.0f} ms"
    return Misread(what, f"{traffic.ordered_ms:,.0f} ms", ours, told)


def _check(compared: dict[str, Comparison]) -> None:
    for name, one in compared.items():
        if not one.is_close:
            sys.exit(f"{name}: {one.difference:+.1f} ms beside {one.jmx:.1f} ms")
        if one.rate_error() > RATE_PART:
            sys.exit(f"{name}: averageRate is off by {one.rate_error():.1%}")
        print(f"RATIO P5-{name} {(one.jmx + one.difference) / one.jmx:.3f}")


def _misread(world: World, jmx: Jmx) -> Iterator[Misread]:
    """What happens to mirrors every day, and what both make of it."""
    with Flows(world.source) as flows:
        yield _stuck(world, jmx, flows)
        yield _backfilled(world, jmx, flows)
        yield _skewed(world, jmx, flows)


def _stuck(world: World, jmx: Jmx, flows: Flows) -> Misread:
    flow = Flow("stuck")
    mirror = _mirrored(world, flow.topic)
    flows.begin(flow)
    _sampled(world, mirror, _is_measured)
    world.connect.pause(f"{mirror}.source")
    seen = [world.take(mirror)[mirror] for _ in range(SAMPLES)][-1]
    oldest = flows.written[flow.topic][world.target.end(f"{ALIAS}.{flow.topic}")]
    age = seen.measured_at.timestamp() * 1000 - oldest
    flows.end(flow)
    ours = f"{seen.latency.behind:,} ms behind, {seen.status}"
    return Misread("the connector is paused", f"{age:,.0f} ms behind", ours, _told(jmx, flow))


def _backfilled(world: World, jmx: Jmx, flows: Flows) -> Misread:
    flow = Flow("backfilled")
    old = plain(OLD_RECORDS, timestamp_ms=now_ms() - HOUR_MS)
    mirror = _mirrored(world, flow.topic, old)
    flows.begin(flow)
    seen = _sampled(world, mirror, _is_measured)
    flows.end(flow)
    what = f"{OLD_RECORDS:,} records an hour old are copied, then new ones"
    return Misread(what, AT_ONCE, f"{seen.latency.average:,} ms, {seen.status}", _told(jmx, flow))


def _skewed(world: World, jmx: Jmx, flows: Flows) -> Misread:
    flow = Flow("skewed", skew_ms=-HOUR_MS)
    mirror = _mirrored(world, flow.topic)
    _sampled(world, mirror, lambda seen: seen.status is Status.IN_SYNC)
    flows.begin(flow)
    seen = _sampled(world, mirror, lambda seen: bool(seen.reasons))
    flows.end(flow)
    codes = ", ".join(one.code for one in seen.reasons)
    ours = f"{seen.latency.behind:,} ms behind, {seen.status}, {codes}"
    return Misread("the producers' clocks are an hour late", AT_ONCE, ours, _told(jmx, flow))


def _mirrored(world: World, topic: str, old: Sequence[Record] = ()) -> str:
    world.source.create(topic)
    world.source.write(topic, old)
    return world.mirror(topic, topic).name


def _sampled(world: World, mirror: str, holds: Callable[[Observation], bool]) -> Observation:
    """The first sample of which this holds."""

    def look() -> Observation | None:
        seen = world.take(mirror)[mirror]
        return seen if holds(seen) else None

    return eventually(look, within_s=WITHIN_S, what=mirror)


def _is_measured(seen: Observation) -> bool:
    """Whether records were heard to arrive, and nothing is left of the start."""
    return seen.status is Status.IN_SYNC and 0 < (seen.latency.average or 0) < SETTLED_MS


def _told(jmx: Jmx, flow: Flow) -> str:
    """MirrorMaker's own mean of this topic now."""
    found = jmx.figures()[Partition(f"{ALIAS}.{flow.topic}", 0)]
    return f"{found[AVERAGE]:,.0f} ms"


def _table(compared: Mapping[str, Comparison]) -> Iterator[str]:
    yield "| traffic | ours | JMX | difference: median | least | most |"
    yield "|---|---|---|---|---|---|"
    for name, one in compared.items():
        differences = [each.difference for each in one.rounds]
        figures = (median(each.ours for each in one.rounds), one.jmx)
        cells = [f"{each:.1f} ms" for each in figures]
        cells += [
            f"{each:+.1f} ms" for each in (one.difference, min(differences), max(differences))
        ]
        yield f"| {TRAFFIC[name]} | {' | '.join(cells)} |"


def _misread_table(rows: Sequence[Misread]) -> Iterator[str]:
    yield "| what happens | true | ours | JMX |"
    yield "|---|---|---|---|"
    yield from (f"| {one.what} | {one.true} | {one.ours} | {one.jmx} |" for one in rows)


if __name__ == "__main__":
    main()
