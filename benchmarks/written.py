"""P9: what is written of a mirror in a month, by its topics and partitions of which 1 % moves.

An hour of samples over modelled Kafka is recorded in DynamoDB Local, which counts the write units;
README.md has the prices. There is no peer but version 0.1: a ratio is goal ÷ ours.
"""

import tempfile
from pathlib import Path

from mirroring.measuring.clock import now_ms
from mirroring.storing.mirror_store import mirror_store
from mirroring.storing.observations import observations
from mirroring.storing.registry import registry

from benchmarks.shared import bill, database
from benchmarks.shared.comparison import Row, asked, closed
from tests.functional import aws
from tests.given import a_cluster, a_connect_cluster, a_write
from tests.unit.modelled_topics import ModelledTopics

# (topics, partitions of each): the goal, and what version 0.1 wrote, in dollars.
SHAPES = {
    (4, 3): (0.02, 0.08),
    (10, 6): (0.03, 0.19),
    (100, 6): (0.10, 1.26),
    (100, 100): (0.50, 29.0),
    (1_000, 6): (0.30, 25.0),
}
# A point is packed every fifteen minutes, and the worst of ten minutes every ten.
SAMPLES, QUICK_SAMPLES, SETTLING = 60, 15, 3
MINUTES = 60 * bill.HOURS
WHY = "A mirror's sample is an item of its own, a write unit a minute at least."


def main() -> None:
    """Count each shape."""
    quick, _ = asked(__doc__)
    samples = QUICK_SAMPLES if quick else SAMPLES
    print("| topics × partitions | 0.1 | goal | now, $ a month | units a sample | bytes kept |")
    print("|---|---|---|---|---|---|")
    rows = []
    with tempfile.TemporaryDirectory() as folder, database.opened(Path(folder)):
        for cluster in ("eu-core", "us-core"):
            registry().put_cluster(a_cluster(cluster))
        registry().put_connect_cluster(a_connect_cluster())
        for (topics, partitions), (goal, before) in SHAPES.items():
            billed, kept = counted(topics, partitions, samples)
            dollars = billed.written / samples * MINUTES
            shape = f"{topics}x{partitions}"
            figures = f"{dollars:.3f} | {billed.writes / samples:,.1f} | {kept:,}"
            print(f"| {topics:,} × {partitions} | {before:.2f} | {goal:.2f} | {figures} |")
            rows.append(Row(f"P9-{shape}", f"≤ ${goal:.2f} a month", goal / dollars, 1, WHY))
    print()
    closed(rows)


def counted(topics: int, partitions: int, samples: int) -> tuple[bill.Bill, int]:
    """What so many samples of a settled mirror write, and the bytes of the memory in the end."""
    count = topics * partitions
    model = ModelledTopics(topics, partitions, range(0, count, 100), now_ms())
    name = f"eu.us-core.{topics}x{partitions}"
    model.mirror = model.mirror.model_copy(update={"name": name})
    mirrors = mirror_store()
    mirrors.create(model.mirror, mirrors.fleet().revision, a_write(mirror=name))
    for _ in range(SETTLING):
        sampled(model)
    with bill.counted() as billed:
        aws.forget()
        for _ in range(samples):
            kept = sampled(model)
    seen = observations().observation(name)
    assert seen is not None
    assert seen.sequence == SETTLING + samples
    assert len(seen.topics) == topics
    assert sum(one.partitions for one in seen.topics) == count
    assert (seen.latency.behind, seen.latency.lag_records) == (0, 0)
    return billed, kept


def sampled(model: ModelledTopics) -> int:
    """A minute, recorded; the bytes that the next sample needs."""
    name = model.mirror.name
    before = observations().states([name])[name]
    outcome = model.sample(before)
    assert observations().record(before, outcome)
    return len(outcome.memory)


if __name__ == "__main__":
    main()
