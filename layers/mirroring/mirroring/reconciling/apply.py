"""What reconcile asks of Connect for one mirror, and what it remembers and tells of it.

What is remembered is written as changes to what is stored then: a pause by the API may have been
written while Connect was asked for something else.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger

from mirroring import bounded
from mirroring.errors import MirrorNotFound
from mirroring.kafka_connect.client import ConfigRefused, ConnectBusy, ConnectClient
from mirroring.mirror import Intent
from mirroring.observation import Change, ChangeKind
from mirroring.reconciled import Answering, Applied, Reconciled, Repairs, Restarts
from mirroring.reconciling.actions import Action, Verb, perform
from mirroring.reconciling.plan import refusal_basis
from mirroring.reconciling.situation import Situation
from mirroring.redaction import scrubbed
from mirroring.storing.history import History
from mirroring.storing.mirror_store import MirrorStore

LONGEST_WORDS = 2000
# Longer than any function works on one mirror: who asked Connect and then died is not waited for.
CLAIMED = timedelta(seconds=60)
KEYS_TOLD = 10

logger = Logger()


@dataclass
class ActionRunner:
    """Asks Connect for the actions of one run for one mirror; `done` grows with each."""

    store: MirrorStore
    history: History
    connect: ConnectClient
    situation: Situation
    done: Reconciled = field(init=False)
    _stored: Reconciled = field(init=False)
    _changes: list[Callable[[Reconciled], Reconciled]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.done = self._stored = self.situation.done

    def take(self, actions: Sequence[Action]) -> bool:
        """All of the actions, in order; False where Connect refuses a configuration.

        That ends only the PUTs. What a person asked for once is claimed first: raises Conflict
        where another run is at it. Raises ConnectUnavailable where it ends early; what was done
        until then is remembered.
        """
        claim, refused = self._claim(actions), False
        try:
            for action in actions:
                if not (refused and action.verb in (Verb.PUT, Verb.RENEW)):
                    refused = not self._take(action) or refused
            self._finish(refused, claim)
        finally:
            if claim is not None:
                self._change(lambda one: _released(one, claim))
            self.save()
        return not refused

    def adopt(self, names: Collection[str]) -> None:
        """Connectors that are as desired, though a time-out hid that Connect took them.

        Once all of them are, nothing is refused any more: what was refused was taken back.
        """
        for name in names:
            if name not in self.done.applied:
                self._applied(name)
        if names and not self.done.connections:
            self._remember(connections=dict(self.situation.desired.connections))
        if self.done.refused is not None and set(names) == set(
            self.situation.desired.configurations
        ):
            self._remember(refused=None, refused_basis=None, refused_at=None)
        self.save()

    def rest(self, healthy: Collection[str]) -> None:
        """Nothing is to be done: forget what is over; `healthy` are as they should be."""
        self._change(lambda one: one.rested(self.situation.now, frozenset(healthy)))
        self.save()

    def save(self) -> None:
        """Write what is new onto what is stored now; raises Conflict, MirrorNotFound."""
        changes, self._changes = self._changes, []
        if changes and self.done != self._stored:
            self.done = self.store.amend_reconciled(self._stored, lambda one: _all(changes, one))
        self._stored = self.done

    def _claim(self, actions: Sequence[Action]) -> Answering | None:
        """What only one run may do is ours from now on.

        A pause is remembered before it is asked for: else a resume would take it for a stranger's.
        """
        asked = max((one.asked for one in actions if one.asked is not None), default=None)
        if any(action.verb in (Verb.PAUSE, Verb.STOP) for action in actions):
            self._remember(held=self.situation.mirror.intent)
        self.save()
        if asked is None:
            return None
        claim = Answering(asked=asked, until=datetime.now(UTC) + CLAIMED)
        claimed = self.done.model_copy(update={"answering": claim})
        self.done = self._stored = self.store.put_reconciled(claimed)
        return claim

    def _finish(self, refused: bool, claim: Answering | None) -> None:
        """All was asked for; what another run wrote of a newer request stays as it is."""
        mirror = self.situation.mirror
        before, intent = self.done.held, mirror.intent
        self._change(lambda one: _held(one, intent) if one.held is before else one)
        self._remember(failing=None)
        if not refused:
            self._remember(connections=dict(self.situation.desired.connections))
        if mirror.asks and (claim is not None or self.done.answering is None):
            last = mirror.asks[-1].at
            self._change(lambda one: _answered(one, last))

    def _take(self, action: Action) -> bool:
        """Ask for one; False for a configuration that Connect refuses."""
        try:
            perform(self.connect, action)
        except ConfigRefused as refused:
            self._refuse(action.connector, refused)
            return False
        except ConnectBusy as busy:
            raise ConnectBusy(scrubbed(busy.detail, self.situation.desired.secrets)) from None
        logger.info(
            "asked Connect",
            mirror=self.situation.mirror.name,
            connector=action.connector,
            verb=action.verb,
            because=action.before,
        )
        self._done(action)
        if action.before is not None:
            self._tell(action.before, action.after or {})
        return True

    def _done(self, action: Action) -> None:
        """Remember what was done."""
        name, now = action.connector, datetime.now(UTC)
        if action.verb is Verb.PUT:
            self._applied(name)
            if action.before is not None:
                repair = Repairs(count=action.attempt, at=now, what=_what(action.before))
                self._change(lambda one: _with(one, "repairs", name, repair))
            if not self._is_still_desired():
                self.connect.delete(name)
        if action.verb is Verb.RESTART:
            count = Restarts(count=action.attempt, at=now) if action.attempt else None
            self._change(lambda one: _with(one, "restarts", name, count))

    def _tell(self, before: Mapping[str, str], after: Mapping[str, str]) -> None:
        self.history.add_change(
            Change(
                mirror=self.situation.mirror.name,
                at=datetime.now(UTC),
                kind=ChangeKind.REPAIR,
                before=dict(before),
                after=dict(after),
            )
        )

    def _is_still_desired(self) -> bool:
        """Whether the mirror was not removed meanwhile; else its connector is taken back."""
        try:
            return self.store.mirror(self.situation.mirror.name).intent is not Intent.DELETED
        except MirrorNotFound:
            return False

    def _applied(self, name: str) -> None:
        applied = Applied(basis=self.situation.desired.basis, at=datetime.now(UTC))
        self._change(lambda one: _with(one, "applied", name, applied))
        self._remember(refused=None, refused_basis=None, refused_at=None)

    def _refuse(self, name: str, refused: ConfigRefused) -> None:
        """Remember the refusal, unless Connect accepted a newer one while it was on its way."""
        words = scrubbed(refused.words, self.situation.desired.secrets)[:LONGEST_WORDS]
        logger.warning("configuration refused", mirror=self.situation.mirror.name, words=words)
        update = {
            "refused": words,
            "refused_basis": refusal_basis(self.situation.mirror, self.situation.desired),
            "refused_at": datetime.now(UTC),
        }

        def refuse(one: Reconciled) -> Reconciled:
            known = one.applied.get(name)
            is_late = known is not None and known.at > self.situation.now
            return one if is_late else one.model_copy(update=update)

        self._change(refuse)

    def _remember(self, **update: Any) -> None:
        self._change(lambda one: one.model_copy(update=update))

    def _change(self, change: Callable[[Reconciled], Reconciled]) -> None:
        self.done = change(self.done)
        self._changes.append(change)


def _all(changes: Sequence[Callable[[Reconciled], Reconciled]], one: Reconciled) -> Reconciled:
    for change in changes:
        one = change(one)
    return one


def _held(one: Reconciled, intent: Intent) -> Reconciled:
    return one.model_copy(update={"held": intent})


def _answered(one: Reconciled, at: datetime) -> Reconciled:
    last = max(at, one.answered) if one.answered else at
    return one.model_copy(update={"answered": last})


def _released(one: Reconciled, claim: Answering) -> Reconciled:
    return one.model_copy(update={"answering": None}) if one.answering == claim else one


def _with(one: Reconciled, part: str, name: str, value: object | None) -> Reconciled:
    """The same with this of one connector, or with None without it."""
    others = {key: known for key, known in getattr(one, part).items() if key != name}
    return one.model_copy(update={part: others | ({name: value} if value is not None else {})})


def _what(before: Mapping[str, str]) -> str:
    """What a repair was about, in words: the properties that differed, or that it was gone."""
    keys = [key for key in before if key != "connector"]
    if keys == ["state"]:
        return "it was deleted"
    return bounded.names(keys, KEYS_TOLD)
