"""The routes of what people do to a mirror that is there; each takes an If-Match."""

from datetime import UTC, datetime
from http import HTTPStatus

from mirroring.api import read
from mirroring.api.routing import Answer, Api, answer, version_of
from mirroring.contract import names
from mirroring.contract.mirrors import ChangedMirrorAnswer, Effect
from mirroring.contract.requests import (
    AcknowledgeRequest,
    MirrorChange,
    NoFields,
    RestartRequest,
)
from mirroring.errors import MirrorNotFound
from mirroring.managing.update import opened
from mirroring.managing.versions import Write
from mirroring.mirror import Intent, Mirror

# A quarter of a megabyte each, with names of up to 249 characters.
TOPICS = 1_000


class Changes:
    """What each path does."""

    def __init__(self, api: Api) -> None:
        self._api = api
        api.patch("/mirrors/{name}")(self.change)
        api.post("/mirrors/{name}/pause")(self.pause)
        api.post("/mirrors/{name}/stop")(self.stop)
        api.post("/mirrors/{name}/resume")(self.resume)
        api.post("/mirrors/{name}/restart")(self.restart)
        api.post("/mirrors/{name}/acknowledge")(self.acknowledge)

    def change(self, name: str) -> Answer:
        """PATCH /mirrors/{name}"""
        asked = self._api.body(MirrorChange)
        mirror, effect = opened().change(_known(name), asked, self._write)
        shown = dict(read.opened().shown(mirror))
        return answer(ChangedMirrorAnswer(**shown, effect=_first(effect)), HTTPStatus.ACCEPTED)

    def pause(self, name: str) -> Answer:
        """POST /mirrors/{name}/pause"""
        return _accepted(opened().hold(_known(name), Intent.PAUSED, self._bare_write))

    def stop(self, name: str) -> Answer:
        """POST /mirrors/{name}/stop"""
        return _accepted(opened().hold(_known(name), Intent.STOPPED, self._bare_write))

    def resume(self, name: str) -> Answer:
        """POST /mirrors/{name}/resume"""
        return _accepted(opened().resume(_known(name), self._bare_write))

    def restart(self, name: str) -> Answer:
        """POST /mirrors/{name}/restart"""
        asked = self._api.body(RestartRequest, empty=b"{}")
        return _accepted(opened().restart(_known(name), asked.only_failed, self._write))

    def acknowledge(self, name: str) -> Answer:
        """POST /mirrors/{name}/acknowledge"""
        up_to = self._api.body(AcknowledgeRequest, empty=b"{}").up_to
        seen = opened().acknowledge(_known(name), up_to, self._write)
        return answer(read.opened().shown(seen))

    @property
    def _bare_write(self) -> Write:
        """The write of a call that takes no field; a body that has one is refused all the same."""
        self._api.body(NoFields, empty=b"{}")
        return self._write

    @property
    def _write(self) -> Write:
        version = version_of(self._api.header("if-match"))
        return Write(self._api.caller(), datetime.now(UTC), version)


def _first(effect: Effect) -> Effect:
    """The effect with the first of its topics, and how many there are."""
    return Effect(
        topics_added=effect.topics_added[:TOPICS],
        topics_added_total=len(effect.topics_added),
        topics_removed=effect.topics_removed[:TOPICS],
        topics_removed_total=len(effect.topics_removed),
    )


def _known(name: str) -> str:
    return names.known(name, MirrorNotFound)


def _accepted(mirror: Mirror) -> Answer:
    return answer(read.opened().shown(mirror), HTTPStatus.ACCEPTED)
