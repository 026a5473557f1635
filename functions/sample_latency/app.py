"""The samples queue: one message is a Connect cluster's mirrors, sampled together."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from mirroring.connecting import connections
from mirroring.measuring.sample import Sampler
from mirroring.settings import settings
from mirroring.storing import samples, store
from mirroring.storing.metrics import emit

logger = Logger()
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def sample(record: SQSRecord) -> None:
    """Take the sample that a message asks for."""
    asked = record.json_body
    window_s = settings().activity_window_s
    sampler = Sampler(store.opened(), samples.opened(), connections.opened(), window_s)
    emit(sampler.take(asked["connectCluster"], asked["mirrors"]))


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """What failed stays in the queue; what was sampled does not come again."""
    answer = process_partial_response(
        event=event, record_handler=sample, processor=processor, context=context
    )
    for _, failure, _ in processor.exceptions:  # the processor itself keeps them for its debug log
        logger.error("sample failed", exc_info=failure)
    return answer
