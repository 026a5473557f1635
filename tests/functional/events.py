"""The events of events/, and the context that Lambda hands over with them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.stack import ROOT


def event(name: str) -> dict[str, Any]:
    """One real event, read anew."""
    content: dict[str, Any] = json.loads((ROOT / "events" / f"{name}.json").read_text("utf-8"))
    return content


@dataclass(frozen=True)
class Context:
    """What our handlers read of Lambda's context."""

    function_name: str = "function"
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:123456789012:function:function"
    aws_request_id: str = "52fdfc07-2182-154f-163f-5f0f9a621d72"

    def get_remaining_time_in_millis(self) -> int:
        """Enough."""
        return 45_000


def samples_message(connect_cluster: str, mirrors: Sequence[str]) -> dict[str, Any]:
    """The event of the samples queue with this minute's message for these mirrors."""
    message = event("sample_latency")
    minute = datetime.now(UTC).replace(second=0, microsecond=0).isoformat()
    asked = {"connectCluster": connect_cluster, "mirrors": list(mirrors), "minute": minute}
    message["Records"][0]["body"] = json.dumps(asked)
    return message
