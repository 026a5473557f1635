"""What a create would do, looked at and not done."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mirroring.answering import view
from mirroring.answering.preview_answers import (
    PreviewAnswer,
    PreviewedTopic,
    ProblemAnswer,
    WarningAnswer,
)
from mirroring.answering.requests import MirrorRequest
from mirroring.connecting.connections import Connections, place
from mirroring.errors import ProblemError, Unprocessable
from mirroring.managing import cautions
from mirroring.managing.access import Backlog, backlogs
from mirroring.managing.check import refusal
from mirroring.managing.places import places
from mirroring.managing.proposal import Proposal, propose
from mirroring.mirror import Mirror, StartFrom
from mirroring.storing.store import Store
from mirroring.topics import matching

SUFFIX = "xxxxx"
"""Stands in the names for the random letters that a create would choose."""


@dataclass(frozen=True)
class Previewer:
    """What it takes to look; nothing is written."""

    store: Store
    connections: Connections

    def preview(self, request: MirrorRequest, now: datetime) -> PreviewAnswer:
        """Topics, problems, warnings and connectors; raises BadRequest and Unavailable.

        What hinders a look at the source is the one problem, and then there is nothing else to say.
        """
        try:
            found = places(request, self.connections.registry)
            proposal = propose(request, found, SUFFIX, self.connections, now)
        except Unprocessable as refused:
            return PreviewAnswer(problems=tuple(_lines(refused)))
        fleet = self.store.fleet().mirrors
        problems = [line for one in _refusals(proposal, fleet) for line in _lines(one)]
        try:
            names = matching(proposal.mirror, proposal.seen.topics)
        except TimeoutError:
            return PreviewAnswer(problems=tuple(problems))
        topics = {name: proposal.seen.topics[name] for name in names}
        held = self._held(proposal, topics)
        warned = _warnings(proposal, topics, held, fleet)
        return PreviewAnswer(
            topics=tuple(_topic(proposal, name, count) for name, count in topics.items()),
            partitions=sum(topics.values()),
            problems=tuple(problems),
            warnings=tuple(warned),
            connectors=view.planned(proposal.mirror, proposal.found.clusters()),
        )

    def _held(self, proposal: Proposal, topics: dict[str, int]) -> dict[str, Backlog]:
        """How much there is to backfill; nothing where it is not read."""
        if not topics or proposal.mirror.start_from is StartFrom.LATEST:
            return {}
        return backlogs(place(dict(proposal.source)), topics)


def _refusals(proposal: Proposal, fleet: tuple[Mirror, ...]) -> Iterator[ProblemError]:
    """The errors that a create would raise, each of which would hide the next."""
    if problems := proposal.problems(fleet):
        yield refusal(problems)
    try:
        if (found := proposal.conflict(fleet)) is not None:
            yield found
    except TimeoutError:
        return  # the pattern's own problem is told already


def _lines(error: ProblemError) -> Iterator[ProblemAnswer]:
    slug = f"/problems/{error.slug}"
    if not error.errors:
        yield ProblemAnswer(type=slug, field=None, message=error.detail)
    for one in error.errors:
        yield ProblemAnswer(type=slug, field=one.field, message=one.message)


def _warnings(
    proposal: Proposal,
    topics: dict[str, int],
    held: dict[str, Backlog],
    fleet: tuple[Mirror, ...],
) -> list[WarningAnswer]:
    mirror, connect = proposal.mirror, proposal.found.connect
    return [
        *cautions.of_tasks(mirror, connect.workers, sum(topics.values())),
        *cautions.of_secrets(connect, {**proposal.source, **proposal.target}),
        *cautions.of_backfill(mirror, held),
        *cautions.of_target(mirror, proposal.access, fleet),
    ]


def _topic(proposal: Proposal, name: str, partitions: int) -> PreviewedTopic:
    mirrored = proposal.mirror.mirrored_name(name)
    exists = None if proposal.access.why else mirrored in proposal.access.existing
    return PreviewedTopic(name=name, mirrored_name=mirrored, partitions=partitions, exists=exists)
