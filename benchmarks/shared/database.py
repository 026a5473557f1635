"""DynamoDB Local with the stack's tables, the rest of AWS in this process, on 127.0.0.1 alone."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from lockstep.local import download, dynamodb, jars, ports
from lockstep.local.processes import Processes
from lockstep.local.waiting import listens, wait_until
from tests.e2e.truth.opening import own_aws

START_S = 30


@contextmanager
def opened(folder: Path) -> Iterator[Processes]:
    """Start AWS on this machine, and have it in the environment until the end."""
    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    fetched = jars.locked("dynamodb")
    download.fetch(fetched, progress=lambda *_: None, stop=threading.Event())
    port, others = ports.choose(2)
    database = dynamodb.DynamoDb(folder / "dynamodb", port)
    with Processes() as processes:
        dynamodb.start_dynamodb(processes, fetched, database)
        wait_until(partial(listens, port), seconds=START_S, what="DynamoDB")
        with own_aws(others, database.url):
            yield processes
