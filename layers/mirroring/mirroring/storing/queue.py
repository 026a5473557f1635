"""SQS: the samples to take, one message for some mirrors of one Connect cluster."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

import boto3

from mirroring.schema import Moment, Stored
from mirroring.settings import settings
from mirroring.storing import aws as aws

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

MIRRORS = 250
ENTRIES = 10
# SQS takes 262,144 bytes, of one message and of a whole batch.
MOST_BYTES = 250_000


class SampleRequest(Stored):
    """The mirrors of one Connect cluster that are to be sampled for this minute."""

    connect_cluster: str
    mirrors: tuple[str, ...]
    minute: Moment


class Queue:
    """The queue of samples to take."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def send(self, requests: Sequence[SampleRequest]) -> list[SampleRequest]:
        """Sends as many at a time as SQS takes, and returns those that it did not take.

        Raises Unavailable.
        """
        lost: list[SampleRequest] = []
        for some in _batches(requests):
            with aws.answering("SQS"):
                answer = self._client.send_message_batch(
                    QueueUrl=self._url,
                    Entries=[_entry(index, one) for index, one in enumerate(some)],
                )
            lost += [some[int(one["Id"])] for one in answer.get("Failed", [])]
        return lost


@cache
def queue() -> Queue:
    """The queue that the environment names."""
    return Queue(boto3.client("sqs", config=aws.CONFIG), settings().needed("samples_queue_url"))


def _batches(requests: Iterable[SampleRequest]) -> Iterator[list[SampleRequest]]:
    """At most ten requests at a time, and no more bytes than SQS takes."""
    some: list[SampleRequest] = []
    left = MOST_BYTES
    for one in requests:
        size = len(one.model_dump_json(by_alias=True).encode())
        if some and (len(some) == ENTRIES or size > left):
            yield some
            some, left = [], MOST_BYTES
        some.append(one)
        left -= size
    if some:
        yield some


def requests(names: Mapping[str, tuple[str, ...]], minute: datetime) -> list[SampleRequest]:
    """The names of mirrors by Connect cluster as requests of at most 250 mirrors each."""
    return [
        SampleRequest(
            connect_cluster=cluster, mirrors=tuple(some[at : at + MIRRORS]), minute=minute
        )
        for cluster, some in names.items()
        for at in range(0, len(some), MIRRORS)
    ]


def _entry(index: int, request: SampleRequest) -> "SendMessageBatchRequestEntryTypeDef":
    return {"Id": str(index), "MessageBody": request.model_dump_json(by_alias=True)}
