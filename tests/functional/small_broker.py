"""A small Kafka broker that speaks only the protocol versions it is given, on 127.0.0.1.

Requests are read and answers written by kafka-python's own message classes. It holds records in
memory, one batch each, and leads every partition.
"""

import socket
import socketserver
import struct
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from kafka.protocol.admin import DescribeConfigsRequest, DescribeConfigsResponse
from kafka.protocol.consumer import (
    FetchRequest,
    FetchResponse,
    ListOffsetsRequest,
    ListOffsetsResponse,
)
from kafka.protocol.metadata import (
    ApiVersionsRequest,
    ApiVersionsResponse,
    MetadataRequest,
    MetadataResponse,
)
from kafka.record import MemoryRecordsBuilder

Versions = Mapping[int, tuple[int, int]]
API_VERSIONS, METADATA, LIST_OFFSETS, FETCH, DESCRIBE_CONFIGS = 18, 3, 2, 1, 32
REQUESTS = {
    API_VERSIONS: ApiVersionsRequest,
    METADATA: MetadataRequest,
    LIST_OFFSETS: ListOffsetsRequest,
    FETCH: FetchRequest,
    DESCRIBE_CONFIGS: DescribeConfigsRequest,
}
UNKNOWN_TOPIC, TOPIC_UNAUTHORIZED, UNSUPPORTED_VERSION = 3, 29, 35
LATEST, EARLIEST, MAX_TIMESTAMP = -1, -2, -3
NO_ID = uuid.UUID(int=0)
_HEAD = struct.Struct(">ihhi")


@dataclass
class SmallBroker:
    """What a broker holds (timestamps in ms, by topic, one partition each) and what it speaks."""

    versions: Versions
    topics: dict[str, list[int]]
    has_topic_ids: bool = True
    may_describe_configs: bool = True
    configs: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    asked: list[tuple[int, int]] = field(default_factory=list)
    written: threading.Condition = field(default_factory=threading.Condition)

    def write(self, topic: str, timestamp: int) -> None:
        """A record arrives; fetches that wait for one are answered."""
        with self.written:
            self.topics[topic].append(timestamp)
            self.written.notify_all()

    def answer(self, key: int, version: int, request: Any) -> Any:
        """The response to a request of a version that it speaks."""
        make: Mapping[int, Callable[[int, Any], Any]] = {
            API_VERSIONS: self._api_versions,
            METADATA: self._metadata,
            LIST_OFFSETS: self._list_offsets,
            FETCH: self._fetch,
            DESCRIBE_CONFIGS: self._describe_configs,
        }
        return make[key](version, request)

    def speaks(self, key: int, version: int) -> bool:
        """Whether it has this version of an API."""
        lowest, highest = self.versions.get(key, (1, 0))
        return key in REQUESTS and lowest <= version <= highest

    def unsupported(self) -> Any:
        """ApiVersions of a version above its own is answered in version 0, with what it has."""
        return self._api_versions(0, None, UNSUPPORTED_VERSION)

    def _api_versions(self, version: int, _: Any, error: int = 0) -> Any:
        keys = [
            ApiVersionsResponse.ApiVersion(api_key=key, min_version=low, max_version=high)
            for key, (low, high) in self.versions.items()
        ]
        return ApiVersionsResponse(
            version=version, error_code=error, api_keys=keys, throttle_time_ms=0
        )

    def _metadata(self, version: int, request: Any) -> Any:
        names = self.topics if request.topics is None else [one.name for one in request.topics]
        broker = MetadataResponse.MetadataResponseBroker(
            node_id=1, host="127.0.0.1", port=self.port, rack=None
        )
        return MetadataResponse(
            version=version,
            throttle_time_ms=0,
            brokers=[broker],
            cluster_id="small",
            controller_id=1,
            topics=[self._topic(name) for name in names],
        )

    def _topic(self, name: str) -> Any:
        known = name in self.topics
        topic = MetadataResponse.MetadataResponseTopic
        partition = topic.MetadataResponsePartition(
            error_code=0,
            partition_index=0,
            leader_id=1,
            leader_epoch=0,
            replica_nodes=[1],
            isr_nodes=[1],
            offline_replicas=[],
        )
        return topic(
            error_code=0 if known else UNKNOWN_TOPIC,
            name=name,
            topic_id=uuid.uuid5(NO_ID, name) if known and self.has_topic_ids else NO_ID,
            is_internal=False,
            partitions=[partition] if known else [],
        )

    def _list_offsets(self, version: int, request: Any) -> Any:
        topic = ListOffsetsResponse.ListOffsetsTopicResponse
        return ListOffsetsResponse(
            version=version,
            throttle_time_ms=0,
            topics=[
                topic(
                    name=one.name,
                    partitions=[self._offset(one.name, each) for each in one.partitions],
                )
                for one in request.topics
            ],
        )

    def _offset(self, topic: str, asked: Any) -> Any:
        times = self.topics[topic]
        found = {LATEST: (len(times), -1), EARLIEST: (0, -1)}.get(asked.timestamp)
        if asked.timestamp == MAX_TIMESTAMP:
            found = max((time, index) for index, time in enumerate(times))[::-1]
        elif found is None:
            later = ((index, time) for index, time in enumerate(times) if time >= asked.timestamp)
            found = next(later, (-1, -1))
        return ListOffsetsResponse.ListOffsetsTopicResponse.ListOffsetsPartitionResponse(
            partition_index=asked.partition_index,
            error_code=0,
            offset=found[0],
            timestamp=found[1],
            leader_epoch=0,
        )

    def _fetch(self, version: int, request: Any) -> Any:
        asked = [
            (one.topic, each.fetch_offset) for one in request.topics for each in one.partitions
        ]
        with self.written:
            self.written.wait_for(
                lambda: any(len(self.topics[name]) > offset for name, offset in asked),
                timeout=request.max_wait_ms / 1000,
            )
        topic = FetchResponse.FetchableTopicResponse
        return FetchResponse(
            version=version,
            throttle_time_ms=0,
            error_code=0,
            session_id=0,
            responses=[
                topic(
                    topic=one.topic,
                    partitions=[self._records(one.topic, each) for each in one.partitions],
                )
                for one in request.topics
            ],
        )

    def _records(self, topic: str, asked: Any) -> Any:
        times = self.topics[topic]
        end = len(times)
        batches = (_batch(index, times[index]) for index in range(asked.fetch_offset, end))
        return FetchResponse.FetchableTopicResponse.PartitionData(
            partition_index=asked.partition,
            error_code=0,
            high_watermark=end,
            last_stable_offset=end,
            log_start_offset=0,
            aborted_transactions=None,
            preferred_read_replica=-1,
            records=b"".join(batches),
        )

    def _describe_configs(self, version: int, request: Any) -> Any:
        result = DescribeConfigsResponse.DescribeConfigsResult
        config = result.DescribeConfigsResourceResult
        values = [
            config(name=name, value=value, read_only=False, config_source=1, is_sensitive=False)
            for name, value in self.configs.items()
        ]
        return DescribeConfigsResponse(
            version=version,
            throttle_time_ms=0,
            results=[
                result(
                    error_code=0 if self.may_describe_configs else TOPIC_UNAUTHORIZED,
                    error_message=None,
                    resource_type=one.resource_type,
                    resource_name=one.resource_name,
                    configs=values if self.may_describe_configs else [],
                )
                for one in request.resources
            ],
        )


