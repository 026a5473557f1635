"""P4: 1,000 mirrors of 10 partitions on one Connect cluster, of which one partition in 100 moves.

Beside a pair of fresh kafka-python clients a mirror, on 16 threads, which figure the lag alone and
write an item.
"""

import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from mirroring.mirror import Mirror

from benchmarks.shared import fleet
from benchmarks.shared.comparison import (
    Row,
    Took,
    asked,
    closed,
    interleaved,
    series_table,
    timed,
)
from benchmarks.shared.fleet import Fleet
from benchmarks.shared.stage import Function

MIRRORS, QUICK_MIRRORS, PARTITIONS = 1_000, 100, 10
THREADS, MINUTE_S, RUNS = 16, 60.0, 5
WHY = "Each mirror is judged, packed and written by itself, whether it moves or not."


def main() -> None:
    """Sample both ways in turn."""
    quick, runs = asked(__doc__, RUNS)
    count = QUICK_MIRRORS if quick else MIRRORS
    with (
        tempfile.TemporaryDirectory() as folder,
        fleet.opened(Path(folder), count, PARTITIONS) as everything,
        everything.world.function("sample_latency") as sampler,
    ):
        for _ in range(fleet.SETTLING):
            everything.sample(sampler)
        works = {
            "the sampler, listening too": partial(sampled, everything, sampler),
            "a client pair a mirror": partial(timed, partial(pairs, everything)),
        }
        series = interleaved(runs, works)
    print(f"{count:,} mirrors of {PARTITIONS} partitions.\n")
    series_table(series)
    ours, peer = series.values()
    slowest = max(one.wall_s for one in ours.runs) * MIRRORS / count
    closed(
        [
            Row("P4-cpu", f"≥ 25 × less, of {count:,} mirrors", peer.cpu_s / ours.cpu_s, 25, WHY),
            Row(
                "P4-minute",
                f"1,000 within 60 s on one core, by {count:,}",
                MINUTE_S / slowest,
                1,
                WHY,
            ),
        ]
    )


def sampled(everything: Fleet, sampler: Function) -> Took:
    """One sample of all by one process."""
    everything.move()
    took = fleet.together(everything.sample(sampler))
    everything.check()
    return took


def pairs(everything: Fleet) -> None:
    """The lag of each mirror by clients of its own."""

    def alone(mirror: Mirror) -> int:
        return fleet.pair(everything.world, mirror, everything.world.partitions[mirror.name])

    with ThreadPoolExecutor(THREADS) as pool:
        assert sum(pool.map(alone, everything.mirrors)) == 0


if __name__ == "__main__":
    main()
