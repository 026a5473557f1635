"""The whole local stack: started part by part, served until somebody stops it."""

from contextlib import ExitStack, closing

from lockstep.local import host_checks
from lockstep.local.http_server import HttpServer
from lockstep.local.java_services import JavaServices
from lockstep.local.run_context import RunContext

WATCH_S = 0.5


def serve(run: RunContext) -> None:
    """Start everything and serve until the run is stopped.

    Raises StackError when a part cannot be had or ends, Stopped when stopped during the start.
    """
    with ExitStack() as ending:
        ending.enter_context(closing(host_checks.own(run.options.data)))
        server = ending.enter_context(closing(HttpServer(run.options.port)))
        host_checks.check_memory()
        host_checks.check_disk(run.options.data)
        services = JavaServices(run)
        services.fetch()
        run.progress.say(f"starting Kafka, Kafka Connect and AWS in {run.options.data}")
        services.start()
        _serve_application(run, services, server, ending)
        while not run.stop.wait(WATCH_S):
            services.watch()


def _serve_application(
    run: RunContext, services: JavaServices, server: HttpServer, ending: ExitStack
) -> None:
    """Start AWS and the functions while Java starts, and all that calls them when it answers."""
    # These imports (moto, SAM) take seconds.
    from lockstep.local.application import Application

    application = ending.enter_context(closing(Application(run, services)))
    ending.callback(run.stop.set)
    gateway, triggers = application.start()
    services.wait_for_kafka()
    application.check(gateway)
    server.open(gateway.answer)
    if run.options.demo:
        application.show(gateway)
    triggers.start()
    run.progress.say(f"the console opens at {server.url}/")
    run.progress.ready(server.url)
