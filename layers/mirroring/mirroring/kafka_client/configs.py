"""DescribeConfigs: what a topic is configured to do, as its brokers understand it."""

from collections.abc import Collection
from typing import Any

from kafka.errors import KafkaError
from kafka.protocol.admin import DescribeConfigsRequest

from mirroring.kafka_client.brokers import Brokers, Versions
from mirroring.kafka_client.unreachable import fault_of
from mirroring.kafka_types import Fault, fault

_TOPIC = 2
_CHUNK = 200
_Resource = DescribeConfigsRequest.DescribeConfigsResource


def describe(
    brokers: Brokers, names: Collection[str], keys: Collection[str]
) -> dict[str, dict[str, str] | Fault]:
    """Values by key for each topic; any broker can tell."""
    ordered = list(names)
    chunks = [ordered[at : at + _CHUNK] for at in range(0, len(ordered), _CHUNK)]
    answers = brokers.gather(
        {at: brokers.ask_any(_request(chunk, keys)) for at, chunk in enumerate(chunks)}
    )
    found: dict[str, dict[str, str] | Fault] = {}
    for at, chunk in enumerate(chunks):
        answer = answers[at]
        failed = isinstance(answer, KafkaError)
        found.update(dict.fromkeys(chunk, fault_of(answer) if failed else Fault.OTHER))
        for result in () if failed else answer.results:
            found[result.resource_name] = fault(result.error_code) or _values(result)
    return found


def _request(chunk: Collection[str], keys: Collection[str]) -> Any:
    def make(_: Versions) -> Any:
        resources = [
            _Resource(resource_type=_TOPIC, resource_name=name, configuration_keys=list(keys))
            for name in chunk
        ]
        return DescribeConfigsRequest(
            resources=resources, include_synonyms=False, include_documentation=False
        )

    return make


def _values(result: Any) -> dict[str, str]:
    return {one.name: one.value for one in result.configs if one.value is not None}
