"""Changes a mirror's target latency; the next sample judges by it."""

from mirroring.api import read
from mirroring.api.routing import Answer, Api, answer
from mirroring.contract.requests import TargetLatencyRequest
from mirroring.managing.versions import set_target_latency
from mirroring.storing import mirror_store

api = Api()
handler = api.handler


@api.put("/mirrors/{name}/target-latency")
def put(name: str) -> Answer:
    target_latency = api.body(TargetLatencyRequest).target_latency
    mirror = set_target_latency(mirror_store.mirror_store(), name, target_latency, api.write())
    return answer(read.reader().shown(mirror))
