"""The routes of every GET: parameters read, one question to the reader, its answer."""

from datetime import UTC, datetime

from mirroring.api import queries
from mirroring.api.filters import Filters
from mirroring.api.read import Reader, opened
from mirroring.api.routing import Answer, Api, answer
from mirroring.contract import names
from mirroring.errors import ClusterNotFound, ConnectClusterNotFound, MirrorNotFound

FILTERS = ("status", "connectCluster", "alias", "source", "tag")
PAGE = ("limit", "nextToken")


class Gets:
    """What each path answers."""

    def __init__(self, api: Api) -> None:
        self._api = api
        api.get("/mirrors", *FILTERS, *PAGE)(self.mirrors)
        api.get("/mirrors/summary", "nextToken")(self.summary)
        api.get("/mirrors/{name}")(self.mirror)
        api.get("/mirrors/{name}/topics", *PAGE)(self.topics)
        api.get("/mirrors/{name}/latency", "from", "to", "topic")(self.latency)
        api.get("/mirrors/{name}/changes", *PAGE)(self.changes)
        api.get("/clusters", *PAGE)(self.clusters)
        api.get("/clusters/{name}")(self.cluster)
        api.get("/connect-clusters", *PAGE)(self.connect_clusters)
        api.get("/connect-clusters/{name}")(self.connect_cluster)

    def mirrors(self) -> Answer:
        """GET /mirrors?status=&connectCluster=&alias=&source=&tag=&limit=&nextToken="""
        query = self._api.query
        filters = Filters(
            statuses=queries.statuses(query("status")),
            connect_cluster=query("connectCluster"),
            alias=query("alias"),
            source=query("source"),
            tag=query("tag"),
        )
        return answer(self._reader.mirrors(*self._page, filters))

    def summary(self) -> Answer:
        """GET /mirrors/summary?nextToken="""
        return answer(self._reader.counts(queries.token(self._api.query("nextToken"))))

    def mirror(self, name: str) -> Answer:
        """GET /mirrors/{name}"""
        return answer(self._reader.mirror(names.known(name, MirrorNotFound)))

    def topics(self, name: str) -> Answer:
        """GET /mirrors/{name}/topics?limit=&nextToken="""
        return answer(self._reader.topics(names.known(name, MirrorNotFound), *self._page))

    def latency(self, name: str) -> Answer:
        """GET /mirrors/{name}/latency?from=&to=&topic="""
        query, name = self._api.query, names.known(name, MirrorNotFound)
        start, end = queries.span(query("from"), query("to"), datetime.now(UTC))
        return answer(self._reader.latency(name, start, end, query("topic")))

    def changes(self, name: str) -> Answer:
        """GET /mirrors/{name}/changes?limit=&nextToken="""
        return answer(self._reader.changes(names.known(name, MirrorNotFound), *self._page))

    def clusters(self) -> Answer:
        """GET /clusters?limit=&nextToken="""
        return answer(self._reader.clusters(*self._page))

    def cluster(self, name: str) -> Answer:
        """GET /clusters/{name}"""
        shown = self._reader.cluster(names.known(name, ClusterNotFound))
        return answer(shown, version=shown.revision)

    def connect_clusters(self) -> Answer:
        """GET /connect-clusters?limit=&nextToken="""
        return answer(self._reader.connect_clusters(*self._page))

    def connect_cluster(self, name: str) -> Answer:
        """GET /connect-clusters/{name}"""
        name = names.known(name, ConnectClusterNotFound)
        shown = self._reader.connect_cluster(name)
        return answer(shown, version=shown.revision)

    @property
    def _reader(self) -> Reader:
        return opened()

    @property
    def _page(self) -> tuple[int, str | None]:
        return queries.limit(self._api.query("limit")), queries.token(self._api.query("nextToken"))
