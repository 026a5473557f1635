"""What to ask of Connect so that a mirror's connectors are as they are wanted. Pure.

What somebody else paused or stopped is never resumed. A connector that was there and vanished, or
that failed, is touched only after a sample has recorded it, so that the changes tell the story.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import product

from mirroring.kafka_connect.told import Told
from mirroring.managing.renewal import due
from mirroring.managing.wanted import Wanted
from mirroring.mirror import Ask, Intent, Mirror
from mirroring.observation import Code, Observation, Reason
from mirroring.reconciled import RESTART_AFTER, Reconciled, Restarts
from mirroring.redaction import redacted

HEALTHY_AFTER = timedelta(hours=1)
FAILURES = (Code.TASK_FAILED, Code.CONNECTOR_FAILED, Code.CHECKPOINT_FAILED)
ABSENT = "absent"


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

    `attempt` counts the restarts of a connector; 0 for one that a person asked for.
    """

    verb: Verb
    connector: str
    config: Mapping[str, str] | None = field(default=None, repr=False)
    before: Mapping[str, str] | None = None
    after: Mapping[str, str] | None = None
    attempt: int = 0
    only_failed: bool = True


def plan(
    mirror: Mirror,
    wanted: Wanted,
    actual: Mapping[str, Told],
    observation: Observation | None,
    done: Reconciled,
    now: datetime,
) -> list[Action]:
    """What to ask of Connect now, in order, for a mirror that is not being removed.

    `actual` are its connectors as Connect tells of them, `observation` what the last sample saw,
    `done` what was done before.
    """
    if done.refused is not None and done.refused_basis == refusal_basis(mirror, wanted):
        return []
    puts = [
        action
        for name in wanted.configurations
        for action in _configure(mirror, name, wanted, actual.get(name), observation, done)
    ]
    there = {*actual, *(action.connector for action in puts)}
    present = [name for name in wanted.configurations if name in there]
    puts += _renew(mirror, wanted, present, {action.connector for action in puts}, done)
    holds = [*_hold(mirror.intent, present, actual, done), *_asked(mirror, present, done)]
    if puts or holds or mirror.intent is not Intent.RUNNING:
        return puts + holds
    return [
        action
        for name in present
        if (action := _restart(actual[name], observation, done, now)) is not None
    ]


def settled(mirror: Mirror, wanted: Wanted, actual: Mapping[str, Told]) -> bool:
    """Whether Connect's word alone shows that there is nothing to do."""
    state = HOLDING[mirror.intent][1]
    for name, config in wanted.configurations.items():
        told = actual.get(name)
        if told is None or differing(told.config, config):
            return False
        if told.connector.status != state or _has_failed(told):
            return False
    return True


def is_held(mirror: Mirror, listed: Mapping[str, Told]) -> bool:
    """Whether each connector that is there is paused or stopped as a person wants it."""
    state = HOLDING[mirror.intent][1]
    names = (mirror.source_connector, mirror.checkpoint_connector)
    return all(listed[name].connector.status == state for name in names if name in listed)


def differing(actual: Mapping[str, str], wanted: Mapping[str, str]) -> set[str]:
    """The keys in which two configurations differ; `name` is Connect's own."""
    keys = {*actual, *wanted} - {"name"}
    return {key for key in keys if actual.get(key) != wanted.get(key)}


def refusal_basis(mirror: Mirror, wanted: Wanted) -> str:
    """What a refusal is about: a change of the mirror or of its configuration may end it."""
    return f"{mirror.version} {wanted.basis}"


def _configure(
    mirror: Mirror,
    name: str,
    wanted: Wanted,
    told: Told | None,
    observation: Observation | None,
    done: Reconciled,
) -> Iterator[Action]:
    """The PUT that a connector needs; a repair where Connect had taken the same before."""
    config, applied = wanted.configurations[name], done.applied.get(name)
    if told is None:
        if applied is None:
            yield Action(Verb.PUT, name, config)
        elif _seen_missing(mirror, name, observation, applied.at):
            yield _put_right(name, config, {"state": "MISSING"}, {"state": "PUT BACK"})
        return
    keys = differing(told.config, config)
    if not keys:
        return
    if applied is None or applied.basis != wanted.basis:
        yield Action(Verb.PUT, name, config)
        return
    yield _put_right(name, config, _shown(told.config, keys), _shown(config, keys))


