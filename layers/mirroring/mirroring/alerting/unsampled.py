"""One alert for a Connect cluster that is not sampled, and one when it is again.

Its mirrors say UNKNOWN by themselves then (freshness.py), and nothing is recorded of them: one
cause, told once, whatever their number.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from aws_lambda_powertools import Logger

from mirroring.alerting import sns
from mirroring.alerting.alert import SMS_BYTES, SUBJECT_CHARACTERS, Alert, fit
from mirroring.alerting.sns import Alerts
from mirroring.freshness import expired
from mirroring.observation import Code, Severity, Status
from mirroring.schema import iso
from mirroring.storing import mirror_store, sampled
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.sampled import SampledClusters

# Filter policies meet so many names: they count in the 256 kB of a message.
NAMED = 500

logger = Logger()


@dataclass(frozen=True, slots=True)
class News:
    """A Connect cluster with these mirrors that is not sampled `since` then, or is `again`."""

    connect_cluster: str
    mirrors: tuple[str, ...]
    since: datetime
    again: bool = False


def news(
    mirrors: Mapping[str, Collection[str]],
    last: Mapping[str, datetime],
    told: Mapping[str, datetime],
    now: datetime,
) -> Iterator[News]:
    """What people are to be told: of the mirrors by Connect cluster, when each was sampled last.

    One without mirrors any more is no news, but is over.
    """
    for cluster, names in mirrors.items():
        at = last.get(cluster, now)
        if expired(at, now) and cluster not in told:
            yield News(cluster, tuple(names), at)
        if cluster in told and not expired(at, now):
            yield News(cluster, tuple(names), told[cluster], again=True)
    for cluster in told.keys() - mirrors.keys():
        yield News(cluster, (), told[cluster], again=True)


@dataclass(frozen=True, slots=True)
class Watch:
    """What it takes to notice and to tell."""

    store: MirrorStore
    clusters: SampledClusters
    alerts: Alerts

    def tell(self, now: datetime) -> int:
        """Tell what is new, and how many alerts that were; raises Unavailable.

        A crash between telling and noting tells it again.
        """
        mirrors, last = self.store.names(), self.clusters.last()
        for cluster in mirrors.keys() - last.keys():
            self.clusters.begin(cluster, now)
        published = 0
        for one in news(mirrors, last, self.clusters.told(), now):
            if one.mirrors:
                self.alerts.publish(worded(one, now))
                published += 1
            self.clusters.tell(one.connect_cluster, None if one.again else one.since)
            logger.info("samples", connect_cluster=one.connect_cluster, again=one.again)
        return published


def worded(one: News, now: datetime) -> Alert:
    """The words for it; the SMS has room for the longest name."""
    name, since = one.connect_cluster, f"{one.since.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    count = f"{len(one.mirrors)} mirror{'s' if len(one.mirrors) > 1 else ''}"
    if one.again:
        what = f"sampled again, after none since {since}"
        status, severity = Status.IN_SYNC, Severity.INFO
        more = "What their status is by now is told where it changed."
    else:
        what = f"not sampled since {since}"
        status, severity = Status.UNKNOWN, Severity.CRITICAL
        more = (
            f"How they are is not known ({Code.SAMPLES_MISSING}). Look into the logs and the "
            "alarms of the functions dispatch_samples and sample_latency."
        )
    event = {
        "connectCluster": name,
        "mirrors": len(one.mirrors),
        "severity": severity,
        "code": Code.SAMPLES_MISSING,
        "to": status,
        "since": iso(one.since),
        "at": iso(now),
    }
    return Alert(
        mirrors=one.mirrors[:NAMED],
        status=status,
        severity=severity,
        subject=fit(f"{name}: {what}", SUBJECT_CHARACTERS),
        email=f"The {count} of the Connect cluster {name} are {what}.\n{more}",
        sms=fit(f"Lockstep: {name} {what}", SMS_BYTES),
        event=json.dumps(event),
    )


@cache
def watch() -> Watch:
    """The watch over what the environment names."""
    return Watch(mirror_store.mirror_store(), sampled.sampled_clusters(), sns.alerts())
