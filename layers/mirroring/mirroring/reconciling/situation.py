"""What one run knows of a mirror before it plans what to ask of Connect."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mirroring.kafka_connect.connector_info import ConnectorInfo
from mirroring.mirror import Mirror
from mirroring.observation import Observation
from mirroring.reconciled import Reconciled
from mirroring.reconciling.desired import DesiredConnectors


@dataclass(frozen=True, slots=True)
class Situation:
    """A mirror at `now`: its connectors as desired and as Connect tells of them, and its past.

    `actual` has the connectors that exist, by name; `observation` is what the last sample saw, None
    before the first; `done` is what earlier runs did.
    """

    mirror: Mirror
    desired: DesiredConnectors
    actual: Mapping[str, ConnectorInfo]
    observation: Observation | None
    done: Reconciled
    now: datetime

    @property
    def mirror_connector(self) -> ConnectorInfo | None:
        """The connector that copies records; None where Connect has none."""
        return self.actual.get(self.mirror.source_connector)
