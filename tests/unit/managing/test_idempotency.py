"""What is kept of a request with an Idempotency-Key."""

import json

from mirroring.contract.requests import MirrorRequest
from mirroring.managing.idempotency import digest


def asked(secret: str, **fields: object) -> MirrorRequest:
    """A mirror of an external source with this secret."""
    text = f"bootstrap.servers=b:1\nssl.truststore.password={secret}\n"
    body = {
        "connectCluster": "us-connect",
        "sourceCluster": {"alias": "ext", "externalCluster": {"sourceConnectionProperties": text}},
    }
    return MirrorRequest.model_validate_json(json.dumps(body | fields))


def test_no_digest_lets_a_secret_be_guessed() -> None:
    assert digest(asked("hunter2")) == digest(asked("correct horse"))


def test_whatever_else_differs_is_another_body() -> None:
    assert digest(asked("hunter2")) != digest(asked("hunter2", topicsRegex="orders"))
