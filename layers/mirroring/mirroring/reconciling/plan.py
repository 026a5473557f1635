"""What to ask of Connect so that a mirror's connectors are as they are wanted. Pure.

What somebody else paused or stopped is never resumed. A connector that was there and vanished, or
that failed, is touched only after a sample has recorded it, so that the changes tell the story.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import product

from mirroring.kafka_connect.connector_info import ConnectorInfo
from mirroring.mirror import HOLDS, Ask, Intent, Mirror
from mirroring.observation import Code, Observation
from mirroring.reconciled import QUIET, REPAIR_AFTER, Reconciled
from mirroring.reconciling.actions import HOLDING, Action, Verb
from mirroring.reconciling.desired import DesiredConnectors
from mirroring.reconciling.restarts import has_failed, restart
from mirroring.reconciling.rotation import due
from mirroring.redaction import redacted

# A refusal may end with a change on the workers, of which nobody tells us.
REFUSED_AGAIN = timedelta(minutes=30)
ABSENT = "absent"


def plan(
    mirror: Mirror,
    wanted: DesiredConnectors,
    actual: Mapping[str, ConnectorInfo],
    observation: Observation | None,
    done: Reconciled,
    now: datetime,
    *,
    held: Collection[str] = (),
    repairs: bool = True,
) -> list[Action]:
    """What to ask of Connect now, in order, for a mirror that is not being removed.

    `actual` are its connectors as Connect tells of them, `observation` what the last sample saw,
    `done` what was done before, `held` who was paused or stopped a moment ago. A pause comes before
    a configuration, which Connect may refuse or never answer. Without `repairs` it is only what a
    person asked for.
    """
    refused = is_refused(mirror, wanted, done, now)
    puts = [] if refused else _puts(mirror, wanted, actual, observation, done, now)
    puts = [one for one in puts if repairs or one.before is None]
    made = {action.connector for action in puts} - actual.keys()
    present = [name for name in wanted.configurations if name in actual or name in made]
    renewals = [] if refused else _renew(mirror, wanted, present, puts, done)
    unheld = [name for name in present if name in made or name not in held]
    holds = list(_hold(mirror.intent, unheld, actual, done))
    is_held = mirror.intent is not Intent.RUNNING
    early = [one for one in holds if is_held and one.connector in actual]
    late = [one for one in holds if one not in early]
    actions = [*early, *puts, *renewals, *late, *_asked(mirror, present, done, now)]
    if actions or is_held or not repairs:
        return actions
    again = (restart(actual[name], observation, done, now) for name in present)
    return [action for action in again if action is not None]


def settled(mirror: Mirror, wanted: DesiredConnectors, actual: Mapping[str, ConnectorInfo]) -> bool:
    """Whether Connect's word alone shows that there is nothing to do."""
    state = HOLDING[mirror.intent][1]
    for name, config in wanted.configurations.items():
        told = actual.get(name)
        if told is None or not is_healthy(told, config) or told.connector.status != state:
            return False
    return True


def is_healthy(told: ConnectorInfo, config: Mapping[str, str]) -> bool:
    """Whether a connector has its configuration, and neither it nor a task of it has failed."""
    return not differing(told.config, config) and not has_failed(told)


def is_held(mirror: Mirror, listed: Mapping[str, ConnectorInfo]) -> bool:
    """Whether each connector that is there is paused or stopped as a person wants it.

    One that failed never says so: what was asked of it is remembered instead.
    """
    return not to_hold(mirror, listed)


def to_hold(mirror: Mirror, listed: Mapping[str, ConnectorInfo]) -> list[str]:
    """The listed connectors that are not yet paused or stopped as a person wants it."""
    if mirror.intent not in HOLDS:
        return []
    states = (HOLDING[mirror.intent][1], "FAILED")
    names = (mirror.source_connector, mirror.checkpoint_connector)
    return [n for n in names if n in listed and listed[n].connector.status not in states]


def differing(actual: Mapping[str, str], wanted: Mapping[str, str]) -> set[str]:
    """The keys in which two configurations differ; `name` is Connect's own."""
    keys = {*actual, *wanted} - {"name"}
    return {key for key in keys if actual.get(key) != wanted.get(key)}


