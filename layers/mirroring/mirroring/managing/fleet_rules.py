"""The rules that a mirror must keep beside its source's topics and all other mirrors.

Pure: `refusals` are the errors that a create or a change meets, the first of which it raises, and
all of which a preview lists.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from mirroring.errors import FieldError, MirrorLoop, ProblemError
from mirroring.java.budget import PatternsTakeLong, patience
from mirroring.java.language import LONGEST
from mirroring.managing.loops import Loop, loop
from mirroring.managing.overlaps import alias_taken, overlap, same
from mirroring.managing.request_rules import refusal
from mirroring.managing.shared_names import Sharing
from mirroring.mirror import Mirror
from mirroring.selection import matching, some, wanted

REQUEST_S = 6.0
"""Of the 29 s of API Gateway; the clusters have to be asked, too."""
ONE_CLUSTER = "must be true, since source and target are the same cluster"
SLOW = "takes too long to match the topics' names: nested repetitions are the usual reason"


@contextmanager
def patient() -> Iterator[None]:
    """One budget for all patterns of a request; raises Unprocessable where it is used up."""
    try:
        with patience(REQUEST_S):
            yield
    except PatternsTakeLong:
        raise refusal([FieldError(field="topicsRegex", message=SLOW)]) from None


def refusals(
    mirror: Mirror,
    topics: Collection[str],
    fleet: Sequence[Mirror],
    problems: Sequence[FieldError] = (),
) -> Iterator[ProblemError]:
    """What stands against a new mirror; `topics` are the source's as they are now.

    `problems` that were found before are told together with those of the topics.
    """
    yield from _pattern_refusals(mirror, topics, fleet, problems)
    if (taken := alias_taken(mirror, fleet)) is not None:
        yield taken


def changed(
    before: Mirror, after: Mirror, topics: Collection[str], fleet: Sequence[Mirror]
) -> Iterator[ProblemError]:
    """What stands against a change; an alias that was shared before is no fault of it."""
    if _patterns(before) != _patterns(after):
        yield from _pattern_refusals(after, topics, fleet)
    taken = alias_taken(after, fleet)
    if taken is not None and after.sync_group_offsets and not before.sync_group_offsets:
        yield taken


def _patterns(mirror: Mirror) -> tuple[str, tuple[str, ...]]:
    return (mirror.topics_regex, mirror.topics_exclude)


def _pattern_refusals(
    mirror: Mirror,
    topics: Collection[str],
    fleet: Sequence[Mirror],
    problems: Sequence[FieldError] = (),
) -> Iterator[ProblemError]:
    """What stands against the topics that a mirror would copy."""
    try:
        if found := [*_heartbeats(mirror, topics), *_too_long(mirror, topics), *problems]:
            yield refusal(found)
        if (known := same(mirror, fleet)) is not None:
            yield known
        sharing = Sharing()
        if (round_trip := loop(mirror, fleet, sharing)) is not None:
            yield _closes(round_trip)
        if known is None and (other := overlap(mirror, topics, fleet, sharing)) is not None:
            yield other
    except TimeoutError:
        yield refusal([FieldError(field="topicsRegex", message=SLOW)])


def _heartbeats(mirror: Mirror, topics: Collection[str]) -> Iterator[FieldError]:
    """IdentityReplicationPolicy renames whatever ends so; those of later are excluded."""
    if mirror.rename_mirrored_topics:
        return
    if found := [topic for topic in wanted(mirror, topics) if topic.endswith("heartbeats")]:
        words = (
            f"matches {some(found)}: without renaming MirrorMaker renames what ends in heartbeats "
            'all the same; leave it out with topicsExclude [".*heartbeats"]'
        )
        yield FieldError(field="topicsRegex", message=words)


def _too_long(mirror: Mirror, topics: Collection[str]) -> Iterator[FieldError]:
    """Kafka takes no name above 249 characters, and MirrorMaker goes on without the topic."""
    copies = [(topic, mirror.mirrored_name(topic)) for topic in matching(mirror, topics)]
    if long := [topic for topic, copy in copies if len(copy) > LONGEST]:
        words = (
            f"matches {some(long)}, whose copy's name would be longer than {LONGEST} characters: "
            "give a shorter alias, or leave it out with topicsExclude"
        )
        yield FieldError(field="topicsRegex", message=words)


def _closes(found: Loop) -> ProblemError:
    """The refusal of a chain that comes round."""
    others = found.mirrors[1:]
    along = f" along {' and '.join(one.name for one in others)}" if others else ""
    such = f" (a topic {found.example}, for one)" if found.example else ", as far as can be told"
    if not found.renames and not others:
        return refusal([FieldError(field="renameMirroredTopics", message=ONE_CLUSTER)])
    if not found.renames:
        words = f"must be true, or the topics others: records would go round for ever{along}{such}"
        return refusal([FieldError(field="renameMirroredTopics", message=words)])
    words = (
        f"matches its own copies again{along}{such}, and each round is all the data once more: "
        "leave copies out with topicsExclude, or give every mirror the name that its source "
        "cluster is registered under as alias, which MirrorMaker itself then stops"
    )
    return MirrorLoop(f"topicsRegex {words}.", FieldError(field="topicsRegex", message=words))