def _renew(
    mirror: Mirror, wanted: Wanted, present: list[str], put: set[str], done: Reconciled
) -> list[Action]:
    """Restarts of what no PUT restarts: a config provider is asked again only then.

    A stopped connector asks it when it is resumed.
    """
    if wanted.provider is None or mirror.intent is Intent.STOPPED or not due(wanted, done):
        return []
    return [Action(Verb.RENEW, name) for name in present if name not in put]


def _put_right(
    name: str, config: Mapping[str, str], before: Mapping[str, str], after: Mapping[str, str]
) -> Action:
    who = {"connector": name}
    return Action(Verb.PUT, name, config, {**who, **before}, {**who, **after})


def _shown(config: Mapping[str, str], keys: set[str]) -> dict[str, str]:
    return redacted({key: config.get(key, ABSENT) for key in sorted(keys)})


def _seen_missing(
    mirror: Mirror, name: str, observation: Observation | None, since: datetime
) -> bool:
    """Whether a sample after `since` recorded that the connector is gone.

    The mirror connector has a reason for it; the checkpoint connector is not among those seen.
    """
    if observation is None or observation.measured_at <= since:
        return False
    codes = {reason.code for reason in observation.reasons}
    if name == mirror.source_connector:
        return Code.CONNECTOR_MISSING in codes
    seen = {connector.name for connector in observation.connectors}
    return Code.CONNECT_UNREACHABLE not in codes and name not in seen


def _hold(
    intent: Intent, present: list[str], actual: Mapping[str, Told], done: Reconciled
) -> Iterator[Action]:
    """Pause and stop as the person wants; resume only what was held for a person before."""
    verb, state = HOLDING[intent]
    if intent is Intent.RUNNING and done.held is Intent.RUNNING:
        return
    for name in present:
        told = actual.get(name)
        status = told.connector.status if told else None
        if status == state or (status == "FAILED" and done.held is intent):
            continue
        yield Action(verb, name)


def _asked(mirror: Mirror, present: list[str], done: Reconciled) -> Iterator[Action]:
    """What a person asked for since it was last done; even of what somebody else paused."""
    waiting = [one for one in mirror.asks if done.answered is None or one.at > done.answered]
    for asked, name in product(waiting, present):
        if asked.ask is Ask.RESTART:
            yield Action(Verb.RESTART, name, only_failed=asked.only_failed)
        elif mirror.intent is Intent.RUNNING and done.held is Intent.RUNNING:
            yield Action(Verb.RESUME, name)


def _restart(
    told: Told, observation: Observation | None, done: Reconciled, now: datetime
) -> Action | None:
    """Restart what failed, 1, 2, 5, 10 and 30 min after it was seen; after that a person must."""
    name = told.connector.name
    reason = _failure(name, observation)
    if not _has_failed(told) or reason is None or observation is None:
        return None
    last = _counted(done.restarts.get(name), reason)
    if last is None:
        due = reason.since + RESTART_AFTER[0]
    elif last.count >= len(RESTART_AFTER) or observation.measured_at <= last.at:
        return None
    else:
        due = max(reason.since, last.at) + RESTART_AFTER[last.count]
    if now < due:
        return None
    attempt = last.count + 1 if last else 1
    before = {"connector": name, "state": "FAILED", "because": reason.message}
    after = {"connector": name, "state": "RESTARTED", "attempt": str(attempt)}
    return Action(Verb.RESTART, name, None, before, after, attempt)


def _counted(last: Restarts | None, reason: Reason) -> Restarts | None:
    """The restarts so far; none when the connector was healthy for an hour since the last."""
    return None if last is None or reason.since - last.at >= HEALTHY_AFTER else last


def _failure(name: str, observation: Observation | None) -> Reason | None:
    reasons = observation.reasons if observation else ()
    return next((one for one in reasons if one.code in FAILURES and one.connector == name), None)


def _has_failed(told: Told) -> bool:
    return "FAILED" in (told.connector.status, *(task.status for task in told.connector.tasks))
