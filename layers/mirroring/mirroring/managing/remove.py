"""Removes a mirror: wished for first, so that whatever is cut short is finished by reconcile."""

from mirroring.managing.change import Write, rewrite
from mirroring.managing.reconcile import Reconciler
from mirroring.mirror import Intent, Mirror
from mirroring.storing.store import Store

FIRST_TRY_S = 5.0


def remove(store: Store, reconciler: Reconciler, name: str, write: Write) -> Mirror | None:
    """None when its connectors and its record are gone, else the mirror on its way out.

    Repeating is safe. Mirrored topics and what they hold stay. Raises MirrorNotFound.
    """
    mirror = rewrite(store, name, {"intent": Intent.DELETED}, write)
    return None if reconciler.apply(mirror, FIRST_TRY_S) else mirror
