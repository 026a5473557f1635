"""functions/sample_latency, started by its queue."""

import pytest
from mirroring.errors import ConnectClusterNotFound

from functions.sample_latency.app import handler
from tests.functional.events import Context, samples_message


def test_a_sample_that_fails_stays_in_the_queue_and_is_told_in_the_log(
    stack: None, caplog: pytest.LogCaptureFixture
) -> None:
    message = samples_message("us-connect", ["a"])

    answer = handler(message, Context())  # type: ignore[arg-type]  # all that it reads

    assert answer == {"batchItemFailures": [{"itemIdentifier": message["Records"][0]["messageId"]}]}
    (told,) = (record for record in caplog.records if record.levelname == "ERROR")
    assert told.message == "sample failed"
    assert told.exc_info is not None
    assert told.exc_info[0] is ConnectClusterNotFound
