"""Consumer groups as they are answered: their offsets, and the words for why one is not translated.

Pure; a sample stores codes and numbers alone, as there may be many groups.
"""

from datetime import datetime, timedelta

from mirroring.contract.mirrors import GroupAnswer, GroupOffsetAnswer, GroupReasonAnswer
from mirroring.group import Group, GroupCode, GroupReason
from mirroring.mirror import Mirror

_RIGHTS = "Check that these credentials may DESCRIBE the group and READ it."
_WORDS: dict[GroupCode, tuple[str, str]] = {
    GroupCode.ACTIVE_ON_TARGET: (
        "{group} has members on the target, and MirrorMaker leaves the offsets of such a group "
        "alone.",
        "Nothing, if its consumers moved there; else stop them, and the next sync follows within a "
        "minute.",
    ),
    GroupCode.AWAITED: (
        "The translation of {place} is awaited.",
        "Wait: MirrorMaker finds new groups, translates and commits once a minute each.",
    ),
    GroupCode.CHECKPOINTS_UNREADABLE: (
        "{checkpoints} on the target, where MirrorMaker keeps translations, cannot be read.",
        "Grant READ on it to the target's credentials; compressed with other than gzip it cannot "
        "be read here.",
    ),
    GroupCode.CONNECTOR_NOT_RUNNING: (
        "The connector {connector}, which translates, does not run.",
        "Resume or repair it: the mirror's reasons and connectors say what it has.",
    ),
    GroupCode.NOTHING_COMMITTED: (
        "{group} has committed no offset of a mirrored topic on the source.",
        "Nothing: it is translated once it commits one.",
    ),
    GroupCode.NOTHING_COPIED: (
        "Nothing of {place} was copied, so there is nothing to translate its offset into.",
        "Nothing: it is translated once a record was copied.",
    ),
    GroupCode.NOT_SYNCED: (
        "The translation of {place} is not committed on the target: {target} is there, "
        "{translated} is due.",
        "Check that the target's credentials may READ the group and the topic, and look into the "
        "worker's log.",
    ),
    GroupCode.SOURCE_UNREADABLE: ("What {group} has committed on the source is unknown.", _RIGHTS),
    GroupCode.TARGET_AHEAD: (
        "On the target the group has committed {target} of {place}, further than the {translated} "
        "that it is translated to; MirrorMaker never takes a group back.",
        "Nothing, if it was consumed there; else reset the group on the target.",
    ),
    GroupCode.TARGET_UNREADABLE: ("What {group} has committed on the target is unknown.", _RIGHTS),
    GroupCode.TOO_MANY: (
        "The mirror has more groups and partitions than are followed, {place} among them.",
        "Narrow groupsRegex to the groups that matter.",
    ),
    GroupCode.TOO_OLD: (
        "The offset {source} of {place} lies before the first that MirrorMaker can translate.",
        "Nothing, if the group moves on: it is translated once it has passed what was copied "
        "first. Else set its offset on the target by hand.",
    ),
}

_UNKNOWN = ("{group} is not translated.", "See the changes of the version that says so.")


def group_answer(group: Group, mirror: Mirror, measured_at: datetime) -> GroupAnswer:
    """A group as it is answered for a sample that began at `measured_at`."""
    return GroupAnswer(
        name=group.name,
        state=group.state,
        offsets=tuple(
            GroupOffsetAnswer(
                topic=one.topic,
                mirrored_name=mirror.mirrored_name(one.topic),
                partition=one.partition,
                source=one.source,
                translated=one.translated,
                target=one.target,
            )
            for one in group.offsets
        ),
        age=_age(group, measured_at),
        reason=None if group.reason is None else _reason(group, group.reason, mirror),
    )


def _age(group: Group, measured_at: datetime) -> int | None:
    """How old the newest translation was, in ms; the worker's clock may be ahead of ours."""
    if group.translated_at is None:
        return None
    return max(0, (measured_at - group.translated_at) // timedelta(milliseconds=1))


def _reason(group: Group, reason: GroupReason, mirror: Mirror) -> GroupReasonAnswer:
    message, action = _WORDS.get(reason.code, _UNKNOWN)
    says = {
        "group": group.name,
        "connector": mirror.checkpoint_connector,
        "checkpoints": f"{mirror.source.alias}.checkpoints.internal",
        "place": f"partition {reason.partition} of {reason.topic}",
        **_numbers(group, reason),
    }
    return GroupReasonAnswer(
        code=reason.code, message=message.format_map(says), action=action.format_map(says)
    )


def _numbers(group: Group, reason: GroupReason) -> dict[str, object]:
    """The offsets of the partition that a reason is about; `none` where there is none, or room."""
    found = {(one.topic, one.partition): one for one in group.offsets}
    offset = found.get((reason.topic or "", -1 if reason.partition is None else reason.partition))
    numbers = {"source": None, "translated": None, "target": None}
    if offset is not None:
        numbers = {name: getattr(offset, name) for name in numbers}
    return {name: "none" if value is None else value for name, value in numbers.items()}
