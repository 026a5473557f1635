"""The worst of several samples, figure by figure. Pure."""

from collections.abc import Iterable

from mirroring.observation import Status, TopicState

# Best first; a word of a later version is as good as the best.
_ORDER: tuple[str, ...] = (
    TopicState.EMPTY,
    TopicState.ACTIVE,
    Status.IN_SYNC,
    Status.CREATING,
    Status.DELETING,
    Status.PAUSED,
    TopicState.PENDING,
    TopicState.INACTIVE,
    TopicState.STALE,
    Status.STALE_TOPIC,
    Status.UNKNOWN,
    Status.FAILED,
    Status.OUT_OF_SYNC,
)
_BADNESS = {word: badness for badness, word in enumerate(_ORDER)}


def largest(values: Iterable[int | None]) -> int | None:
    """The largest of what was measured; None where nothing was."""
    return max((one for one in values if one is not None), default=None)


def worst_word(words: Iterable[str]) -> str:
    """The worst status, or the worst state of a topic."""
    return max(words, key=lambda word: _BADNESS.get(word, 0))
