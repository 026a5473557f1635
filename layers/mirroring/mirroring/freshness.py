"""Whether a mirror's last sample still says how it is, or nobody has looked for too long. Pure."""

from datetime import datetime, timedelta

from mirroring.mirror import Mirror
from mirroring.observation import Code, Reason
from mirroring.reasons import duration, reason

# A sample is due every minute; two may fail, or come late, before nothing is known any more.
FRESH_FOR = timedelta(minutes=3)


def expired(measured_at: datetime, now: datetime) -> bool:
    """Whether a sample that began then says nothing any more."""
    return now - measured_at > FRESH_FOR


def unsampled(mirror: Mirror, measured_at: datetime | None, now: datetime) -> Reason | None:
    """Why nothing is known of a mirror that was last sampled then (None: never), if that is so."""
    last = measured_at or mirror.created_at
    if not expired(last, now):
        return None
    says = {"age": duration((now - last) // timedelta(milliseconds=1))}
    return reason(Code.SAMPLES_MISSING, last + FRESH_FOR, says)
