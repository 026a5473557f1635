"""Changes a mirror's target latency; the next sample judges by it."""

from datetime import UTC, datetime

from mirroring.api import read
from mirroring.api.routing import Answer, Api, answer, version_of
from mirroring.contract import names
from mirroring.contract.requests import TargetLatencyRequest
from mirroring.errors import MirrorNotFound
from mirroring.managing.versions import Write, set_target_latency
from mirroring.storing import mirror_store

api = Api()
handler = api.handler


@api.put("/mirrors/{name}/target-latency")
def put(name: str) -> Answer:
    """PUT /mirrors/{name}/target-latency"""
    target_latency = api.body(TargetLatencyRequest).target_latency
    write = Write(api.caller(), datetime.now(UTC), version_of(api.header("if-match")))
    wanted = names.known(name, MirrorNotFound)
    mirror = set_target_latency(mirror_store.opened(), wanted, target_latency, write)
    return answer(read.opened().shown(mirror))
