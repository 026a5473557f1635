"""Changes a mirror's target latency; the next sample judges by it."""

from datetime import UTC, datetime

from mirroring.answering import names, read
from mirroring.answering.api import Answer, Api, answer, version_of
from mirroring.answering.requests import TargetLatencyRequest
from mirroring.errors import MirrorNotFound
from mirroring.managing.change import Write, set_target_latency
from mirroring.storing import store

api = Api()
handler = api.handler


@api.put("/mirrors/{name}/target-latency")
def put(name: str) -> Answer:
    """PUT /mirrors/{name}/target-latency"""
    target_latency = api.body(TargetLatencyRequest).target_latency
    write = Write(api.caller(), datetime.now(UTC), version_of(api.header("if-match")))
    wanted = names.known(name, MirrorNotFound)
    mirror = set_target_latency(store.opened(), wanted, target_latency, write)
    return answer(read.opened().shown(mirror))
