"""Removes a mirror: wished for first, so that whatever is cut short is finished by reconcile."""

from mirroring.contract.leftovers import Left
from mirroring.managing.versions import Write, rewrite
from mirroring.mirror import Cleanup, Intent, Mirror
from mirroring.reconciling.reconcile import Reconciler
from mirroring.storing.mirror_store import MirrorStore

FIRST_TRY_S = 5.0
CLEANUP_S = 8.0


def remove(
    store: MirrorStore, reconciler: Reconciler, name: str, cleanup: Cleanup | None, write: Write
) -> Mirror | None:
    """None when its connectors and its record are gone, else the mirror on its way out.

    Repeating is safe; once `cleanup` was asked for it stays so. Mirrored topics and what they hold
    stay in any case. Raises MirrorNotFound.
    """
    wish: dict[str, object] = {"intent": Intent.DELETED}
    mirror = rewrite(store, name, wish | ({"cleanup": cleanup} if cleanup else {}), write)
    return None if reconciler.apply(mirror, CLEANUP_S if cleanup else FIRST_TRY_S) else mirror


def forget(
    store: MirrorStore, reconciler: Reconciler, name: str, cleanup: Cleanup | None, write: Write
) -> list[Left]:
    """What may be left of a mirror that is forgotten now, whatever Connect does; nothing at best.

    Raises MirrorNotFound, VersionMoved, and Unavailable when our own tables are away.
    """
    mirror = remove(store, reconciler, name, cleanup, write)
    return [] if mirror is None else reconciler.mirrors.removals.forget(mirror)
