"""What a healthy Kafka Connect worker with MirrorMaker 2 answers, and what it keeps."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from mirroring.kafka_connect.version import STOPS, number

MIRROR_PLUGINS = tuple(
    f"org.apache.kafka.connect.mirror.Mirror{kind}Connector"
    for kind in ("Source", "Checkpoint", "Heartbeat")
)


@dataclass
class Stored:
    """A connector of the fake worker."""

    config: dict[str, str]
    state: str = "RUNNING"
    trace: str | None = None
    tasks: list[dict[str, Any]] = field(default_factory=list)
    unseen: int = 0


class ConnectWorker:
    """One worker; `puts` are the configurations it was given, in order.

    A worker before 3.5 has no /stop and no /offsets. `shy` is how many looks at a new connector's
    status answer 404 (0.6 s on a real worker), `refusal` what it says with 400 to every
    configuration, and `workers` who is in its group.
    """

    def __init__(self, cluster_id: str, shy: int) -> None:
        self.cluster_id = cluster_id
        self.version = "4.3.1"
        self.plugins = MIRROR_PLUGINS
        self.connectors: dict[str, Stored] = {}
        self.offsets: dict[str, dict[tuple[str, int], int]] = {}
        self.partitions = ["orders.new-0", "orders.new-1", "audit-log-0"]
        self.refusal: str | None = None
        self.workers: tuple[str, ...] = ("127.0.0.1:8083",)
        self.puts: list[tuple[str, dict[str, str]]] = []
        self.shy = shy
        self._lock = threading.RLock()

    def fail(self, name: str, trace: str, task: int | None = 0) -> None:
        """A task of the connector fails, or with None the connector itself."""
        stored = self.connectors[name]
        if task is None:
            stored.state, stored.trace = "FAILED", trace
        else:
            stored.tasks[task] |= {"state": "FAILED", "trace": trace}

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Status and JSON (None: no body) of the answer."""
        parts = urlsplit(path)
        words = [unquote(word) for word in parts.path.strip("/").split("/") if word]
        with self._lock:
            if words[:1] == ["connectors"] and len(words) > 1:
                return self._of_connector(method, words[1], words[2:], parse_qs(parts.query), body)
            return self._of_worker(method, words, parse_qs(parts.query))

    def _of_worker(
        self, method: str, words: list[str], query: Mapping[str, list[str]]
    ) -> tuple[int, Any]:
        match method, words:
            case "GET", []:
                about = {"version": self.version, "commit": "0"}
                return 200, about | {"kafka_cluster_id": self.cluster_id}
            case "GET", ["connector-plugins"]:
                kind = {"type": "source", "version": self.version}
                return 200, [{"class": name} | kind for name in self.plugins]
            case "GET", ["connectors"]:
                return 200, self._listed(query.get("expand", []))
        return _error(404, "HTTP 404 Not Found")

    def _listed(self, expand: list[str]) -> Any:
        if not expand:
            return list(self.connectors)
        listed = {}
        for name in self.connectors:
            seen = self._status(name)
            if seen is not None:
                listed[name] = {"status": seen, "info": self._info(name)}
        return listed

    def _put(self, name: str, config: dict[str, str]) -> tuple[int, Any]:
        self.puts.append((name, dict(config)))
        if self.refusal or "connector.class" not in config:
            return _error(400, self.refusal or "Connector config {} contains no connector type")
        if config.get("name", name) != name:
            return _error(400, "Connector name configuration does not match name in the URL")
        known = self.connectors.get(name)
        stored = {**config, "name": name}
        if known:
            known.config, known.state = stored, known.state.replace("FAILED", "RUNNING")
            known.tasks = self._tasks(stored)
        else:
            self.connectors[name] = Stored(stored, tasks=self._tasks(stored), unseen=self.shy)
        return (200 if known else 201), self._info(name)

    def _tasks(self, config: Mapping[str, str]) -> list[dict[str, Any]]:
        """As many tasks as MirrorMaker would make of the partitions; none for checkpoints."""
        if not config["connector.class"].endswith("MirrorSourceConnector"):
            return []
        count = min(int(config.get("tasks.max", "1")), len(self.partitions))
        return [{"state": "RUNNING", "partitions": self.partitions[i::count]} for i in range(count)]

    def _of_connector(
        self, method: str, name: str, rest: list[str], query: Mapping[str, list[str]], body: Any
    ) -> tuple[int, Any]:
        if (method, rest) == ("PUT", ["config"]):
            return self._put(name, body)
        if {*rest} & {"stop", "offsets"} and number(self.version) < STOPS:
            return _error(404, "HTTP 404 Not Found")
        stored = self.connectors.get(name)
        if stored is None:
            return _error(404, f"Connector {name} not found")
        match method, rest:
            case "GET", _:
                return self._told(name, stored, rest)
            case "PUT", ["pause" | "resume" | "stop" as verb]:
                self._hold(stored, verb)
                return (204 if verb == "stop" else 202), None
            case "POST", ["restart"]:
                self._restart(stored, query.get("onlyFailed") == ["true"])
                return 202, self._status(name)
            case "DELETE", []:
                del self.connectors[name]
                return 204, None
            case "DELETE", ["offsets"]:
                return self._forget(name, stored)
        return _error(405, "HTTP 405 Method Not Allowed")

    def _told(self, name: str, stored: Stored, rest: list[str]) -> tuple[int, Any]:
        match rest:
            case []:
                return 200, self._info(name)
            case ["config"]:
                return 200, stored.config
            case ["status"]:
                seen = self._status(name)
                return (200, seen) if seen else _error(404, f"No status found for connector {name}")
            case ["tasks"]:
                return 200, self._task_configs(name, stored)
            case ["offsets"]:
                return 200, {"offsets": self._offsets(name, stored)}
        return _error(404, "HTTP 404 Not Found")

    def _task_configs(self, name: str, stored: Stored) -> list[Any]:
        assigned = [",".join(task["partitions"]) for task in stored.tasks]
        return [
            {
                "id": {"connector": name, "task": index},
                "config": {**stored.config, "task.assigned.partitions": partitions},
            }
            for index, partitions in enumerate(assigned)
        ]

    def _offsets(self, name: str, stored: Stored) -> list[Any]:
        alias = {"cluster": stored.config.get("source.cluster.alias", "")}
        return [
            {"partition": alias | {"partition": index, "topic": topic}, "offset": {"offset": last}}
            for (topic, index), last in self.offsets.get(name, {}).items()
        ]

    def _forget(self, name: str, stored: Stored) -> tuple[int, Any]:
        if stored.state != "STOPPED":
            return _error(400, "Connectors must be in the STOPPED state before their offsets can …")
        self.offsets.pop(name, None)
        return 200, {"message": "The offsets for this connector have been reset successfully"}

    def _hold(self, stored: Stored, verb: str) -> None:
        stored.state = {"pause": "PAUSED", "resume": "RUNNING", "stop": "STOPPED"}[verb]
        stored.tasks = [] if verb == "stop" else stored.tasks or self._tasks(stored.config)
        for task in stored.tasks:
            task["state"] = stored.state

    def _restart(self, stored: Stored, only_failed: bool) -> None:
        for each in stored.tasks:
            if each["state"] == "FAILED" or not only_failed:
                each |= {"state": "RUNNING", "trace": None}
        if stored.state == "FAILED":
            stored.state, stored.trace = "RUNNING", None

    def _info(self, name: str) -> Any:
        stored = self.connectors[name]
        tasks = [{"connector": name, "task": index} for index in range(len(stored.tasks))]
        return {"name": name, "config": stored.config, "tasks": tasks, "type": "source"}

    def _status(self, name: str) -> Any:
        stored = self.connectors[name]
        if stored.unseen:
            stored.unseen -= 1
            return None
        head = {"state": stored.state, "worker_id": self.workers[0]} | _traced(stored.trace)
        tasks = [
            {"id": index, "state": task["state"], "worker_id": worker} | _traced(task.get("trace"))
            for index, (task, worker) in enumerate(zip(stored.tasks, cycle(self.workers)))
        ]
        return {"name": name, "connector": head, "tasks": tasks, "type": "source"}


def _traced(trace: str | None) -> dict[str, str]:
    return {"trace": trace} if trace else {}


def _error(status: int, message: str) -> tuple[int, Any]:
    return status, {"error_code": status, "message": message}