def refusal_basis(mirror: Mirror, wanted: DesiredConnectors) -> str:
    """What a refusal is about: a change of the mirror or of its configuration may end it."""
    return f"{mirror.version} {wanted.basis}"


def is_refused(mirror: Mirror, wanted: DesiredConnectors, done: Reconciled, now: datetime) -> bool:
    """Whether Connect refused just this, and not long ago."""
    if done.refused is None or done.refused_basis != refusal_basis(mirror, wanted):
        return False
    return done.refused_at is not None and now < done.refused_at + REFUSED_AGAIN


def _puts(
    mirror: Mirror,
    wanted: DesiredConnectors,
    actual: Mapping[str, ConnectorInfo],
    observation: Observation | None,
    done: Reconciled,
    now: datetime,
) -> list[Action]:
    """The PUTs that the connectors need."""
    return [
        action
        for name in wanted.configurations
        for action in _configure(mirror, name, wanted, actual.get(name), observation, done, now)
    ]


def _configure(
    mirror: Mirror,
    name: str,
    wanted: DesiredConnectors,
    told: ConnectorInfo | None,
    observation: Observation | None,
    done: Reconciled,
    now: datetime,
) -> Iterator[Action]:
    """The PUT that a connector needs; a repair where Connect had taken the same before."""
    config, applied = wanted.configurations[name], done.applied.get(name)
    keys = differing(told.config, config) if told is not None else set()
    if told is not None and not keys:
        return
    if applied is None or (told is not None and applied.basis != wanted.basis):
        yield Action(Verb.PUT, name, config)
        return
    count = _repairs(name, done, now)
    if count is None:
        return
    if told is not None:
        yield _put_right(name, config, count, _shown(told.config, keys), _shown(config, keys))
    elif _seen_missing(mirror, name, observation, applied.at):
        yield _put_right(name, config, count, {"state": "MISSING"}, {"state": "PUT BACK"})


def _repairs(name: str, done: Reconciled, now: datetime) -> int | None:
    """How often it is put right with this time; None while it is too early for another time."""
    last = done.repairs.get(name)
    if last is None or now - last.at >= QUIET:
        return 1
    wait = REPAIR_AFTER[min(last.count, len(REPAIR_AFTER)) - 1]
    return None if now < last.at + wait else last.count + 1


def _renew(
    mirror: Mirror,
    wanted: DesiredConnectors,
    present: Collection[str],
    puts: Collection[Action],
    done: Reconciled,
) -> list[Action]:
    """Restarts of what no PUT restarts: a config provider is asked again only then.

    A stopped connector asks it when it is resumed.
    """
    if wanted.provider is None or mirror.intent is Intent.STOPPED or not due(wanted, done):
        return []
    put = {action.connector for action in puts}
    return [Action(Verb.RENEW, name) for name in present if name not in put]


def _put_right(
    name: str,
    config: Mapping[str, str],
    count: int,
    before: Mapping[str, str],
    after: Mapping[str, str],
) -> Action:
    who = {"connector": name}
    return Action(Verb.PUT, name, config, {**who, **before}, {**who, **after}, count)


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
    intent: Intent, present: list[str], actual: Mapping[str, ConnectorInfo], done: Reconciled
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


def _asked(mirror: Mirror, present: list[str], done: Reconciled, now: datetime) -> Iterator[Action]:
    """What a person asked for since it was last done; even of what somebody else paused.

    What another run is at is left to it.
    """
    claim = done.answering if done.answering and now < done.answering.until else None
    waiting = [one for one in done.unanswered(mirror) if claim is None or one.at > claim.asked]
    for one, name in product(waiting, present):
        if one.ask is Ask.RESTART:
            yield Action(Verb.RESTART, name, only_failed=one.only_failed, asked=one.at)
        elif mirror.intent is Intent.RUNNING and done.held is Intent.RUNNING:
            yield Action(Verb.RESUME, name, asked=one.at)
