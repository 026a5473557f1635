"""Creates a mirror: answered at once, finished by reconcile_mirrors."""

from datetime import UTC, datetime
from http import HTTPStatus

from mirroring.answering import read
from mirroring.answering.api import Answer, Api, answer
from mirroring.answering.requests import MirrorRequest
from mirroring.managing import create

api = Api()
handler = api.handler


@api.post("/mirrors")
def post() -> Answer:
    """POST /mirrors"""
    request, by = api.body(MirrorRequest), api.caller()
    key = api.header("idempotency-key")
    mirror = create.opened().create(request, by, datetime.now(UTC), key)
    shown = read.opened().shown(mirror)
    return answer(shown, HTTPStatus.ACCEPTED, location=f"/mirrors/{mirror.name}")
