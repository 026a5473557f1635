"""One run of the stack: what every part of it is given."""

import threading
from dataclasses import dataclass, field

from lockstep.local.options import Options
from lockstep.local.processes import Processes
from lockstep.local.progress import Progress


@dataclass(frozen=True)
class RunContext:
    """What was asked for, where to tell of it, who owns the processes, and whether to stop."""

    options: Options
    progress: Progress = field(default_factory=Progress)
    processes: Processes = field(default_factory=Processes)
    stop: threading.Event = field(default_factory=threading.Event)
