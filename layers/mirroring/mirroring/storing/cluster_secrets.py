"""A cluster's secret changes with its record: another secret is made, and the record names it.

So of two that register at once one wins whole, and what is cut short in between leaves a note that
reconcile finds (reconciling/unused_secrets.py), never a record beside another one's secret.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from aws_lambda_powertools import Logger

from mirroring.errors import Conflict, NotFound, Unavailable
from mirroring.settings import settings
from mirroring.storing import leftovers, vault
from mirroring.storing.dynamo import Item
from mirroring.storing.leftovers import Leftovers, dropping, noting
from mirroring.storing.vault import Vault

logger = Logger()


@dataclass(frozen=True)
class ClusterSecrets:
    """The vault, and the notes about what in it may not be needed."""

    vault: Vault
    leftovers: Leftovers
    table: str

    def replace(
        self,
        old: str,
        new: str,
        make: Callable[[Vault], None],
        write: Callable[..., None],
        now: datetime,
    ) -> None:
        """Make the secret at `new`, and let `write` name it in the same breath as `old` is retired.

        Where the write is known to have failed the new secret goes at once; where its answer was
        lost, reconcile finds out. Raises what `write` and Secrets Manager raise.
        """
        self.leftovers.note(new, now)
        make(self.vault)
        try:
            write(dropping(self.table, new), self.retiring(old, now))
        except (Conflict, NotFound):
            self.remove(new)
            raise

    def retiring(self, path: str, now: datetime) -> Item:
        """The note that no record names this secret any more, as a write of a transaction."""
        return noting(self.table, path, now)

    def remove(self, path: str) -> None:
        """Remove a secret that no record names, now if possible: else reconcile does it."""
        try:
            self.vault.delete(path)
            self.leftovers.drop(path)
        except Unavailable as away:
            logger.warning("secret left to reconcile", path=path, because=away.detail)


@cache
def cluster_secrets() -> ClusterSecrets:
    """The secrets of the stack that the environment names."""
    return ClusterSecrets(vault.vault(), leftovers.leftovers(), settings().needed("mirrors_table"))
