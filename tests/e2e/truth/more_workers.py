"""Two more Connect clusters at a world's target: exactly-once copies, and late flushes.

Nobody waits for them here: the first mirror on one does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lockstep.local import jars, kafka, ports
from tests.e2e.truth.elsewhere import Elsewhere, elsewhere
from tests.e2e.truth.world import World

EXACT, LATE = "us-exact", "us-late"
# As 300 s that are registered as 60 s.
REGISTERED_MS, LATE_FLUSH_MS = 3_000, 15_000
EXACTLY_ONCE = {"exactly.once.source.support": "enabled"}
LATE_FLUSH = {"offset.flush.interval.ms": str(LATE_FLUSH_MS)}


@dataclass(frozen=True)
class MoreWorkers:
    """The world on each of them."""

    exact: Elsewhere
    late: Elsewhere


def more_workers(world: World, folder: Path) -> MoreWorkers:
    """Start and register both, as if they flushed every REGISTERED_MS."""
    port = world.target.address.rpartition(":")[2]
    here, named = world.target.address, f"localhost:{port}"
    return MoreWorkers(
        exact=_started(world, folder, EXACT, EXACTLY_ONCE, (here, named)),
        late=_started(world, folder, LATE, LATE_FLUSH, (named, here)),
    )


def _started(
    world: World, folder: Path, name: str, settings: Mapping[str, str], servers: tuple[str, str]
) -> Elsewhere:
    """The target is registered again, with bootstrap servers that no other cluster has.

    So samples have connections of their own, as in a process of its own: listening takes turns.
    """
    (port,) = ports.choose(1)
    target = f"{name}-target"
    worker = kafka.Worker(name, folder / name, port, world.target.address, name, settings=settings)
    kafka.start_worker(world.processes, jars.locked("kafka"), worker)
    world.register(target, *servers)
    world.register_connect(name, worker.url, target=target, flush_ms=REGISTERED_MS)
    return elsewhere(world, worker=worker, connect_name=name, target_name=target)
