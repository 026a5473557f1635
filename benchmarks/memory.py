"""P3: the most memory that a sampler of 10,000 partitions holds, all of which move.

There is no peer: the ratio is goal ÷ ours.
"""

from benchmarks.shared import large
from benchmarks.shared.comparison import Row, asked, closed

GOAL_MB, MEGABYTE = 128, 1 << 20
WHY = "Half of it are the modules: boto3, pydantic, kafka-python."


def main() -> None:
    """Sample in one process, and look at it after each time."""
    quick, runs = asked(__doc__)
    with large.opened(large.QUICK_TOPICS if quick else large.TOPICS) as one:
        print("| sample | most MB resident so far |\n|---|---|")
        for number in range(1, runs + 1):
            one.sample(1)
            resident = one.sampler.told["resident"] / MEGABYTE
            print(f"| {number} | {resident:,.0f} |")
    print()
    closed([Row("P3-memory", f"≤ {GOAL_MB} MB", GOAL_MB / resident, 1, WHY)])


if __name__ == "__main__":
    main()
