"""Removes a mirror's connectors and its record; mirrored topics and their data stay."""

from http import HTTPStatus

from mirroring.api import queries, read
from mirroring.api.routing import Answer, Api, answer, nothing
from mirroring.contract.leftovers import LeftAnswer
from mirroring.managing.remove import forget, remove
from mirroring.reconciling import reconcile
from mirroring.storing import mirror_store

api = Api()
handler = api.handler


@api.delete("/mirrors/{name}")
def delete(name: str) -> Answer:
    cleanup = queries.cleanup(api.query("cleanup"))
    asked = mirror_store.mirror_store(), reconcile.reconciler(), name, cleanup, api.write()
    if queries.flag("force", api.query("force")):
        return answer(LeftAnswer(left=tuple(forget(*asked))))
    going = remove(*asked)
    return nothing() if going is None else answer(read.reader().shown(going), HTTPStatus.ACCEPTED)
