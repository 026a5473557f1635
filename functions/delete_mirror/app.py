"""Removes a mirror's connectors and its record; mirrored topics and their data stay."""

from datetime import UTC, datetime
from http import HTTPStatus

from mirroring import names, read, reconcile, store
from mirroring.api import Answer, Api, answer, nothing
from mirroring.change import Write
from mirroring.errors import MirrorNotFound
from mirroring.remove import remove

api = Api()
handler = api.handler


@api.delete("/mirrors/<name>")
def delete(name: str) -> Answer:
    """DELETE /mirrors/{name}"""
    write = Write(api.caller(), datetime.now(UTC))
    wanted = names.known(name, MirrorNotFound)
    left = remove(store.opened(), reconcile.opened(), wanted, write)
    if left is None:
        return nothing()
    return answer(read.opened().shown(left), HTTPStatus.ACCEPTED)
