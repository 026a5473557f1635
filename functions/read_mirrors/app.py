"""Answers every GET from our own tables; whatever no other route takes is a 404 problem."""

from mirroring.api import queries
from mirroring.api.filters import FILTERS, filters
from mirroring.api.read import reader
from mirroring.api.routing import PAGE, Answer, Api, answer

api = Api()
handler = api.handler


@api.get("/mirrors", *FILTERS, "recent", *PAGE)
def mirrors() -> Answer:
    recent = queries.flag("recent", api.query("recent"))
    return answer(reader().mirrors(*api.page(), filters(api.query), recent))


@api.get("/mirrors/summary", "nextToken")
def summary() -> Answer:
    return answer(reader().counts(queries.token(api.query("nextToken"))))


@api.get("/mirrors/{name}")
def mirror(name: str) -> Answer:
    return answer(reader().mirror(name))


@api.get("/mirrors/{name}/topics", *PAGE)
def topics(name: str) -> Answer:
    return answer(reader().topics(name, *api.page()))


@api.get("/mirrors/{name}/topics/{topic}")
def topic(name: str, topic: str) -> Answer:
    return answer(reader().topic(name, topic))


@api.get("/mirrors/{name}/latency", "from", "to", "topic")
def latency(name: str) -> Answer:
    return answer(reader().latency(name, *queries.span(api.query), api.query("topic")))


@api.get("/mirrors/{name}/changes", *PAGE)
def changes(name: str) -> Answer:
    return answer(reader().changes(name, *api.page()))


@api.get("/clusters", *PAGE)
def clusters() -> Answer:
    return answer(reader().clusters(*api.page()))


@api.get("/clusters/{name}")
def cluster(name: str) -> Answer:
    return answer(reader().cluster(name))


@api.get("/connect-clusters", *PAGE)
def connect_clusters() -> Answer:
    return answer(reader().connect_clusters(*api.page()))


@api.get("/connect-clusters/{name}")
def connect_cluster(name: str) -> Answer:
    return answer(reader().connect_cluster(name))
