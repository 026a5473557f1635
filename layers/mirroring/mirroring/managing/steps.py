"""What reconcile asks of Connect for one mirror, and what it remembers and tells of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger

from mirroring.errors import MirrorNotFound
from mirroring.kafka_connect.connect import ConfigRefused, Connect
from mirroring.managing.repair import Action, Verb, refusal_basis
from mirroring.managing.wanted import Wanted
from mirroring.mirror import Intent, Mirror
from mirroring.observation import Change, ChangeKind
from mirroring.reconciled import Applied, Reconciled, Restarts
from mirroring.redaction import scrubbed
from mirroring.storing.history import History
from mirroring.storing.store import Store

LONGEST_WORDS = 2000

logger = Logger()


@dataclass
class Steps:
    """The steps of one run for one mirror; `done` grows with each."""

    store: Store
    history: History
    connect: Connect
    mirror: Mirror
    wanted: Wanted
    done: Reconciled

    def take(self, actions: Sequence[Action]) -> bool:
        """All of the actions, in order; False when Connect refuses the configuration.

        Raises ConnectUnavailable where it ends early; what was done until then is remembered.
        """
        before = self.done
        self._announce(actions)
        try:
            for action in actions:
                self._take(action)
            self._remember(held=self.mirror.intent, connections=dict(self.wanted.connections))
            if self.mirror.asks:
                self._remember(answered=self.mirror.asks[-1].at)
        except ConfigRefused as refused:
            self._refuse(refused)
            return False
        finally:
            if self.done != before:
                self.store.put_reconciled(self.done)
        return True

    def adopt(self, names: Sequence[str]) -> None:
        """Connectors that are as wanted, though a time-out hid that Connect took them."""
        before = self.done
        for name in names:
            if name not in self.done.applied:
                self._applied(name)
        if names and not self.done.connections:
            self._remember(connections=dict(self.wanted.connections))
        if self.done != before:
            self.store.put_reconciled(self.done)

    def _announce(self, actions: Sequence[Action]) -> None:
        """Remember a pause before it is asked for: else a resume would take it for a stranger's."""
        if any(action.verb in (Verb.PAUSE, Verb.STOP) for action in actions):
            self._remember(held=self.mirror.intent)
            self.store.put_reconciled(self.done)

    def _take(self, action: Action) -> None:
        ask: dict[Verb, Callable[[Action], None]] = {
            Verb.PUT: self._put,
            Verb.PAUSE: lambda one: self.connect.pause(one.connector),
            Verb.STOP: lambda one: self.connect.stop(one.connector),
            Verb.RESUME: lambda one: self.connect.resume(one.connector),
            Verb.RESTART: self._restart,
            Verb.RENEW: lambda one: self.connect.restart(one.connector),
        }
        ask[action.verb](action)
        logger.info(
            "asked Connect",
            mirror=self.mirror.name,
            connector=action.connector,
            verb=action.verb,
            because=action.before,
        )
        if action.before is not None:
            self.history.add_change(
                Change(
                    mirror=self.mirror.name,
                    at=datetime.now(UTC),
                    kind=ChangeKind.REPAIR,
                    before=dict(action.before),
                    after=dict(action.after or {}),
                )
            )

    def _put(self, action: Action) -> None:
        """Give the configuration, and take it back where the mirror was removed meanwhile."""
        self.connect.put(action.connector, action.config or {})
        self._applied(action.connector)
        if not self._still_wanted():
            self.connect.delete(action.connector)

    def _restart(self, action: Action) -> None:
        self.connect.restart(action.connector, only_failed=action.only_failed)
        restarts = {k: v for k, v in self.done.restarts.items() if k != action.connector}
        if action.attempt:
            restarts[action.connector] = Restarts(count=action.attempt, at=datetime.now(UTC))
        self._remember(restarts=restarts)

    def _still_wanted(self) -> bool:
        try:
            return self.store.mirror(self.mirror.name).intent is not Intent.DELETED
        except MirrorNotFound:
            return False

    def _applied(self, name: str) -> None:
        applied = Applied(basis=self.wanted.basis, at=datetime.now(UTC))
        self._remember(
            applied={**self.done.applied, name: applied}, refused=None, refused_basis=None
        )

    def _refuse(self, refused: ConfigRefused) -> None:
        words = scrubbed(refused.words, self.wanted.secrets)[:LONGEST_WORDS]
        logger.warning("configuration refused", mirror=self.mirror.name, words=words)
        basis = refusal_basis(self.mirror, self.wanted)
        self._remember(refused=words, refused_basis=basis)

    def _remember(self, **changes: Any) -> None:
        self.done = self.done.model_copy(update=changes)
