"""Certificates of a mirror's source and target that end soon: given to us, or shown by a broker."""

from collections.abc import Iterable
from datetime import UTC, datetime

from mirroring.client_properties import certificates
from mirroring.kafka_client.probe import Probe
from mirroring.measuring.readings import MirrorReadings


def note(probe: Probe, side: str, all_readings: Iterable[MirrorReadings], now_ms: int) -> None:
    """Note for each mirror the first certificate to end, of its source or target (`side`)."""
    ends = dict(certificates.given(probe.security))
    ends |= {f"The certificate of {at}": end for at, end in probe.valid_until().items()}
    soon = datetime.fromtimestamp(now_ms / 1000, UTC) + certificates.SOON
    for name, until in ends.items():
        for readings in all_readings if until <= soon else ():
            if readings.expires is None or until < readings.expires[1]:
                readings.expires = f"{name} ({side})", until
