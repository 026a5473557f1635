"""Recording AOT caches: a broker and a worker are started once for nothing else, and ended."""

import fcntl
import tempfile
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from lockstep.local import aot, kafka, ports
from lockstep.local.errors import StackError
from lockstep.local.jars import Jars
from lockstep.local.processes import Processes
from lockstep.local.waiting import listens, wait_until

START_S = 60.0
# At its end a program writes what it has loaded: 6 s on 2 cores for both.
END_S = 60.0
LOCK_S = START_S + END_S
PROGRAMS = (kafka.BROKER, kafka.WORKER)


def record(
    processes: Processes, jars: Jars, say: Callable[[str], None], stop: threading.Event
) -> None:
    """Record what this machine has no cache of yet; who comes second waits for the first.

    It only makes starts faster: where it fails, that is told and nothing else. Raises Stopped.
    """
    if _are_kept(jars):
        return
    aot.folder().mkdir(parents=True, exist_ok=True)
    try:
        with (aot.folder() / "lock").open("w") as lock:
            owns = partial(_owns, lock.fileno())
            wait_until(owns, seconds=LOCK_S, what="Another start", stop=stop)
            if not _are_kept(jars):
                say("once on this machine: recording what Java loads, for faster starts")
                with tempfile.TemporaryDirectory(dir=aot.folder()) as place:
                    _run_once(processes, jars, Path(place), stop)
                    for main in PROGRAMS:
                        aot.keep(jars.class_path, main, Path(place))
    except (StackError, OSError) as error:
        say(f"Java starts without a cache: {error}")


def _are_kept(jars: Jars) -> bool:
    return all(aot.cache(jars.class_path, main).exists() for main in PROGRAMS)


def _run_once(processes: Processes, jars: Jars, place: Path, stop: threading.Event) -> None:
    port = ports.choose(3)
    cluster = kafka.new_cluster_id()
    broker = kafka.Broker("a broker", place / "broker", port[0], port[1], cluster, record_to=place)
    worker = kafka.Worker("a worker", place / "worker", port[2], broker.address, record_to=place)
    wait = partial(wait_until, seconds=START_S, stop=stop)
    children = [kafka.start_broker(processes, jars, broker)]
    wait(partial(listens, broker.port), what=broker.name)
    children.append(kafka.start_worker(processes, jars, worker))
    wait(partial(kafka.answers, worker), what=worker.name)
    processes.stop(*reversed(children), grace_s=END_S)


def _owns(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
