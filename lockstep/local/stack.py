"""The whole local stack: started part by part, served until somebody stops it."""

import contextlib
import threading

from lockstep.local import machine
from lockstep.local.engines import Engines
from lockstep.local.front import Front
from lockstep.local.options import Options
from lockstep.local.processes import Processes
from lockstep.local.progress import Progress

WATCH_S = 0.5


def run(options: Options, processes: Processes, progress: Progress, stop: threading.Event) -> None:
    """Start everything and serve until `stop`.

    Raises StackError when a part cannot be had or ends, Stopped when stopped during the start.
    """
    with contextlib.ExitStack() as closing:
        closing.enter_context(contextlib.closing(machine.own(options.data)))
        front = closing.enter_context(contextlib.closing(Front(options.port)))
        machine.check_memory()
        machine.check_disk(options.data)
        engines = Engines(options.data, processes, progress, stop)
        engines.fetch()
        progress.say(f"starting two Kafka clusters, Kafka Connect and AWS in {options.data}")
        engines.start()
        # Heavy imports (moto, SAM), while Java starts.
        from lockstep.local.application import Application

        application = closing.enter_context(
            contextlib.closing(Application(options, engines, processes, progress, stop))
        )
        closing.callback(stop.set)
        gateway = application.start()
        engines.wait_for_kafka()
        front.open(gateway.answer)
        application.begin(gateway)
        progress.ready(front.url)
        while not stop.wait(WATCH_S):
            engines.watch()
