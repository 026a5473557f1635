"""The whole local stack: started part by part, served until somebody stops it."""

from contextlib import ExitStack, closing

from lockstep.local import machine
from lockstep.local.engines import Engines
from lockstep.local.front import Front
from lockstep.local.run import Run

WATCH_S = 0.5


def serve(run: Run) -> None:
    """Start everything and serve until the run is stopped.

    Raises StackError when a part cannot be had or ends, Stopped when stopped during the start.
    """
    with ExitStack() as ending:
        ending.enter_context(closing(machine.own(run.options.data)))
        front = ending.enter_context(closing(Front(run.options.port)))
        machine.check_memory()
        machine.check_disk(run.options.data)
        engines = Engines(run)
        engines.fetch()
        run.progress.say(f"starting Kafka, Kafka Connect and AWS in {run.options.data}")
        engines.start()
        _serve_application(run, engines, front, ending)
        while not run.stop.wait(WATCH_S):
            engines.watch()


def _serve_application(run: Run, engines: Engines, front: Front, ending: ExitStack) -> None:
    """Start AWS and the functions while Java starts, and all that calls them when it answers."""
    # These imports (moto, SAM) take seconds.
    from lockstep.local.application import Application

    application = ending.enter_context(closing(Application(run, engines)))
    ending.callback(run.stop.set)
    gateway, triggers = application.start()
    engines.wait_for_kafka()
    application.check(gateway)
    front.open(gateway.answer)
    if run.options.demo:
        application.show(gateway)
    triggers.start()
    run.progress.say(f"the console opens at {front.url}/")
    run.progress.ready(front.url)