@contextmanager
def running(broker: SmallBroker) -> Iterator[str]:
    """Serves it on a free port, and ends it afterwards; its bootstrap server."""

    class Connection(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            _serve(self.request, broker)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Connection) as server:
        server.daemon_threads = True
        broker.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{broker.port}"
        finally:
            server.shutdown()
            thread.join()


def _serve(connection: socket.socket, broker: SmallBroker) -> None:
    """Answers one request after another; a version that it does not speak ends the connection."""
    while frame := _frame(connection):
        _, key, version, number = _HEAD.unpack_from(frame)
        broker.asked.append((key, version))
        if broker.speaks(key, version):
            request = REQUESTS[key].decode(frame[4:], version=version, header=True)
            response = broker.answer(key, version, request)
        elif key == API_VERSIONS:
            response = broker.unsupported()
        else:
            return
        response.with_header(correlation_id=number)
        connection.sendall(response.encode(header=True, framed=True))


def _frame(connection: socket.socket) -> bytes:
    """The next request with its length in front; nothing once the client has hung up."""
    data = b""
    while len(data) < 4 or len(data) < 4 + struct.unpack_from(">i", data)[0]:
        wanted = 4 if len(data) < 4 else 4 + struct.unpack_from(">i", data)[0]
        try:
            piece = connection.recv(wanted - len(data))
        except ConnectionError:
            return b""
        if not piece:
            return b""
        data += piece
    return data


def _batch(offset: int, timestamp: int) -> bytes:
    builder = MemoryRecordsBuilder(2, 0, 1_000, offset=offset)
    builder.append(timestamp, key=None, value=b"value", headers=[])
    builder.close()
    return bytes(builder.buffer())
