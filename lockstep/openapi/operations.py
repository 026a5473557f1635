"""Every call of the API, and which problems any call may be answered with."""

from mirroring.errors import ProblemError, Unavailable

from lockstep.openapi.cluster_operations import CLUSTERS
from lockstep.openapi.mirror_operations import MIRRORS
from lockstep.openapi.operation import Problems

OPERATIONS = (*CLUSTERS, *MIRRORS)
EVERYWHERE: Problems = (ProblemError, Unavailable)
