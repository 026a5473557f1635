"""When a failed connector is restarted: soon, then less often, and for ever. Pure."""

from mirroring.kafka_connect.connector_info import ConnectorInfo
from mirroring.observation import Observation, Reason
from mirroring.reason_table import FAILURES
from mirroring.reconciled import QUIET, RESTART_AFTER, Restarts
from mirroring.reconciling.actions import Action, Verb
from mirroring.reconciling.situation import Situation


def restart(info: ConnectorInfo, situation: Situation) -> Action | None:
    """Restart what failed, 1, 2, 5, 10 and 30 min after it was seen, then every 30 min.

    The changes tell of those until it is given up: then a reason stands.
    """
    name, observation = info.connector.name, situation.observation
    reason = _failure(name, observation)
    if not has_failed(info) or reason is None or observation is None:
        return None
    last = _counted(situation.done.restarts.get(name), reason)
    if last is not None and observation.measured_at <= last.at:
        return None
    count = last.count if last else 0
    since = max(reason.since, last.at) if last else reason.since
    if situation.now < since + RESTART_AFTER[min(count, len(RESTART_AFTER) - 1)]:
        return None
    if count >= len(RESTART_AFTER):
        return Action(Verb.RESTART, name, attempt=count + 1)
    before = {"connector": name, "state": "FAILED", "because": reason.message}
    after = {"connector": name, "state": "RESTARTED", "attempt": str(count + 1)}
    return Action(Verb.RESTART, name, None, before, after, count + 1)


def has_failed(info: ConnectorInfo) -> bool:
    """Whether the connector or a task of it is FAILED."""
    return "FAILED" in info.connector.states


def _counted(last: Restarts | None, reason: Reason) -> Restarts | None:
    """The restarts so far; none when the connector was healthy for an hour since the last."""
    return None if last is None or reason.since - last.at >= QUIET else last


def _failure(name: str, observation: Observation | None) -> Reason | None:
    reasons = observation.reasons if observation else ()
    return next((one for one in reasons if one.code in FAILURES and one.connector == name), None)
