"""The samples queue: one message is a Connect cluster's mirrors, sampled together."""

from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from mirroring import connections, samples, store
from mirroring.metrics import emit
from mirroring.sample import Sampler
from mirroring.settings import settings

processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def sample(record: SQSRecord) -> None:
    """Take the sample that a message asks for."""
    asked = record.json_body
    window_s = settings().activity_window_s
    sampler = Sampler(store.opened(), samples.opened(), connections.opened(), window_s)
    emit(sampler.take(asked["connectCluster"], asked["mirrors"]))


def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """What failed stays in the queue; what was sampled does not come again."""
    return process_partial_response(
        event=event, record_handler=sample, processor=processor, context=context
    )
