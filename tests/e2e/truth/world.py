"""Two real Kafka clusters, Connect, DynamoDB and our own sampler, all on 127.0.0.1.

What is proven here is what samples see, so they are taken in this process by the same Sampler that
`sample_latency` calls, on real Kafka 4.3.1 and MirrorMaker 2. Mirrors are stored, and Connect is
told of them, as `create_mirror` does it. Only these differ from production:
- a sample is taken every few seconds, and the workers flush their offsets every FLUSH_MS (which
  the Connect cluster's registration says, too);
- what must last three samples and the three minutes that they take must last three samples alone;
- a mirror may be told to look for new and lost topics more often than every 60 s (`refresh_s`).
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from mirroring import connections as connecting
from mirroring.cluster import ConnectCluster, KafkaCluster
from mirroring.connections import Connections
from mirroring.kafka_client.probe import Probe
from mirroring.kafka_connect.client import ConnectClient
from mirroring.measuring import listen as listening
from mirroring.measuring.clock import now_ms
from mirroring.measuring.readings import MirrorReadings
from mirroring.measuring.sample import Sampler
from mirroring.mirror import Mirror, Source
from mirroring.observation import Change, ChangeKind, Observation
from mirroring.reconciling import reconcile
from mirroring.reconciling.mirror_reconciler import ConnectTarget
from mirroring.storing import history as histories
from mirroring.storing import mirror_store as stores
from mirroring.storing import observations as samplings
from mirroring.storing.history import History
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.observations import Observations
from pydantic import SecretStr

from lockstep.local import kafka
from lockstep.local.processes import Child, Processes
from tests.e2e.local_stack import eventually
from tests.e2e.proxy import Proxy
from tests.e2e.truth.side import Side

FLUSH_MS = 5_000
DEFAULT_FLUSH_MS = 60_000
WINDOW_S = 300
APPLY_S = 30.0
INTO_LISTENING_S = 0.6
SOURCE, TARGET, CONNECT, ALIAS = "eu-core", "us-core", "us-connect", "eu"
SERVERS = "source.cluster.bootstrap.servers"
USER, PASSWORD = "ann", "opens-nothing"
MODULE = "org.apache.kafka.common.security.plain.PlainLoginModule"


@dataclass
class World:
    """Everything a story needs; `children` are the Java processes by name.

    `links` are further ways to the source, one for each story that troubles one. `connect_name` is
    the Connect cluster whose samples are taken.
    """

    source: Side
    target: Side
    secured: str
    worker: kafka.Worker
    processes: Processes
    children: dict[str, Child]
    links: list[Proxy] = field(default_factory=list)
    connect_name: str = CONNECT
    store: MirrorStore = field(default_factory=stores.mirror_store)
    samples: Observations = field(default_factory=samplings.observations)
    history: History = field(default_factory=histories.history)
    connections: Connections = field(default_factory=connecting.connections)
    _when_listening: dict[str, Callable[[], None]] = field(default_factory=dict)
    _really_listen: Callable[[Probe, Sequence[MirrorReadings]], None] = listening.listen
    _creating: threading.Lock = field(default_factory=threading.Lock)

    @property
    def connect(self) -> ConnectClient:
        """Connect's REST API, as somebody else uses it."""
        return ConnectClient((self.worker.url,), timeout_s=30)

    def sampler(self, shift_ms: int = 0, window_s: int = WINDOW_S) -> Sampler:
        """A sampler whose clock is ahead of ours by `shift_ms`."""
        return Sampler(
            self.store,
            self.samples,
            self.connections,
            window_s,
            clock=lambda: now_ms() + shift_ms,
        )

    def take(self, *mirrors: str, shift_ms: int = 0) -> dict[str, Observation]:
        """One sample of these mirrors, all together."""
        taken = self.sampler(shift_ms).take(self.connect_name, list(mirrors))
        return {seen.mirror: seen for seen in taken}

    def mirror(
        self,
        name: str,
        regex: str,
        *,
        age: timedelta = timedelta(0),
        external: Mapping[str, str] | None = None,
        refresh_s: int | None = None,
        knobs: Mapping[str, str] | None = None,
        **asked: Any,
    ) -> Mirror:
        """Create a mirror as create_mirror does; `external` are the source's own properties.

        It says that it was created `age` ago. `refresh_s` and `knobs` then change its connector
        behind our back: how often it looks for topics, and what a story is about.
        """
        now = datetime.now(UTC) - age
        managed = SOURCE if external is None else None
        facts: dict[str, Any] = {
            "connect_cluster": self.connect_name,
            "source": Source(alias=ALIAS, managed=managed, cluster_id="source-id"),
            "target_cluster": TARGET,
            "target_cluster_id": "target-id",
            "topics_regex": regex,
            "max_tasks": 1,
            "created_at": now,
            "updated_at": now,
        }
        mirror = Mirror(name=f"{ALIAS}.{TARGET}.{name}", **facts | asked)
        if external is not None:
            text = "".join(f"{key}={value}\n" for key, value in external.items())
            self.connections.vault.put_mirror_properties(mirror.name, SecretStr(text))
        self._store(mirror)
        eventually(lambda: self.reconcile(mirror), within_s=APPLY_S, what=f"{mirror.name} made")
        changed = {**(knobs or {})}
        if refresh_s is not None:
            changed["refresh.topics.interval.seconds"] = str(refresh_s)
        if changed:
            self.turn(mirror, changed)
        return mirror

    def change(self, mirror: Mirror) -> Mirror:
        """What a person changed about a mirror, stored and done."""
        asked = Change(mirror=mirror.name, at=mirror.updated_at, kind=ChangeKind.WRITE)
        self.store.replace(mirror, asked)
        eventually(lambda: self.reconcile(mirror), within_s=APPLY_S, what=f"{mirror.name} changed")
        return mirror

    def while_listening(self, mirror: Mirror, action: Callable[[], None]) -> None:
        """Do this once, in the midst of the listening of the mirror's next sample."""
        self._when_listening[mirror.name] = action

    def listen(self, probe: Probe, all_readings: Sequence[MirrorReadings]) -> None:
        names = [one.mirror.name for one in all_readings if one.mirror.name in self._when_listening]
        actions = [self._when_listening.pop(name) for name in names]
        timers = [threading.Timer(INTO_LISTENING_S, action) for action in actions]
        for timer in timers:
            timer.start()
        self._really_listen(probe, all_readings)
        for timer in timers:
            timer.join()

    def reconcile(self, mirror: Mirror) -> bool:
        """Make Connect be as the mirror wants it."""
        return reconcile.reconciler().apply(mirror, APPLY_S / 2)

    def repair(self, mirror: Mirror) -> bool:
        """Do what the scheduled run would do for this mirror alone: put back and restart, too."""
        reconciler = reconcile.reconciler()
        registry = self.connections.registry
        cluster = registry.connect_cluster(mirror.connect_cluster)
        place = ConnectTarget(cluster, self.connect, registry.cluster)
        return reconciler.mirrors.reconcile(mirror, place, self.connect.connectors())

    def turn(self, mirror: Mirror, knobs: Mapping[str, str]) -> None:
        """Change some of its connector's configuration behind our back."""
        told = self.connect.connector(mirror.source_connector)
        assert told is not None, mirror.source_connector
        self.connect.put(mirror.source_connector, {**told.config, **knobs})

    def changes(self, mirror: str) -> list[Change]:
        """What samples judged of it so far, oldest first."""
        found = self.history.changes(mirror, 100).items
        return [one for one in reversed(found) if one.kind is ChangeKind.STATUS]

    def with_password(self, password: str) -> dict[str, str]:
        """The properties of the source's listener that asks who is there; PASSWORD is right."""
        login = f'{MODULE} required username="{USER}" password="{password}";'
        return {
            "bootstrap.servers": self.secured,
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": "PLAIN",
            "sasl.jaas.config": login,
        }

    def _store(self, mirror: Mirror) -> None:
        asked = Change(mirror=mirror.name, at=mirror.created_at, kind=ChangeKind.WRITE)
        with self._creating:
            self.store.create(mirror, self.store.fleet().revision, asked)

    def register(self, name: str, *servers: str) -> None:
        """Register a Kafka cluster, unseen."""
        now = datetime.now(UTC)
        self.connections.registry.put_cluster(
            KafkaCluster(
                name=name,
                bootstrap_servers=servers,
                cluster_id=f"id-of-{name}",
                brokers=len(servers),
                created_at=now,
                updated_at=now,
            )
        )

    def register_connect(
        self, name: str, *urls: str, target: str = TARGET, flush_ms: int = DEFAULT_FLUSH_MS
    ) -> None:
        """Register a Connect cluster, unseen."""
        now = datetime.now(UTC)
        self.connections.registry.put_connect_cluster(
            ConnectCluster(
                name=name,
                urls=urls,
                kafka_cluster=target,
                offset_flush_ms=flush_ms,
                version="4.3.1",
                workers=len(urls),
                created_at=now,
                updated_at=now,
            )
        )
