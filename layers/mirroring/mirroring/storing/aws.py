"""What every client of AWS shares: short time-outs, and which of its errors mean "away"."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from mirroring.errors import Unavailable

CONFIG = Config(
    connect_timeout=2,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 3},
    tcp_keepalive=True,
)
BUSY = frozenset(
    {
        "InternalFailure",
        "InternalServerError",
        "InternalServiceError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "Throttled",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)


def code(error: ClientError) -> str:
    """AWS's own word for what went wrong."""
    return error.response["Error"]["Code"]


@contextmanager
def answering(system: str) -> Iterator[None]:
    """Turns "away" and "busy" of an AWS service into Unavailable; other errors pass unchanged."""
    try:
        yield
    except (ConnectionError, HTTPClientError) as error:
        raise Unavailable(f"{system} does not answer; try again in a few seconds") from error
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code(error) in BUSY or status >= 500:
            raise Unavailable(f"{system} is busy; try again in a few seconds") from error
        raise
