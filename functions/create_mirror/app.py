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
    request = api.body(MirrorRequest)
    mirror = create.opened().create(request, api.caller(), datetime.now(UTC))
    shown = read.opened().shown(mirror)
    return answer(shown, HTTPStatus.ACCEPTED, location=f"/mirrors/{mirror.name}")
