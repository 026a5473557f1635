"""What a person can choose: on the command line, else in the environment."""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lockstep.local import host_checks
from lockstep.local.errors import StackError

ROOT = Path(__file__).parents[2]
DATA = ROOT / ".lockstep"
# 256 MB are used up by some 1,200 topics; with 1,024 a broker holds those of a real cluster.
ROOMY_MB, LARGE_HEAP_MB, SMALL_HEAP_MB = 8_192 * 95 // 100, 1_024, 256
# With 160 MB a broker ends before it answers.
LEAST_HEAP_MB = 256
# No mail leaves this machine: with an address, a newcomer finds the first alert in the inbox.
EMAIL = "you@example.com"

HEAP = str(LARGE_HEAP_MB if host_checks.memory_mb() >= ROOMY_MB else SMALL_HEAP_MB)

VALUES: tuple[tuple[str, str, str, str, type, str], ...] = (
    ("--port", "PORT", "LOCKSTEP_PORT", "8080", int, "port of the API on 127.0.0.1; 0: a free one"),
    ("--minute", "SECONDS", "LOCKSTEP_MINUTE", "60", float, "how long a schedule's minute lasts"),
    ("--activity", "SECONDS", "LOCKSTEP_ACTIVITY_S", "300", int, "how long a topic stays active"),
    ("--kafka-memory", "MB", "LOCKSTEP_KAFKA_MEMORY", HEAP, int, "heap of each broker"),
    ("--alert-email", "ADDRESS", "LOCKSTEP_ALERT_EMAIL", EMAIL, str, "who is told of changes"),
    ("--alert-phone", "NUMBER", "LOCKSTEP_ALERT_PHONE", "", str, "likewise, as +491234567890"),
    ("--data", "DIR", "LOCKSTEP_DATA", str(DATA), Path, "where everything lives"),
)

EXAMPLES = """\
examples:
  lockstep local                         everything, with a demo mirror, at http://127.0.0.1:8080
  lockstep local --no-demo --port 9090   an empty stack beside another program's 8080
  lockstep local --minute 5              schedules run every 5 s: see a status change sooner
  lockstep local --data ../trial         start afresh, leaving .lockstep as it is

while it runs:
  curl http://127.0.0.1:8080/mirrors
  curl http://127.0.0.1:8080/_local/endpoints                    where Kafka, Connect and AWS are
  curl http://127.0.0.1:8080/_local/inbox                        e-mails and SMS that were sent
  curl -X POST http://127.0.0.1:8080/_local/run/publish_alerts   run a function now
"""


@dataclass(frozen=True)
class Options:
    """How the local stack is to run; `minute_s` and `activity_s` in seconds.

    `kafka_memory_mb` is the heap of each broker.
    """

    port: int
    demo: bool
    minute_s: float
    activity_s: int
    alert_email: str
    alert_phone: str
    data: Path
    kafka_memory_mb: int

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of template.yaml that are set."""
        return {
            "ActivityWindow": str(self.activity_s),
            "AlertEmail": self.alert_email,
            "AlertPhone": self.alert_phone,
        }


def add_options(parser: argparse.ArgumentParser, environment: Mapping[str, str]) -> None:
    """Add the options to a parser; an environment variable stands in for an absent option."""
    parser.epilog = EXAMPLES
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    for option, value, variable, default, kind, what in VALUES:
        parser.add_argument(
            option,
            type=kind,
            default=environment.get(variable) or default,
            metavar=value,
            help=f"{what} (default {default or 'none'}; {variable})",
        )
    parser.add_argument(
        "--no-demo",
        dest="demo",
        action="store_false",
        default=environment.get("LOCKSTEP_DEMO", "1") != "0",
        help="no demo topics, traffic, clusters or mirror (LOCKSTEP_DEMO=0)",
    )


def options(arguments: argparse.Namespace) -> Options:
    """The options of a parsed command line; raise StackError for one that cannot be."""
    if not 0 <= arguments.port <= 65_535:
        raise StackError(f"--port {arguments.port} is no port: give one from 0 to 65535.")
    if arguments.minute <= 0 or arguments.activity <= 0:
        raise StackError("--minute and --activity take more than 0 seconds.")
    if arguments.kafka_memory < LEAST_HEAP_MB:
        raise StackError(f"--kafka-memory takes at least {LEAST_HEAP_MB} MB.")
    return Options(
        port=arguments.port,
        demo=arguments.demo,
        minute_s=arguments.minute,
        activity_s=arguments.activity,
        alert_email=arguments.alert_email,
        alert_phone=arguments.alert_phone,
        data=arguments.data.absolute(),
        kafka_memory_mb=arguments.kafka_memory,
    )
