"""Every minute: people are told of the status changes that nobody was told of yet."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from mirroring.alerting import publishing

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Publish what is unsent; raises Unavailable when tables or SNS do not answer."""
    return {"published": publishing.opened().publish()}
