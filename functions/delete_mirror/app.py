"""Removes a mirror's connectors and its record; mirrored topics and their data stay."""

from datetime import UTC, datetime
from http import HTTPStatus

from mirroring.api import queries, read
from mirroring.api.routing import Answer, Api, answer, nothing, version_of
from mirroring.contract import names
from mirroring.contract.leftovers import LeftAnswer
from mirroring.errors import MirrorNotFound
from mirroring.managing.remove import forget, remove
from mirroring.managing.versions import Write
from mirroring.reconciling import reconcile
from mirroring.storing import mirror_store

api = Api()
handler = api.handler


@api.delete("/mirrors/{name}")
def delete(name: str) -> Answer:
    """DELETE /mirrors/{name}"""
    write = Write(api.caller(), datetime.now(UTC), version_of(api.header("if-match")))
    wanted = names.known(name, MirrorNotFound)
    cleanup = queries.cleanup(api.query("cleanup"))
    asked = mirror_store.opened(), reconcile.opened(), wanted, cleanup, write
    if queries.flag("force", api.query("force")):
        return answer(LeftAnswer(left=tuple(forget(*asked))))
    going = remove(*asked)
    return nothing() if going is None else answer(read.opened().shown(going), HTTPStatus.ACCEPTED)
