"""Creates a mirror, or shows what creating it would do; reconcile_mirrors finishes it."""

from datetime import UTC, datetime
from http import HTTPStatus

from mirroring.api import read
from mirroring.api.preview import Previewer
from mirroring.api.routing import Answer, Api, answer
from mirroring.contract.preview import CreatedMirrorAnswer
from mirroring.contract.requests import MirrorRequest
from mirroring.managing import create

api = Api()
handler = api.handler


@api.post("/mirrors/preview")
def preview() -> Answer:
    made = create.creator()
    previewer = Previewer(made.store, made.reconciler.connections)
    return answer(previewer.preview(api.body(MirrorRequest), datetime.now(UTC)))


@api.post("/mirrors")
def post() -> Answer:
    request, by = api.body(MirrorRequest), api.caller()
    key = api.header("idempotency-key")
    made = create.creator().create(request, by, datetime.now(UTC), key)
    shown = CreatedMirrorAnswer(**dict(read.reader().shown(made.mirror)), warnings=made.warnings)
    return answer(shown, HTTPStatus.ACCEPTED, location=f"/mirrors/{made.mirror.name}")
