"""Changes, pauses, stops, resumes, restarts and acknowledges a mirror that is there."""

from http import HTTPStatus

from mirroring.api import paging, read
from mirroring.api.routing import Answer, Api, answer
from mirroring.contract.mirrors import ChangedMirrorAnswer
from mirroring.contract.requests import AcknowledgeRequest, MirrorChange, RestartRequest
from mirroring.managing.update import mirror_updates
from mirroring.mirror import Intent, Mirror

api = Api()
handler = api.handler


@api.patch("/mirrors/{name}")
def change(name: str) -> Answer:
    mirror, effect = mirror_updates().change(name, api.body(MirrorChange), api.write())
    shown = read.reader().shown(mirror, paging.LARGEST - paging.size(effect))
    return answer(ChangedMirrorAnswer(**dict(shown), effect=effect), HTTPStatus.ACCEPTED)


@api.post("/mirrors/{name}/pause")
def pause(name: str) -> Answer:
    return _accepted(mirror_updates().hold(name, Intent.PAUSED, api.bare_write()))


@api.post("/mirrors/{name}/stop")
def stop(name: str) -> Answer:
    return _accepted(mirror_updates().hold(name, Intent.STOPPED, api.bare_write()))


@api.post("/mirrors/{name}/resume")
def resume(name: str) -> Answer:
    return _accepted(mirror_updates().resume(name, api.bare_write()))


@api.post("/mirrors/{name}/restart")
def restart(name: str) -> Answer:
    asked = api.body(RestartRequest, empty=b"{}")
    return _accepted(mirror_updates().restart(name, asked.only_failed, api.write()))


@api.post("/mirrors/{name}/acknowledge")
def acknowledge(name: str) -> Answer:
    up_to = api.body(AcknowledgeRequest, empty=b"{}").up_to
    return answer(read.reader().shown(mirror_updates().acknowledge(name, up_to, api.write())))


def _accepted(mirror: Mirror) -> Answer:
    return answer(read.reader().shown(mirror), HTTPStatus.ACCEPTED)
