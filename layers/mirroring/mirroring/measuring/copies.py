"""Mirrors of one sample that write into the same topic: each record is there twice, or mixed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from mirroring.measuring.readings import MirrorReadings
from mirroring.mirror import Intent, Mirror


def note_copies(all_readings: Iterable[MirrorReadings]) -> None:
    """Each mirror's topics that another mirror of this Connect cluster writes, too."""
    noted = list(all_readings)
    found = written_too({one.mirror.name: (one.mirror, one.source.topics) for one in noted})
    for readings in noted:
        readings.copied_too = found.get(readings.mirror.name, {})


def written_too(
    copied: Mapping[str, tuple[Mirror, Iterable[str]]],
) -> dict[str, dict[str, str]]:
    """For each mirror by name, its source topics with the first other mirror that writes the copy.

    Sources that are merged into topics of one name without renaming are meant to be; a mirror that
    is paused or stopped writes nothing.
    """
    writers = defaultdict[tuple[str, str], list[tuple[Mirror, str]]](list)
    for mirror, topics in copied.values():
        for topic in topics if mirror.intent is Intent.RUNNING else ():
            place = (mirror.target_cluster_id, mirror.mirrored_name(topic))
            writers[place].append((mirror, topic))
    found = defaultdict[str, dict[str, str]](dict)
    for together in writers.values():
        for mirror, topic in together:
            others = [one.name for one, _ in together if _doubles(one, mirror)]
            if others:
                found[mirror.name][topic] = min(others)
    return found


def _doubles(one: Mirror, other: Mirror) -> bool:
    if one.name == other.name:
        return False
    renaming = one.rename_mirrored_topics or other.rename_mirrored_topics
    return renaming or one.source.cluster_id == other.source.cluster_id
