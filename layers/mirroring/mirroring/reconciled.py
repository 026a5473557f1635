"""What reconcile has done for a mirror, so that it does each thing once."""

from datetime import timedelta

from pydantic import Field

from mirroring.mirror import Intent
from mirroring.schema import Moment, Rewritten

RESTART_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 30))


class Applied(Rewritten):
    """A configuration that Connect took; `basis` says which, and holds no secret."""

    basis: str
    at: Moment


class Restarts(Rewritten):
    """How often a failed connector was restarted since it was last healthy, and when last."""

    count: int
    at: Moment


class Renewing(Rewritten):
    """New connections, given at `at` and not proven yet; whether the mirror `worked` before."""

    at: Moment
    worked: bool


class Reconciled(Rewritten):
    """What was done for a mirror; by connector name where it is about one connector.

    `held` is what was last done with a person's pause or stop: only what we paused is resumed.
    `answered` is when a person asked for the restart or the resume that was done last.
    `refused` are Connect's words about the configuration of `refused_basis`. `connections` are
    Wanted's that its connectors have, with `renewing` while those are new and not proven yet.
    """

    mirror: str
    applied: dict[str, Applied] = Field(default_factory=dict)
    held: Intent = Intent.RUNNING
    refused: str | None = None
    refused_basis: str | None = None
    restarts: dict[str, Restarts] = Field(default_factory=dict)
    answered: Moment | None = None
    connections: dict[str, str] = Field(default_factory=dict)
    renewing: Renewing | None = None

    def given_up(self) -> frozenset[str]:
        """The connectors that were restarted as often as they are: a person must mend them."""
        return frozenset(
            name for name, one in self.restarts.items() if one.count >= len(RESTART_AFTER)
        )
