"""A function of template.yaml run as Lambda runs it: warm processes, one event at a time."""

import contextlib
import os
import queue
import resource
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lockstep.local.processes import Child, Processes
from lockstep.local.runtime_api import Invocation, Outcome, RuntimeApi

# Lambda starts as many as are wanted at once; here a few, so that one slow call holds up no other.
ENVIRONMENTS = 4
INIT_S = 30.0
LOOK_S = 0.25
MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Definition:
    """What template.yaml says of a function, resolved."""

    name: str
    folder: Path
    handler: str
    memory_mb: int
    timeout_s: int
    variables: Mapping[str, str]
    layers: tuple[Path, ...] = ()
    log_format: str = "Text"

    @property
    def arn(self) -> str:
        """The ARN of its live alias, as its context shows it."""
        return f"arn:aws:lambda:eu-central-1:123456789012:function:lockstep-{self.name}:live"


class Environment:
    """One process of a function (Lambda: execution environment)."""

    def __init__(self, definition: Definition, processes: Processes, log: Path) -> None:
        self._definition = definition
        self._processes = processes
        self._api = RuntimeApi()
        self._child = processes.start(
            definition.name,
            [sys.executable, "-m", "awslambdaric", definition.handler],
            log=log,
            environment=environment_variables(definition, self._api.address),
            folder=definition.folder,
        )

    def is_alive(self) -> bool:
        """Whether it can take another event."""
        return self._child.is_running()

    def invoke(self, event: bytes) -> Outcome:
        """Hand it one event and wait for the outcome; out of time or memory ends the process."""
        definition = self._definition
        invocation = Invocation(event, definition.arn, definition.timeout_s)
        self._api.waiting.put(invocation)
        starts_until = time.time() + INIT_S
        while True:
            with contextlib.suppress(queue.Empty):
                return self._api.outcomes.get(timeout=LOOK_S)
            deadline = invocation.deadline if invocation.taken.is_set() else starts_until
            if lost := self._lost(deadline):
                self.close()
                return lost

    def close(self) -> None:
        """End the process."""
        self._processes.kill(self._child)
        self._api.close()

    def _lost(self, deadline: float) -> Outcome | None:
        """Why no outcome will come, if so: it is late, it is too large, or it is gone."""
        if time.time() > deadline:
            seconds = self._definition.timeout_s
            return Outcome.failed("Sandbox.Timedout", f"Task timed out after {seconds} seconds")
        if _resident_mb(self._child) > self._definition.memory_mb:
            used = f"more than its {self._definition.memory_mb} MB of memory"
            return Outcome.failed("Runtime.OutOfMemory", f"The process took {used}")
        if not self._child.is_running() and self._api.outcomes.empty():
            return Outcome.failed("Runtime.ExitError", "The process ended before it answered")
        return None


@dataclass
class Function:
    """A function and its warm processes, made as they are wanted."""

    definition: Definition
    processes: Processes
    logs: Path
    _idle: list[Environment] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _places: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(ENVIRONMENTS))

    def prepare(self) -> None:
        """Have one process warm before the first event."""
        environment = self._take()
        with self._lock:
            self._idle.append(environment)

    def invoke(self, event: bytes) -> Outcome:
        """Run it on one event, in a warm process if one is free."""
        with self._places:
            environment = self._take()
            outcome = environment.invoke(event)
            if environment.is_alive():
                with self._lock:
                    self._idle.append(environment)
        return outcome

    def _take(self) -> Environment:
        """The process used last, as it is the warmest, or a new one."""
        with self._lock:
            while self._idle:
                environment = self._idle.pop()
                if environment.is_alive():
                    return environment
                environment.close()
        log = self.logs / f"{self.definition.name}.log"
        return Environment(self.definition, self.processes, log)


def environment_variables(definition: Definition, runtime_api: str) -> dict[str, str]:
    """Exactly the template's variables and Lambda's own; nothing of ours leaks in."""
    path = [definition.folder, *definition.layers]
    return {
        "PATH": os.defpath,
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PYTHONPATH": os.pathsep.join(str(folder) for folder in path),
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "AWS_LAMBDA_FUNCTION_NAME": f"lockstep-{definition.name}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(definition.memory_mb),
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "AWS_LAMBDA_LOG_FORMAT": definition.log_format,
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/lockstep/{definition.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "local",
        "LAMBDA_TASK_ROOT": str(definition.folder),
        "_HANDLER": definition.handler,
        **definition.variables,
    }


def _resident_mb(child: Child) -> float:
    """How much memory the process takes now, in MB (proc(5), statm); 0 when it is gone."""
    try:
        pages = Path(f"/proc/{child.pid}/statm").read_text().split()[1]
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return int(pages) * resource.getpagesize() / MEGABYTE
