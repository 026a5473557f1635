"""What create and preview warn of: everything worth knowing that refuses nothing."""

from collections.abc import Mapping, Sequence

from mirroring.client_properties.properties import security
from mirroring.connections import place
from mirroring.contract.preview import WarningAnswer
from mirroring.managing import preview_warnings
from mirroring.managing.access import Backlog, backlogs
from mirroring.managing.proposal import Proposal
from mirroring.mirror import Mirror, StartFrom


def advice(proposal: Proposal, fleet: Sequence[Mirror]) -> tuple[WarningAnswer, ...]:
    """The warnings, beside this fleet; asks the source how much there is to backfill."""
    mirror, connect, topics = proposal.mirror, proposal.found.connect, proposal.topics()
    given = (proposal.source, proposal.target)
    return (
        *preview_warnings.of_tasks(mirror, connect.workers, sum(topics.values())),
        *preview_warnings.of_names(mirror, proposal.seen.topics),
        *preview_warnings.of_alias(mirror, fleet),
        *preview_warnings.of_secrets(connect, *given),
        *preview_warnings.of_certificates(mirror.created_at, *map(security, given)),
        *preview_warnings.of_backfill(mirror, _held(proposal, topics)),
        *preview_warnings.of_target(mirror, proposal.access, fleet),
        *preview_warnings.of_creation(proposal.access),
    )


def _held(proposal: Proposal, topics: Mapping[str, int]) -> dict[str, Backlog]:
    """How much there is to backfill; nothing where it is not read."""
    if not topics or proposal.mirror.start_from is StartFrom.LATEST:
        return {}
    return backlogs(place(dict(proposal.source)), topics)
