"""Ports of 127.0.0.1, chosen once for a data folder and kept: addresses of Kafka are data."""

import json
import random
import socket
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from lockstep.local.errors import StackError

# Below the range from which systems take ports for outgoing connections (Linux 32768, IANA 49152).
RANGE = range(20_000, 32_000)
TRIES = 200


def is_free(port: int) -> bool:
    """Whether a server could listen on this port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def choose(count: int, *, taken: frozenset[int] = frozenset()) -> list[int]:
    """So many free ports, none of them in `taken`; raise StackError when there are too few."""
    tried = random.sample(RANGE, TRIES)
    chosen = list(islice((port for port in tried if port not in taken and is_free(port)), count))
    if len(chosen) < count:
        raise StackError(
            "No free port was found between 20000 and 32000: stop some other programs."
        )
    return chosen


def remembered(path: Path, names: Sequence[str]) -> dict[str, int]:
    """The port of each name, from the file at `path` or chosen now and written there.

    Raises StackError when another program took one of them meanwhile.
    """
    ports: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}
    for name in names:
        if name in ports and not is_free(ports[name]):
            raise StackError(
                f"Port {ports[name]}, where {name} of this data folder listens, is in use: stop "
                f"what uses it, or start with another folder (--data)."
            )
    missing = [name for name in names if name not in ports]
    taken = frozenset(ports.values())
    ports |= dict(zip(missing, choose(len(missing), taken=taken), strict=True))
    path.write_text(json.dumps(ports, indent=2) + "\n")
    return ports
