"""How long a source keeps what is far behind."""

from collections.abc import Mapping, Sequence

from mirroring.kafka_client.probe import Probe
from mirroring.measuring.readings import MirrorReadings


def read_retention(
    probe: Probe, all_readings: Sequence[MirrorReadings], late: Mapping[str, set[str]]
) -> None:
    """Step 8: retention.ms of the source topics that are far behind, by mirror name."""
    names = {name for topics in late.values() for name in topics}
    configs = probe.topic_configs(names, ["retention.ms"]) if names else {}
    for readings in all_readings:
        for name in late.get(readings.mirror.name, ()):
            config = configs.get(name)
            value = config.get("retention.ms", "-1") if isinstance(config, dict) else "-1"
            if value.isdecimal():
                readings.retention[name] = int(value)
