"""From unsent changes to messages: publish first, mark sent after, so that none is ever lost."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from aws_lambda_powertools import Logger
from botocore.exceptions import ClientError

from mirroring.alerting import sns
from mirroring.alerting.alert import worded
from mirroring.alerting.digest import digest
from mirroring.alerting.sns import Alerts
from mirroring.mirror import Intent, Mirror
from mirroring.storing import history, mirror_store
from mirroring.storing.history import History, Unsent
from mirroring.storing.mirror_store import MirrorStore

AT_ONCE = 500
# One outage of a Connect cluster changes all of its mirrors: more than this is one message.
SINGLY = 5
# What SNS still refuses then is refused for good, and holds up what became of its mirror since.
GIVEN_UP_AFTER = timedelta(hours=1)

logger = Logger()

Pending = tuple[Unsent, Mirror]


@dataclass(frozen=True, slots=True)
class Publisher:
    """What publishing needs of the outside."""

    store: MirrorStore
    history: History
    alerts: Alerts

    def publish(self, seconds: float) -> int:
        """Tell people of the oldest unsent changes within `seconds`, and how many were told.

        A crash between telling and marking tells the same change again at the next run. Raises
        Unavailable, and in the end what SNS refused; a mirror's later changes wait for that.
        """
        until = time.monotonic() + seconds
        unsent = self._of_living_mirrors(self.history.unsent(AT_ONCE))
        if len(unsent) > SINGLY and self._publish_digest(unsent):
            return len(unsent)
        told = 0
        refused: dict[str, ClientError] = {}
        for one, mirror in unsent:
            if time.monotonic() >= until:
                logger.warning("no time to tell more", left=len(unsent) - told)
                break
            if mirror.name not in refused:
                try:
                    self.alerts.publish(worded(one.change, mirror))
                except ClientError as refusal:
                    self._refused(one, refusal)
                    refused[mirror.name] = refusal
                    continue
                self._mark(one)
                told += 1
        for error in refused.values():
            raise error
        return told

    def _of_living_mirrors(self, unsent: Sequence[Unsent]) -> list[Pending]:
        """With their mirrors; the end of one that somebody removed is no news to them."""
        names = sorted({one.change.mirror for one in unsent})
        mirrors = {one.name: one for one in self.store.mirrors(names)}
        living = []
        for one in unsent:
            mirror = mirrors.get(one.change.mirror)
            if mirror is None or mirror.intent is Intent.DELETED:
                self.history.mark_sent(one)
            else:
                living.append((one, mirror))
        return living

    def _publish_digest(self, unsent: Sequence[Pending]) -> bool:
        """False where SNS refuses it: then each is told alone."""
        try:
            self.alerts.publish(digest([(one.change, mirror) for one, mirror in unsent]))
        except ClientError as error:
            logger.error("digest not published", error=str(error))
            return False
        for one, _ in unsent:
            self._mark(one)
        return True

    def _refused(self, one: Unsent, error: ClientError) -> None:
        logger.error("not published", mirror=one.change.mirror, error=str(error))
        if datetime.now(UTC) - one.change.at > GIVEN_UP_AFTER:
            self._mark(one)

    def _mark(self, one: Unsent) -> None:
        first = self.history.mark_sent(one)
        logger.info("published", mirror=one.change.mirror, to=one.change.after, first=first)


@cache
def publisher() -> Publisher:
    """The publisher for what the environment names."""
    return Publisher(mirror_store.mirror_store(), history.history(), sns.alerts())
