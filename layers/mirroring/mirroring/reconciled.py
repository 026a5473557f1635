"""What reconcile has done for a mirror, so that it does each thing once."""

from datetime import datetime, timedelta

from pydantic import Field

from mirroring.mirror import Asked, Failing, Intent, Mirror
from mirroring.schema import Moment, Rewritten

# The first three are soon enough for a broker's restart or a rebalance; the last one for ever.
RESTART_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 30))
# A configuration that somebody else changed is put right at once, and then less and less often.
REPAIR_AFTER = tuple(timedelta(minutes=minutes) for minutes in (2, 4, 8, 16, 30))
# Twice is a person who tries something out; the third time something is at work that goes on.
OFTEN = 3
# More than the longest pause between two repairs, or each would seem to be the first.
QUIET = timedelta(hours=1)
# A connector that was given up and then runs for so long has found its cause mended.
MENDED = timedelta(minutes=10)


class Applied(Rewritten):
    """A configuration that Connect took; `basis` says which, and holds no secret."""

    basis: str
    at: Moment


class Restarts(Rewritten):
    """How often a failed connector was restarted since it was last healthy, and when last."""

    count: int
    at: Moment


class Repairs(Rewritten):
    """How often a connector was put right since it was last left alone, when last, and of what."""

    count: int
    at: Moment
    what: str


class Answering(Rewritten):
    """A restart or a resume asked for at `asked` is being done, until `until` by nobody else."""

    asked: Moment
    until: Moment


class Renewing(Rewritten):
    """New connections, given at `at` and not proven yet; whether the mirror `worked` before."""

    at: Moment
    worked: bool


class Reconciled(Rewritten):
    """What was done for a mirror; by connector name where it is about one connector.

    `sequence` counts the writes, so that of two that follow from one only one is taken.
    `held` is what was last done with a person's pause or stop: only what we paused is resumed.
    `answered` is when a person asked for the restart or the resume that was done last, `answering`
    the one that is being done. `refused` are Connect's words about the configuration of
    `refused_basis`, said at `refused_at`. `connections` are Wanted's that its connectors have, with
    `renewing` while those are new and not proven yet.
    """

    mirror: str
    sequence: int = 0
    applied: dict[str, Applied] = Field(default_factory=dict)
    held: Intent = Intent.RUNNING
    refused: str | None = None
    refused_basis: str | None = None
    refused_at: Moment | None = None
    restarts: dict[str, Restarts] = Field(default_factory=dict)
    repairs: dict[str, Repairs] = Field(default_factory=dict)
    answered: Moment | None = None
    answering: Answering | None = None
    failing: Failing | None = None
    connections: dict[str, str] = Field(default_factory=dict)
    renewing: Renewing | None = None

    def given_up(self) -> frozenset[str]:
        """The connectors that the early restarts did not help: a person must mend them."""
        return frozenset(
            name for name, one in self.restarts.items() if one.count >= len(RESTART_AFTER)
        )

    def changed_by_others(self) -> dict[str, str]:
        """What something else keeps changing, by connector."""
        return {name: one.what for name, one in self.repairs.items() if one.count >= OFTEN}

    def unanswered(self, mirror: Mirror) -> list[Asked]:
        """What a person asked for since it was last done, oldest first."""
        return [one for one in mirror.asks if self.answered is None or one.at > self.answered]

    def is_at_rest(self) -> bool:
        """Whether nothing is under way that a later run must look at."""
        under_way = (self.refused, self.answering, self.failing, self.renewing)
        return not any(under_way) and not self.repairs and not self.restarts

    def rested(self, now: datetime, running: frozenset[str]) -> "Reconciled":
        """The same without what is over; `running` are the connectors that are as wanted."""
        repairs = {
            name: one
            for name, one in self.repairs.items()
            if name not in running or now - one.at < QUIET
        }
        restarts = {
            name: one
            for name, one in self.restarts.items()
            if name not in running or now - one.at < (MENDED if name in self.given_up() else QUIET)
        }
        return self.model_copy(update={"repairs": repairs, "restarts": restarts, "failing": None})
