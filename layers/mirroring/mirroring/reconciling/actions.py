"""What reconcile may ask of Connect for one connector."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from mirroring.kafka_connect.client import ConnectClient
from mirroring.mirror import Intent


class Verb(StrEnum):
    """What is asked of Connect."""

    PUT = "put"
    PAUSE = "pause"
    STOP = "stop"
    RESUME = "resume"
    RESTART = "restart"
    RENEW = "renew"


HOLDING = {
    Intent.PAUSED: (Verb.PAUSE, "PAUSED"),
    Intent.STOPPED: (Verb.STOP, "STOPPED"),
    Intent.RUNNING: (Verb.RESUME, "RUNNING"),
}


@dataclass(frozen=True)
class Action:
    """One request to Connect; for a repair, how it was `before` and is `after`, redacted.

    `attempt` counts the restarts of a connector, or how often it was put right; 0 for what a person
    asked for, at `asked` where it is done once.
    """

    verb: Verb
    connector: str
    config: Mapping[str, str] | None = field(default=None, repr=False)
    before: Mapping[str, str] | None = None
    after: Mapping[str, str] | None = None
    attempt: int = 0
    only_failed: bool = True
    asked: datetime | None = None


def perform(connect: ConnectClient, action: Action) -> None:
    """Ask for it; raises ConnectUnavailable, and ConfigRefused for a PUT."""
    name = action.connector
    ask: dict[Verb, Callable[[], None]] = {
        Verb.PUT: lambda: connect.put(name, action.config or {}),
        Verb.PAUSE: lambda: connect.pause(name),
        Verb.STOP: lambda: connect.stop(name),
        Verb.RESUME: lambda: connect.resume(name),
        Verb.RESTART: lambda: connect.restart(name, only_failed=action.only_failed),
        Verb.RENEW: lambda: connect.restart(name),
    }
    ask[action.verb]()
