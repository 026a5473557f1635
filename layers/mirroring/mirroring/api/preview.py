"""What a create would do, looked at and not done."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from mirroring.api import view
from mirroring.connections import Connections
from mirroring.contract.preview import (
    PreviewAnswer,
    PreviewedTopic,
    ProblemAnswer,
)
from mirroring.contract.requests import MirrorRequest
from mirroring.errors import ProblemError, Unprocessable
from mirroring.managing.advice import advice
from mirroring.managing.fleet_rules import patient
from mirroring.managing.proposal import Proposal, propose
from mirroring.managing.requested_clusters import places
from mirroring.storing.mirror_store import MirrorStore

# Some 600 bytes each with the longest names.
TOPICS = 1_000
SUFFIX = "xxxxx"
"""Stands in the names for the random letters that a create would choose."""


@dataclass(frozen=True)
class Previewer:
    """What it takes to look; nothing is written."""

    store: MirrorStore
    connections: Connections

    def preview(self, request: MirrorRequest, now: datetime) -> PreviewAnswer:
        """Topics, problems, warnings and connectors; raises BadRequest and Unavailable.

        What hinders a look at the source is the one problem, and then there is nothing else to say.
        """
        try:
            with patient():
                found = places(request, self.connections.registry)
                proposal = propose(request, found, SUFFIX, self.connections, now)
                return self._looked_at(proposal)
        except Unprocessable as refused:
            return PreviewAnswer(problems=tuple(_lines(refused)))

    def _looked_at(self, proposal: Proposal) -> PreviewAnswer:
        fleet = self.store.fleet().mirrors
        problems = tuple(line for one in proposal.refusals(fleet) for line in _lines(one))
        topics = proposal.topics()
        return PreviewAnswer(
            topics=tuple(_topic(proposal, *one) for one in islice(topics.items(), TOPICS)),
            topics_total=len(topics),
            partitions=sum(topics.values()),
            problems=problems,
            warnings=advice(proposal, fleet),
            connectors=view.planned(proposal.mirror, proposal.found.clusters()),
        )


def _lines(error: ProblemError) -> Iterator[ProblemAnswer]:
    slug = f"/problems/{error.slug}"
    if not error.errors:
        yield ProblemAnswer(type=slug, field=None, message=error.detail)
    for one in error.errors:
        yield ProblemAnswer(type=slug, field=one.field, message=one.message)


def _topic(proposal: Proposal, name: str, partitions: int) -> PreviewedTopic:
    mirrored = proposal.mirror.mirrored_name(name)
    exists = None if proposal.access.why else mirrored in proposal.access.existing
    return PreviewedTopic(name=name, mirrored_name=mirrored, partitions=partitions, exists=exists)
