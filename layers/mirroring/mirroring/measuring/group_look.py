"""What one sample reads of a mirror's consumer groups, from top to bottom."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mirroring.kafka_types import Fault, GroupFacts, Partition
from mirroring.measuring.group_memory import GroupMemory

EVERY = 3
"""Samples to a look: MirrorMaker itself translates once a minute, and groups can be many."""
_IDLE = ("Empty", "Dead", "")

Offsets = Mapping[Partition, int] | Fault
"""Committed offsets by partition of the source, or why they cannot be told."""


@dataclass(slots=True)
class GroupLook:
    """A mirror's groups in one sample; offsets are by partition of the source on both sides.

    `names` are all that match, `asked` those that are looked at; `states` are the target's. `fault`
    is why the checkpoints could not be read, `read` whether they were read to their end.
    """

    names: Mapping[str, GroupFacts]
    asked: tuple[str, ...] = ()
    whole: bool = True
    states: Mapping[str, str] = field(default_factory=dict)
    target_whole: bool = True
    target: Mapping[str, Offsets] = field(default_factory=dict)
    fault: Fault | None = None
    read: bool = True
    memory: GroupMemory = field(default_factory=GroupMemory)
    committed: Mapping[str, Offsets] = field(default_factory=dict)

    def active(self, group: str) -> bool:
        """Whether the group has members on the target."""
        return self.states.get(group, "") not in _IDLE

    def target_unread(self, group: str) -> bool:
        """Whether it is unknown what the group has committed on the target."""
        offsets = self.target.get(group)
        return isinstance(offsets, Fault) or (offsets is None and not self.target_whole)

    def on_target(self, group: str, partition: Partition) -> int | None:
        """What the group has committed on the target for a partition of the source."""
        offsets = self.target.get(group)
        return None if offsets is None or isinstance(offsets, Fault) else offsets.get(partition)


def due(turn: int) -> bool:
    """Whether the sample of this turn looks at groups."""
    return turn % EVERY == 0
