"""From unsent changes to messages: publish first, mark sent after, so that none is ever lost."""

from dataclasses import dataclass
from functools import cache

from aws_lambda_powertools import Logger
from botocore.exceptions import ClientError

from mirroring.alerting import sns
from mirroring.alerting.alert import worded
from mirroring.alerting.sns import Alerts
from mirroring.errors import MirrorNotFound
from mirroring.mirror import Intent, Mirror
from mirroring.storing import history, store
from mirroring.storing.history import History, Unsent
from mirroring.storing.store import Store

AT_ONCE = 500

logger = Logger()


@dataclass(frozen=True, slots=True)
class Publisher:
    """What publishing needs of the outside."""

    store: Store
    history: History
    alerts: Alerts

    def publish(self) -> int:
        """Tell people of the oldest unsent changes, and how many were told; raises Unavailable.

        A crash between telling and marking tells the same change again at the next run. One that
        SNS refuses holds up none of the others, and is raised in the end.
        """
        told, refused = 0, []
        for one in self.history.unsent(AT_ONCE):
            try:
                told += self._publish(one)
            except ClientError as error:
                logger.error("not published", mirror=one.change.mirror, error=str(error))
                refused.append(error)
        if refused:
            raise refused[0]
        return told

    def _publish(self, unsent: Unsent) -> bool:
        """False for a mirror that somebody removed since: its end is no news to them."""
        mirror = self._mirror(unsent.change.mirror)
        if mirror is not None:
            self.alerts.publish(worded(unsent.change, mirror))
        first = self.history.mark_sent(unsent)
        logger.info(
            "status change",
            mirror=unsent.change.mirror,
            to=unsent.change.after,
            published=mirror is not None,
            first=first,
        )
        return mirror is not None

    def _mirror(self, name: str) -> Mirror | None:
        try:
            mirror = self.store.mirror(name)
        except MirrorNotFound:
            return None
        return None if mirror.intent is Intent.DELETED else mirror


@cache
def opened() -> Publisher:
    """The publisher for what the environment names."""
    return Publisher(store.opened(), history.opened(), sns.opened())
