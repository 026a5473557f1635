"""A second source for a world, with a link to Connect that can be troubled and users of its own.

Connect reads it through a proxy or as a SASL user; samplers have their own way to it, as they do
when a Lambda's subnets are not the workers'.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from lockstep.local import jars, kafka, ports
from lockstep.local.waiting import listens, wait_until
from tests.e2e.proxy import Proxy
from tests.e2e.truth.elsewhere import Elsewhere, elsewhere, proxies
from tests.e2e.truth.opening import START_S
from tests.e2e.truth.side import Side
from tests.e2e.truth.users import MECHANISM, MODULE
from tests.e2e.truth.world import SERVERS, World

NAME = "eu-linked"


@contextmanager
def linked(world: World, folder: Path) -> Iterator[Elsewhere]:
    """Starts it and registers it as NAME; the world's processes end it.

    `proxies` has the one that `through_proxy` leads to, `secured` is the listener for users.
    """
    plain, controller, behind, outside, secured = ports.choose(5)
    broker = kafka.Broker(
        NAME,
        folder / NAME,
        plain,
        controller,
        kafka.new_cluster_id(),
        settings=_settings(plain, controller, behind, outside, secured),
    )
    kafka.start_broker(world.processes, jars.locked("kafka"), broker)
    for port in (plain, behind, secured):
        wait_until(partial(listens, port), seconds=START_S, what=NAME)
    world.register(NAME, broker.address)
    with closing(Side(broker.address)) as side, Proxy(outside, behind) as proxy:
        yield elsewhere(
            world,
            source=side,
            source_name=NAME,
            secured=f"127.0.0.1:{secured}",
            proxies=(proxy,),
        )


def through_proxy(world: World) -> dict[str, str]:
    """What makes a connector read through the proxy."""
    return {SERVERS: f"127.0.0.1:{proxies(world)[0].port}"}


def _settings(
    plain: int, controller: int, behind: int, outside: int, secured: int
) -> dict[str, str]:
    """Listeners, advertised where clients find them; whoever comes without a name may do all."""
    here = "127.0.0.1"
    own = f"PLAINTEXT://{here}:{plain},SECURED://{here}:{secured}"
    protocols = "PLAINTEXT:PLAINTEXT,LINKED:PLAINTEXT,SECURED:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT"
    jaas = f"listener.name.secured.{MECHANISM.lower()}.sasl.jaas.config"
    return {
        "listeners": f"{own},LINKED://{here}:{behind},CONTROLLER://{here}:{controller}",
        "advertised.listeners": f"{own},LINKED://{here}:{outside}",
        "listener.security.protocol.map": protocols,
        "listener.name.secured.sasl.enabled.mechanisms": MECHANISM,
        jaas: f"{MODULE} required;",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
    }
