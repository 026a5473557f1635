"""Every minute: one message for each Connect cluster's mirrors, so that each is sampled alone."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from mirroring.errors import Unavailable
from mirroring.storing import mirror_store, queue
from mirroring.storing.metrics import emit

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Queue this minute's samples; raises Unavailable when some, or all, could not be queued."""
    minute = datetime.now(UTC).replace(second=0, microsecond=0)
    asked = queue.requests(mirror_store.mirror_store().names(), minute)
    lost = queue.queue().send(asked)
    if not asked:
        emit([])
    if lost:
        clusters = ", ".join(sorted({one.connect_cluster for one in lost}))
        raise Unavailable(f"SQS did not take {len(lost)} of {len(asked)} messages: {clusters}")
    return {"sent": len(asked)}
