"""The last step of a sample: each mirror is judged and recorded alone, as long as there is time."""

import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aws_lambda_powertools import Logger
from botocore.exceptions import ClientError

from mirroring.alerting import news
from mirroring.errors import ProblemError, Unavailable
from mirroring.measuring.assess import Assessment
from mirroring.measuring.clock import Clock
from mirroring.measuring.figures import Timing
from mirroring.measuring.kept_memory import KeptMemories
from mirroring.measuring.memory import as_rows, pack
from mirroring.measuring.readings import MirrorReadings
from mirroring.measuring.status import unknown
from mirroring.observation import Observation
from mirroring.storing import aws as aws
from mirroring.storing import metrics
from mirroring.storing.observation_item import Outcome, State
from mirroring.storing.observations import Observations

# A memory takes about 160 bytes for a partition, and the sample of one some kB of the function's
# 512 MB: so 20,000 partitions are read together.
PORTION_BYTES = 3_200_000
# A line of a log holds 256 kB, and who reads it wants examples.
SAID = 20
NEVER = datetime.min.replace(tzinfo=UTC)

logger = Logger()


@dataclass
class Recorder:
    """Records mirrors until `until` (monotonic s); `failed` and `skipped` say what it could not."""

    samples: Observations
    kept: KeptMemories
    window_s: int
    workers: int
    clock: Clock
    until: float
    failed: list[BaseException] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    recorded: bool = False

    def record_all(
        self, all_readings: Sequence[MirrorReadings], paces: Mapping[str, Timing], at: int
    ) -> Iterator[Observation]:
        """What was recorded of a sample that began at `at` ms.

        Whatever goes wrong with one mirror costs no other its sample.
        """
        with ThreadPoolExecutor(max_workers=1) as pool:  # whose futures hold what went wrong
            waiting = [(one, pool.submit(self._record, one, paces, at)) for one in all_readings]
            for readings, future in waiting:
                error = future.exception()
                if error is None:
                    yield from filter(None, [future.result()])
                    continue
                self._fail(readings, error)
                blind = pool.submit(self._record_unknown, readings).exception()
                if blind is not None and not isinstance(error, Unavailable):
                    self._fail(readings, blind)

    def end(self, connect_cluster: str) -> None:
        """Note that the Connect cluster was sampled, count what was skipped, raise a failure.

        It was, where anything of it was recorded, or nothing was to be.
        """
        if self.recorded or not (self.failed or self.skipped):
            now = datetime.fromtimestamp(self.clock() / 1000, UTC)
            self.samples.note(connect_cluster, now)
        if self.skipped:
            logger.warning("not sampled in time", mirrors=self.skipped[:SAID], of=len(self.skipped))
            metrics.skipped(len(self.skipped))
        if self.failed:
            raise self.failed[0]

    def _record(
        self, readings: MirrorReadings, paces: Mapping[str, Timing], at: int
    ) -> Observation | None:
        """Judge and record one mirror; None without time, or when another sampler was first."""
        if time.monotonic() >= self.until:
            self.skipped.append(readings.mirror.name)
            return None
        if readings.failure is not None:
            raise readings.failure
        pace = paces[readings.mirror.name]
        assessment = Assessment(readings, pace, self.clock(), self.window_s, self.workers)
        observation, memory, change = assessment.result(at)
        memory = as_rows(memory)
        packed = pack(memory)
        outcome = Outcome(observation, packed, change, readings.mirror.connect_cluster)
        is_first = self._keep(readings, outcome)
        self.recorded = True
        if not is_first:
            return None
        self.kept.keep(packed, memory)
        return observation

    def _record_unknown(self, readings: MirrorReadings) -> None:
        """Say of a mirror whose sample cannot be recorded that nothing is known of it now.

        All else stays as the last sample left it, its time included; a mirror that was never
        sampled has nothing to keep.
        """
        if readings.before is None:
            return
        now = datetime.fromtimestamp(self.clock() / 1000, UTC)
        was = readings.before.status, readings.before.status_since
        after, change = news.concluded(readings.before, unknown(readings.before, now), was, now)
        memory = readings.state.memory or b""
        self._keep(readings, Outcome(after, memory, change, readings.mirror.connect_cluster))

    def _keep(self, readings: MirrorReadings, outcome: Outcome) -> bool:
        if not self.samples.record(readings.state, outcome):
            return False
        change = outcome.change
        if change is not None:
            codes = [reason.code for reason in change.reasons]
            logger.info(
                "status changed", mirror=readings.mirror.name, after=change.after, why=codes
            )
        return True

    def _fail(self, readings: MirrorReadings, error: BaseException) -> None:
        """Remember a failure, and log it by its type and place: its words may quote a secret."""
        self.failed.append(error)
        logger.error(
            "sample not recorded",
            mirror=readings.mirror.name,
            error=type(error).__qualname__,
            why=_why(error),
            stack=[f"{one.name}:{one.lineno}" for one in traceback.extract_tb(error.__traceback__)],
        )


def portions(states: Mapping[str, State]) -> Iterator[Mapping[str, State]]:
    """The mirrors to sample together, those first that were not sampled for longest."""
    portion: dict[str, State] = {}
    weight = 0
    for name, state in sorted(states.items(), key=lambda one: _measured(one[1])):
        size = len(state.memory or b"")
        if portion and weight + size > PORTION_BYTES:
            yield portion
            portion, weight = {}, 0
        portion[name] = state
        weight += size
    if portion:
        yield portion


def halves(states: Mapping[str, State]) -> Iterator[Mapping[str, State]]:
    """The first half of these mirrors, and the second: of 250, eight halvings find a bad one."""
    names = list(states)
    middle = len(names) // 2
    for some in (names[:middle], names[middle:]):
        yield {name: states[name] for name in some}


def _measured(state: State) -> datetime:
    return NEVER if state.observation is None else state.observation.measured_at


def _why(error: BaseException) -> str:
    if isinstance(error, ProblemError):
        return error.detail
    return aws.code(error) if isinstance(error, ClientError) else ""
