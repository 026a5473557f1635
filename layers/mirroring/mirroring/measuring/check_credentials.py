"""Whether a source still takes the credentials of a mirror that may be shut out.

Open connections outlive a password: ours and a running task's go on for days after it was changed.
Only what restarts is refused, and a connector says RUNNING all the same, with or without a task.
"""

from collections.abc import Sequence

from mirroring.connections import Endpoint
from mirroring.errors import ClusterUnauthorized, ClusterUnreachable
from mirroring.kafka_client.probe import Probe
from mirroring.measuring.readings import MirrorReadings
from mirroring.observation import Code

LOGIN_S = 3.0


def doubtful(readings: MirrorReadings) -> bool:
    """Whether the source can be read, and yet the mirror runs without a task, or stalled."""
    connector, before = readings.connect.connector, readings.before
    if connector is None or connector.status != "RUNNING" or not readings.source.topics:
        return False
    stalled = before is not None and any(one.code is Code.STALLED for one in before.reasons)
    return stalled or not connector.tasks


def try_login(source: Endpoint, all_readings: Sequence[MirrorReadings]) -> None:
    """Log in to the source anew for the doubtful mirrors, and note it where that is refused."""
    doubted = [readings for readings in all_readings if doubtful(readings)]
    if not doubted:
        return
    fresh = Probe(*source, timeout_s=LOGIN_S)
    try:
        fresh.cluster()
    except ClusterUnauthorized as error:
        for readings in doubted:
            readings.partly_unobservable[Code.SOURCE_UNAUTHORIZED] = error.detail
    except ClusterUnreachable:
        return
    finally:
        fresh.close()
