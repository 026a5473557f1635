"""Changes to a mirror that is there: each makes the next version, exactly one of two wins."""

from collections.abc import Callable, Mapping

from aws_lambda_powertools import Logger

from mirroring import audit
from mirroring.audit import Write as Write
from mirroring.errors import BeingRemoved, Conflict, VersionMoved
from mirroring.managing.request_rules import require, target_latency_problems
from mirroring.mirror import Intent, Mirror
from mirroring.storing.mirror_store import MirrorStore

ATTEMPTS = 5
logger = Logger()


def set_target_latency(store: MirrorStore, name: str, target_latency: int, write: Write) -> Mirror:
    """The mirror with another target; the next sample judges by it.

    Raises MirrorNotFound, Unprocessable, VersionMoved, Conflict, and BeingRemoved.
    """
    require(target_latency_problems(target_latency))
    return rewrite(store, name, {"target_latency": target_latency}, write)


def unchecked(before: Mirror, after: Mirror) -> None:
    """A change that no rule over the fleet is about."""


def rewrite(
    store: MirrorStore,
    name: str,
    changed: Mapping[str, object] | Callable[[Mirror], Mapping[str, object]],
    write: Write,
    check: Callable[[Mirror, Mirror], int | None] = unchecked,
) -> Mirror:
    """The mirror's next version with these fields, or the one there is if nothing differs.

    What they become may follow from the version that is there, which is read anew where it moved.
    `check` is given the mirror before and after, and answers which revision of the fleet it saw.
    """
    for _ in range(ATTEMPTS):
        mirror = store.mirror(name)
        write.expects(name, mirror.version)
        fields = changed(mirror) if callable(changed) else changed
        if mirror.intent is Intent.DELETED and fields.get("intent") is not Intent.DELETED:
            raise BeingRemoved(
                f"{name} is being removed: wait until GET /mirrors/{name} answers 404, then create "
                "a new mirror."
            )
        if all(getattr(mirror, field) == value for field, value in fields.items()):
            return mirror
        following = mirror.model_copy(
            update={**fields, "version": mirror.version + 1, "updated_at": write.at}
        )
        revision = check(mirror, following)
        try:
            line = audit.written(mirror, following, write.by, write.at)
            store.replace(following, line, revision)
        except (VersionMoved, Conflict):  # somebody was faster: look again
            continue
        logger.info("mirror changed", mirror=name, version=following.version, by=write.by)
        return following
    raise Conflict(f"{name} keeps changing at this moment: try again.")
