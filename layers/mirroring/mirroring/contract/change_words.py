"""What a person's write changed, in the words of the API; 0.1.0 stored words of its inside. Pure.

A write that asks something of the connectors has no field of its own in a mirror: a restart is
`restart: failed only` or `all`, a resume of what others had paused is `resume: connectors`.
"""

from collections.abc import Mapping

from mirroring.mirror import Ask, Intent, Mirror

Fields = dict[str, object]
RESUMED: Fields = {"resume": "connectors"}
# What 0.1.0 wrote, and nothing writes any more.
_INTENT, _ASKED = "intent", "asked"


def state(intent: str) -> str:
    """A mirror's `state`, as people ask for it: RUNNING, PAUSED, STOPPED or DELETING."""
    return "DELETING" if intent == Intent.DELETED else str(intent)


def restarted(only_failed: bool) -> Fields:
    """What a line says of a restart."""
    return {"restart": "failed only" if only_failed else "all"}


def asked(before: Mirror, after: Mirror) -> Fields:
    """What a write newly asks of the connectors; a resume that changes the state is told by it."""
    if after.asked is not None and after.asked != before.asked:
        return restarted(after.asked.only_failed)
    if after.resumed != before.resumed and after.intent is before.intent:
        return RESUMED
    return {}


def told(
    before: Mapping[str, object] | None, after: Mapping[str, object]
) -> tuple[Fields | None, Fields]:
    """`from` and `to` of a stored line, those of 0.1.0 as they would be written today."""
    asked = {} if _INTENT in after else _asked(after.get(_ASKED))
    old = None if before is None else _renamed(before) | dict.fromkeys(asked)
    return old, _renamed(after) | asked


def _renamed(fields: Mapping[str, object]) -> Fields:
    """The fields but `asked`, with `intent` as `state`."""
    kept = {name: value for name, value in fields.items() if name not in (_INTENT, _ASKED)}
    return kept | ({"state": state(str(fields[_INTENT]))} if _INTENT in fields else {})


def _asked(stored: object) -> Fields:
    """What `{ask, onlyFailed, at}` of 0.1.0 asked for; nothing where nothing was asked yet."""
    if not isinstance(stored, Mapping):
        return {}
    return restarted(bool(stored.get("onlyFailed"))) if stored["ask"] == Ask.RESTART else RESUMED
