"""What create and preview warn of: everything worth knowing that refuses nothing."""

from collections.abc import Mapping, Sequence

from mirroring.answering.preview_answers import WarningAnswer
from mirroring.connecting.connections import place
from mirroring.connecting.properties import security
from mirroring.managing import cautions
from mirroring.managing.access import Backlog, backlogs
from mirroring.managing.proposal import Proposal
from mirroring.mirror import Mirror, StartFrom


def advice(proposal: Proposal, fleet: Sequence[Mirror]) -> tuple[WarningAnswer, ...]:
    """The warnings, beside this fleet; asks the source how much there is to backfill."""
    mirror, connect, topics = proposal.mirror, proposal.found.connect, proposal.topics()
    given = (proposal.source, proposal.target)
    return (
        *cautions.of_tasks(mirror, connect.workers, sum(topics.values())),
        *cautions.of_names(mirror, proposal.seen.topics),
        *cautions.of_alias(mirror, fleet),
        *cautions.of_secrets(connect, *given),
        *cautions.of_certificates(mirror.created_at, *map(security, given)),
        *cautions.of_backfill(mirror, _held(proposal, topics)),
        *cautions.of_target(mirror, proposal.access, fleet),
        *cautions.of_creation(proposal.access),
    )


def _held(proposal: Proposal, topics: Mapping[str, int]) -> dict[str, Backlog]:
    """How much there is to backfill; nothing where it is not read."""
    if not topics or proposal.mirror.start_from is StartFrom.LATEST:
        return {}
    return backlogs(place(dict(proposal.source)), topics)
