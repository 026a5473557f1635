"""kafka-python's connections to one cluster: one to each broker, driven by the caller's thread.

NetworkSelector, KafkaConnectionManager and KafkaConnection are internal to kafka-python, pinned at
3.0.12. They bring ApiVersions, TLS, SASL with re-authentication, and back-off; bootstrapping and
waiting are ours, as theirs wait for one silent broker while the others could answer.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from typing import Any, TypeVar

from kafka.errors import (
    Cancelled,
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    NodeNotReadyError,
)
from kafka.future import Future
from kafka.net.selector import NetworkSelector
from kafka.protocol.metadata import MetadataResponse

from mirroring.client_properties.security import Security
from mirroring.kafka_client.client import options
from mirroring.kafka_client.failures import NobodyAnsweredError, NotConnectedError
from mirroring.kafka_client.transport import Ends, Manager
from mirroring.kafka_client.wire.metadata import Broker

LANES = 2
HEDGE_S = 0.4
PATIENCE_S = 1.4
STEP_S = 0.1
AWAY_S = 10.0
# A broker that a quota of ours makes slow says for how long it wants nothing; the library then
# refuses to send. Quotas are measured by the second.
THROTTLED, THROTTLE_STEP_S = "throttle", 0.05
IDLE_S = 150.0

Node = int | str
"""A broker's id, or `bootstrap-0`… for a server that was named to us."""
Versions = Mapping[int, tuple[int, int]]
"""The (lowest, highest) version of each API that a broker speaks, by API key."""
Make = Callable[[Versions], Any]
"""Builds a request once it is known what the broker speaks."""
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Brokers:
    """Asks many brokers at once, and waits for a silent one only while there is a reason to.

    Connections stay open between calls. One that died meanwhile is replaced without a word, that
    to a broker that was silent is made anew; when idle for so long that a firewall may have
    forgotten them, all are.
    """

    def __init__(self, servers: Sequence[str], security: Security, timeout_s: float) -> None:
        self._options = options(servers, security, timeout_s)
        self._timeout_s = timeout_s
        self._known = _as_metadata("", ())
        self._net: Any = None
        self._managers: list[Any] = []
        self._asking: Counter[Node] = Counter()
        self._away: dict[Node, float] = {}
        self._refused: dict[Node, NotConnectedError] = {}
        self._used_at = self._heard_at = 0.0
        self.ends: Ends = {}

    def gather(
        self, jobs: Mapping[_Key, Coroutine[Any, Any, _Value]], within_s: float | None = None
    ) -> dict[_Key, _Value | KafkaError]:
        """Runs all jobs side by side; a KafkaError stands for each that failed or took too long.

        It ends `within_s` (else `timeout_s`) after it began, or when some broker has answered and
        none did for PATIENCE_S since: one that is silent cannot hold up what the others have told.
        """
        everything = Future()
        left = len(jobs)

        def one_less(_: object) -> None:
            nonlocal left
            left -= 1
            if not left:
                everything.success(None)

        if not jobs:
            return {}
        self._open()
        tasks = {key: self._net.call_soon_with_future(job) for key, job in jobs.items()}
        for task in tasks.values():
            task.add_both(one_less)
        self._wait(everything, within_s or self._timeout_s)
        return {key: _outcome(task) for key, task in tasks.items()}

    async def ask(self, node: Node, make: Make, lane: int = 0) -> Any:
        """One broker's answer; raises KafkaError.

        A broker serves one request of a connection at a time: another lane is another connection.
        A kept connection may have died while nobody looked (a frozen Lambda, a restarted broker):
        then it is asked once more over a new one.
        """
        if self._away.get(node, 0.0) > time.monotonic():
            raise KafkaTimeoutError("it was silent a moment ago")
        connection = self._connection(node, lane)
        kept = connection.connected
        self._asking[node] += 1
        try:
            answer = await self._send(connection, make)
        except KafkaConnectionError:
            if not kept:
                raise
            answer = await self._send(self._connection(node, lane), make)
        finally:
            self._asking[node] -= 1
        self._heard_at = time.monotonic()
        return answer

    async def ask_any(self, make: Make, *, servers: bool = True) -> Any:
        """The first answer of any broker; after HEDGE_S of silence the next is asked too.

        The third waits twice as long and so on, as a large answer takes its time. Brokers known by
        id come first, then, unless told otherwise, the servers named to us. Raises
        NobodyAnsweredError.
        """
        began = time.monotonic()
        tried: dict[Node, Future] = {}
        for node in self._candidates(servers):
            waiting = sum(not task.is_done for task in tried.values())
            tried[node] = self._net.call_soon_with_future(self.ask, node, make)
            if answered := await self._first(tried.values(), HEDGE_S * 2**waiting):
                self._drop_mute(tried, began)
                return answered.value
        while any(not task.is_done for task in tried.values()):
            if answered := await self._first(tried.values(), self._timeout_s):
                return answered.value
        raise NobodyAnsweredError([task.exception for task in tried.values()])

    def learn(self, cluster_id: str, brokers: Sequence[Broker]) -> None:
        """Takes in where the brokers are now; the servers named to us are needed no more."""
        self._known = _as_metadata(cluster_id, brokers)
        for manager in self._managers:
            manager.cluster.update_metadata(self._known)
            for server in manager.cluster.bootstrap_brokers():
                self._drop(server.node_id, Cancelled())

    def rest(self, seconds: float) -> None:
        """Lets time pass with the connections alive."""
        self._open()
        self._net.poll(timeout_ms=seconds * 1000, future=Future())

    async def sleep(self, seconds: float) -> None:
        """The same inside a job."""
        await self._net.sleep(seconds)

    def close(self) -> None:
        """Ends every connection; the next call begins with the servers named to us."""
        if self._net is not None:
            for manager in self._managers:
                manager.close()
            self._net.close()
        self._net, self._managers = None, []
        for known in (self._away, self._refused, self._asking, self.ends):
            known.clear()

    def _open(self) -> None:
        now = time.monotonic()
        if self._net is not None and now - self._used_at > IDLE_S:
            self.close()
        for node in [node for node, end in self._away.items() if end <= now]:
            del self._away[node]
        self._used_at = now
        if self._net is None:
            self._net = NetworkSelector()
            self._managers = [Manager(self._net, self.ends, **self._options) for _ in range(LANES)]
            for manager in self._managers if self._known.brokers else ():
                manager.cluster.update_metadata(self._known)

    def _wait(self, everything: Future, within_s: float) -> None:
        began = time.monotonic()
        self._heard_at = 0.0
        while not everything.is_done:
            end = began + within_s
            if self._heard_at:
                end = min(end, self._heard_at + PATIENCE_S)
            left = end - time.monotonic()
            if left <= 0:
                return self._give_up()
            self._net.poll(timeout_ms=min(left, STEP_S) * 1000, future=everything)

    def _give_up(self) -> None:
        until = time.monotonic() + AWAY_S
        for node in [node for node, count in self._asking.items() if count > 0]:
            self._away[node] = until
            self._drop(node, KafkaTimeoutError("no answer in time"))

    def _drop(self, node: Node, why: KafkaError) -> None:
        """Ends a connection at once, unsent bytes and all, which `manager.close` would wait for."""
        for manager in self._managers:
            connection = manager._conns.get(node)
            if connection is not None:
                connection.close(why)

    def _drop_mute(self, tried: Mapping[Node, Future], since: float) -> None:
        """Ends kept connections without a byte since then: a firewall may have forgotten them."""
        for node in [node for node, task in tried.items() if not task.is_done]:
            connection = self._managers[0]._conns.get(node)
            if connection and connection.connected and connection.transport.last_read < since:
                self._drop(node, Cancelled())

    def _candidates(self, servers: bool) -> list[Node]:
        """Connected brokers first, those that were silent a moment ago last."""
        manager = self._managers[0]
        brokers: list[Node] = [broker.node_id for broker in manager.cluster.brokers()]
        named = manager.cluster.bootstrap_brokers() if servers else []
        random.shuffle(brokers)
        brokers.sort(key=lambda node: (node in self._away, node not in manager._conns))
        return brokers + [server.node_id for server in named]

    def _connection(self, node: Node, lane: int) -> Any:
        """One that is open or begun; right after one failed none is: its cause is raised again."""
        try:
            return self._managers[lane].get_connection(node, refresh_metadata_on_err=False)
        except NodeNotReadyError as waits:
            raise self._refused.get(node, waits) from None

    async def _send(self, connection: Any, make: Make) -> Any:
        ready = Future()
        connection.init_future.add_both(lambda _: ready.success(None))
        await ready
        if connection.init_future.failed():
            why = NotConnectedError(connection.init_future.exception)
            self._refused[connection.node_id] = why
            raise why
        request = make(connection.broker_version_data.api_versions)
        until = time.monotonic() + self._timeout_s
        while True:
            try:
                return await connection.send_request(request)
            except NodeNotReadyError:
                if THROTTLED not in connection.paused or time.monotonic() >= until:
                    raise
            await self._net.sleep(THROTTLE_STEP_S)

    async def _first(self, tasks: Collection[Future], seconds: float) -> Future | None:
        """One that succeeded, when another has failed or time is over None."""
        gate = Future()

        def pass_on(_: object = None) -> None:
            if not gate.is_done:
                gate.success(None)

        timer = self._net.call_later(seconds, pass_on)
        for task in tasks:
            if not task.is_done:
                task.add_both(pass_on)
        await gate
        self._net.cancel(timer)
        return next((task for task in tasks if task.succeeded()), None)


def _outcome(task: Future) -> Any:
    """A job's value or KafkaError; any other error is a mistake of ours and is raised."""
    if not task.is_done:
        return KafkaTimeoutError("no answer in time")
    if task.exception is not None and not isinstance(task.exception, KafkaError):
        raise task.exception
    return task.exception or task.value


def _as_metadata(cluster_id: str, brokers: Sequence[Broker]) -> MetadataResponse:
    """What kafka-python takes its brokers' addresses from; it passes over one without brokers."""
    return MetadataResponse(
        version=2, brokers=list(brokers), cluster_id=cluster_id, controller_id=-1, topics=[]
    )
