"""Every minute: people are told of the status changes that nobody was told of yet."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from mirroring.alerting import publishing, unsampled

# One more message, marked as sent, and the end of the log.
SPARE_S = 5.0
logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Publish what is unsent; raises Unavailable when tables or SNS do not answer."""
    unseen = unsampled.watch().tell(datetime.now(UTC))
    seconds = context.get_remaining_time_in_millis() / 1000 - SPARE_S
    return {"published": unseen + publishing.publisher().publish(seconds)}
