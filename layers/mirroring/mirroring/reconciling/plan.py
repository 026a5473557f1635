"""What to ask of Connect so that a mirror's connectors become as desired. Pure.

What somebody else paused or stopped is never resumed. A connector that was there and vanished, or
that failed, is touched only after a sample has recorded it, so that the changes tell the story.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import product

from mirroring.kafka_connect.connector_info import ConnectorInfo
from mirroring.mirror import HOLDS, Ask, Intent, Mirror
from mirroring.observation import Code
from mirroring.reconciled import QUIET, REPAIR_AFTER, Reconciled
from mirroring.reconciling.actions import HOLDING, Action, Verb
from mirroring.reconciling.desired import DesiredConnectors
from mirroring.reconciling.restarts import has_failed, restart
from mirroring.reconciling.rotation import due
from mirroring.reconciling.situation import Situation
from mirroring.redaction import redacted

# A refusal may end with a change on the workers, of which nobody tells us.
REFUSED_AGAIN = timedelta(minutes=30)
ABSENT = "absent"


def plan(situation: Situation, *, held: Collection[str] = (), repairs: bool = True) -> list[Action]:
    """What to ask of Connect now, in order, for a mirror that is not being removed.

    1. Pause or stop what exists, before a configuration that Connect may refuse or never answer.
    2. PUT each configuration that differs or is missing; without `repairs` only the missing ones.
    3. Restart what must read a config provider again and gets no PUT.
    4. Pause or stop what a PUT makes, or resume what was held for a person before.
    5. Restart or resume what a person asked for since it was last done.
    6. Only if nothing of this is due: restart what failed.

    `held` are the connectors that were paused or stopped a moment ago.
    """
    mirror, desired, actual = situation.mirror, situation.desired, situation.actual
    refused = is_refused(mirror, desired, situation.done, situation.now)
    puts = [] if refused else _puts(situation)
    puts = [one for one in puts if repairs or one.before is None]
    made = {action.connector for action in puts} - actual.keys()
    present = [name for name in desired.configurations if name in actual or name in made]
    renewals = [] if refused else _renew(situation, present, puts)
    unheld = [name for name in present if name in made or name not in held]
    holds = list(_hold(situation, unheld))
    is_held = mirror.intent is not Intent.RUNNING
    early = [one for one in holds if is_held and one.connector in actual]
    late = [one for one in holds if one not in early]
    actions = [*early, *puts, *renewals, *late, *_asked(situation, present)]
    if actions or is_held or not repairs:
        return actions
    again = (restart(actual[name], situation) for name in present)
    return [action for action in again if action is not None]


def settled(
    mirror: Mirror, desired: DesiredConnectors, actual: Mapping[str, ConnectorInfo]
) -> bool:
    """Whether Connect's word alone shows that there is nothing to do."""
    state = HOLDING[mirror.intent][1]
    for name, config in desired.configurations.items():
        info = actual.get(name)
        if info is None or not is_healthy(info, config) or info.connector.status != state:
            return False
    return True


def is_healthy(info: ConnectorInfo, config: Mapping[str, str]) -> bool:
    """Whether a connector has its configuration, and neither it nor a task of it has failed."""
    return not differing(info.config, config) and not has_failed(info)


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


def differing(actual: Mapping[str, str], desired: Mapping[str, str]) -> set[str]:
    """The keys in which two configurations differ; `name` is Connect's own."""
    keys = {*actual, *desired} - {"name"}
    return {key for key in keys if actual.get(key) != desired.get(key)}


def refusal_basis(mirror: Mirror, desired: DesiredConnectors) -> str:
    """What a refusal is about: a change of the mirror or of its configuration may end it."""
    return f"{mirror.version} {desired.basis}"


def is_refused(mirror: Mirror, desired: DesiredConnectors, done: Reconciled, now: datetime) -> bool:
    """Whether Connect refused just this, and not long ago."""
    if done.refused is None or done.refused_basis != refusal_basis(mirror, desired):
        return False
    return done.refused_at is not None and now < done.refused_at + REFUSED_AGAIN


def _puts(situation: Situation) -> list[Action]:
    """The PUTs that the connectors need."""
    return [
        action
        for name in situation.desired.configurations
        for action in _configure(situation, name)
    ]


def _configure(situation: Situation, name: str) -> Iterator[Action]:
    """The PUT that a connector needs; a repair where Connect had taken the same before."""
    desired, done, info = situation.desired, situation.done, situation.actual.get(name)
    config, applied = desired.configurations[name], done.applied.get(name)
    keys = differing(info.config, config) if info is not None else set()
    if info is not None and not keys:
        return
    if applied is None or (info is not None and applied.basis != desired.basis):
        yield Action(Verb.PUT, name, config)
        return
    count = _repairs(name, done, situation.now)
    if count is None:
        return
    if info is not None:
        yield _put_right(name, config, count, _shown(info.config, keys), _shown(config, keys))
    elif _seen_missing(situation, name, applied.at):
        yield _put_right(name, config, count, {"state": "MISSING"}, {"state": "PUT BACK"})


def _repairs(name: str, done: Reconciled, now: datetime) -> int | None:
    """How often it is put right with this time; None while it is too early for another time."""
    last = done.repairs.get(name)
    if last is None or now - last.at >= QUIET:
        return 1
    wait = REPAIR_AFTER[min(last.count, len(REPAIR_AFTER)) - 1]
    return None if now < last.at + wait else last.count + 1


def _renew(
    situation: Situation, present: Collection[str], puts: Collection[Action]
) -> list[Action]:
    """Restarts of what no PUT restarts: a config provider is asked again only then.

    A stopped connector asks it when it is resumed.
    """
    desired = situation.desired
    if desired.provider is None or situation.mirror.intent is Intent.STOPPED:
        return []
    if not due(desired, situation.done):
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


def _seen_missing(situation: Situation, name: str, since: datetime) -> bool:
    """Whether a sample after `since` recorded that the connector is gone.

    The mirror connector has a reason for it; the checkpoint connector is not among those seen.
    """
    observation = situation.observation
    if observation is None or observation.measured_at <= since:
        return False
    codes = {reason.code for reason in observation.reasons}
    if name == situation.mirror.source_connector:
        return Code.CONNECTOR_MISSING in codes
    seen = {connector.name for connector in observation.connectors}
    return Code.CONNECT_UNREACHABLE not in codes and name not in seen


def _hold(situation: Situation, present: Collection[str]) -> Iterator[Action]:
    """Pause and stop as the person wants; resume only what was held for a person before."""
    intent, done = situation.mirror.intent, situation.done
    verb, state = HOLDING[intent]
    if intent is Intent.RUNNING and done.held is Intent.RUNNING:
        return
    for name in present:
        info = situation.actual.get(name)
        status = info.connector.status if info else None
        if status == state or (status == "FAILED" and done.held is intent):
            continue
        yield Action(verb, name)


def _asked(situation: Situation, present: Collection[str]) -> Iterator[Action]:
    """What a person asked for since it was last done; even of what somebody else paused.

    What another run is at is left to it.
    """
    mirror, done = situation.mirror, situation.done
    claim = done.answering
    if claim is not None and situation.now >= claim.until:
        claim = None
    waiting = [one for one in done.unanswered(mirror) if claim is None or one.at > claim.asked]
    for one, name in product(waiting, present):
        if one.ask is Ask.RESTART:
            yield Action(Verb.RESTART, name, only_failed=one.only_failed, asked=one.at)
        elif mirror.intent is Intent.RUNNING and done.held is Intent.RUNNING:
            yield Action(Verb.RESUME, name, asked=one.at)
