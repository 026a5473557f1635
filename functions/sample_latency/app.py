"""The samples queue: one message is a Connect cluster's mirrors, sampled together."""

import gc
from datetime import UTC, datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from mirroring import connections
from mirroring.measuring.sample import Sampler
from mirroring.settings import settings
from mirroring.storing import mirror_store, observations
from mirroring.storing.metrics import emit, skipped
from mirroring.storing.queue import SampleRequest

# A message of the next minute is there by then, and what this one asks for is history.
STALE = timedelta(seconds=90)
# What one record takes that is under way, and Lambda to end.
SPARE_S = 3.0
# A sample makes 100,000 small objects and few cycles; looking for those was an eighth of its CPU.
gc.set_threshold(10_000)

logger = Logger()
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def sample(record: SQSRecord, lambda_context: LambdaContext) -> None:
    """Take the sample that a message asks for, unless a fresher message is on its way."""
    asked = SampleRequest.model_validate(record.json_body)
    waited = datetime.now(UTC) - asked.minute
    if waited > STALE:
        logger.warning("message skipped", cluster=asked.connect_cluster, waited=str(waited))
        skipped(len(asked.mirrors))
        return
    seconds = lambda_context.get_remaining_time_in_millis() / 1000 - SPARE_S
    window_s = settings().activity_window_s
    sampler = Sampler(
        mirror_store.mirror_store(),
        observations.observations(),
        connections.connections(),
        window_s,
    )
    emit(sampler.take(asked.connect_cluster, asked.mirrors, seconds))


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """What failed stays in the queue; what was sampled does not come again."""
    answer = process_partial_response(
        event=event, record_handler=sample, processor=processor, context=context
    )
    for _, failure, _ in processor.exceptions:  # the processor itself keeps them for its debug log
        logger.error("sample failed", exc_info=failure)
    return answer
