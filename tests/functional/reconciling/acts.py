"""What happens around a run of reconcile_mirrors: what is registered, what a person changes."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from mirroring.mirror import Mirror, Source
from mirroring.observation import ChangeKind, Code, Status
from mirroring.storing.history import History
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.observation_item import Outcome
from mirroring.storing.observations import Observations
from pydantic import SecretStr

from functions.reconcile_mirrors.app import handler
from tests.functional.events import Context, event
from tests.given import NAME, a_mirror, a_reason, a_write, an_observation

SOURCE, CHECKPOINT, OTHER = f"{NAME}.source", f"{NAME}.checkpoint", "far.us-core.zzzzz"
PASSWORD = "hunter2-hunter2"
PROPERTIES = SecretStr(
    "security.protocol=SASL_PLAINTEXT\n"
    "sasl.mechanism=PLAIN\n"
    "sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required "
    f'username="u" password="{PASSWORD}";\n'
)


@dataclass(frozen=True)
class Minute(Context):
    """A context with a minute left."""

    def get_remaining_time_in_millis(self) -> int:
        """One minute."""
        return 60_000


def run() -> int:
    """One run of the function; how many mirrors were settled."""
    return handler(event("reconcile_mirrors"), Minute())["settled"]  # type: ignore[arg-type]  # all that it reads


def add(store: MirrorStore, new: Mirror) -> None:
    """Creates a mirror."""
    store.create(new, store.fleet().revision, a_write(mirror=new.name))


def external(name: str = OTHER, **fields: Any) -> Mirror:
    """A mirror of a cluster that is not registered."""
    return a_mirror(name, source=Source(alias="far", cluster_id="far-id"), **fields)


def change(store: MirrorStore, name: str = NAME, **changes: Any) -> Mirror:
    """What a person changed of a mirror."""
    now = store.mirror(name)
    new = now.model_copy(update={**changes, "version": now.version + 1})
    store.replace(new, a_write(mirror=name))
    return new


def sample(
    taken: Observations, *codes: Code, ago: timedelta = timedelta(0), mirror: str = NAME
) -> None:
    """A sample of the mirror, taken just now, that found this since `ago`."""
    now = datetime.now(UTC)
    before = taken.states([mirror])[mirror]
    sequence = before.observation.sequence + 1 if before.observation else 1
    about = {"topic": None, "partition": None, "connector": SOURCE, "since": now - ago}
    seen = an_observation(
        sequence,
        mirror,
        measured_at=now,
        status=Status.OUT_OF_SYNC,
        reasons=tuple(a_reason(code, **about) for code in codes),
        connectors=(),
    )
    assert taken.record(before, Outcome(seen, b""))


def repairs(past: History) -> list[tuple[Any, Any]]:
    """What reconcile told of its repairs: before and after, oldest first."""
    changes = past.changes(NAME, 50).items
    found = [(one.before, one.after) for one in changes if one.kind is ChangeKind.REPAIR]
    return found[::-1]
