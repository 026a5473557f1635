"""Every minute: finishes creations and deletions, and repairs what drifted."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from mirroring.reconciling import reconcile, unused_secrets

SPARE_S = 5.0


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """One run for all mirrors; what does not fit into the time is left to the next."""
    unused_secrets.unused_secrets().sweep(datetime.now(UTC))
    seconds = context.get_remaining_time_in_millis() / 1000 - SPARE_S
    return {"settled": reconcile.reconciler().run(seconds)}
