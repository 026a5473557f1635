"""The `lockstep` command."""

import argparse
import os
import sys
from collections.abc import Sequence

from lockstep.local import command
from lockstep.local.errors import StackError
from lockstep.local.options import add_options

EXAMPLES = """\
examples:
  lockstep local                                               everything, with a demo mirror
  lockstep invoke read_mirrors events/read_mirrors.json        in a second shell
  lockstep local --help
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; what went wrong is one sentence on standard error and an exit code above 0."""
    parser = argparse.ArgumentParser(
        prog="lockstep",
        description="Kafka mirrors on your own clusters, managed.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    local = commands.add_parser("local", help="run everything on this machine")
    add_options(local, os.environ)
    local.set_defaults(run=command.local)
    invoke = commands.add_parser("invoke", help="send an event to a function of the local stack")
    command.add_invoke_options(invoke, os.environ)
    invoke.set_defaults(run=command.invoke)
    chosen = parser.parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except StackError as error:
        sys.stderr.write(f"lockstep: {error}\n")
        return 1
