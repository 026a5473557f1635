"""MirrorMaker 2's own figures, read from a Connect worker's JMX over Jolokia's HTTP agent.

MirrorSourceMetrics keeps one MBean for each target partition; its name carries no connector.
"""

import http.client
import json
import re
from collections.abc import Mapping
from typing import Any

from mirroring.kafka_types import Partition

LAST = "replication-latency-ms"
AVERAGE, LARGEST = "replication-latency-ms-avg", "replication-latency-ms-max"
COUNT = "record-count"

_MBEANS = "kafka.connect.mirror:type=MirrorSourceConnector,*"
_KEY = re.compile(r'(\w[\w-]*)="?([^,"]*)"?')
_TIMEOUT_S = 5.0


class Jmx:
    """The MBeans of the worker whose agent listens on this port of 127.0.0.1."""

    def __init__(self, agent_port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", agent_port, timeout=_TIMEOUT_S)

    def figures(self) -> dict[Partition, dict[str, float]]:
        """LAST, AVERAGE, LARGEST (ms) and COUNT of each partition of a target topic."""
        wanted = {
            "type": "read",
            "mbean": _MBEANS,
            "attribute": [LAST, AVERAGE, LARGEST, COUNT],
            "config": {"ignoreErrors": True, "serializeException": False},
        }
        self._connection.request("POST", "/jolokia/", json.dumps(wanted))
        answer = json.loads(self._connection.getresponse().read())
        beans = answer["value"] if answer["status"] == 200 else {}
        return {_partition(name): _numbers(bean) for name, bean in beans.items()}

    def close(self) -> None:
        """Ends the connection."""
        self._connection.close()


def _partition(name: str) -> Partition:
    keys = dict(_KEY.findall(name.partition(":")[2]))
    return Partition(keys["topic"], int(keys["partition"]))


def _numbers(bean: Mapping[str, Any]) -> dict[str, float]:
    """The attributes that are numbers: without records an average is the text NaN."""
    return {name: float(it) for name, it in bean.items() if isinstance(it, int | float)}
