"""What every HTTP function shares: routes, bodies, problems, and who is calling."""

import base64
import binascii
import traceback
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.utilities.typing import LambdaContext

from mirroring.api import queries
from mirroring.audit import Write
from mirroring.contract import names
from mirroring.contract.clusters import ClusterAnswer, ConnectClusterAnswer
from mirroring.contract.problem import MEDIA_TYPE, problem
from mirroring.errors import (
    BadRequest,
    ClusterNotFound,
    ConnectClusterNotFound,
    FieldError,
    MirrorNotFound,
    NotFound,
    ProblemError,
    TooLarge,
)
from mirroring.schema import Schema

if TYPE_CHECKING:
    from mirroring.contract.bodies import Body

Answer = Response[str]
Handler = Callable[..., Answer]
LARGEST_BODY = 1_000_000
PAGE = ("limit", "nextToken")
MISSING: Mapping[str, type[NotFound]] = {
    "mirrors": MirrorNotFound,
    "clusters": ClusterNotFound,
    "connect-clusters": ConnectClusterNotFound,
}
"""What is not there, by the first word of a path."""
NAMING = {("PUT /clusters", ""), ("PUT /connect-clusters", "")}
"""Calls that may give a name to what is not there; what stands before and behind the name."""
logger = Logger()


class Api:
    """The routes of one function, by the route keys of template.yaml; Lambda calls `handler`.

    API Gateway has matched the request already: its route key decides here too, never a path. What
    no route matched has the key `$default`, which no route here has.
    """

    def __init__(self) -> None:
        self._resolver = APIGatewayHttpResolver()
        self._resolver.use([self._checked])
        self._resolver.not_found(self._unknown)
        self._resolver.exception_handler(ProblemError)(self._refused)
        self._resolver.exception_handler(Exception)(self._unexpected)
        self._parameters: dict[str, Collection[str]] = {}
        self.post = self._resolver.post
        self.put = self._resolver.put
        self.patch = self._resolver.patch
        self.delete = self._resolver.delete

    def get(self, path: str, *parameters: str) -> Callable[[Handler], Handler]:
        """A GET route; a query parameter that is not one of `parameters` is refused."""
        self._parameters[f"GET {path}"] = parameters
        return self._resolver.get(path)

    def handler(self, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        """One request answered; whatever goes wrong becomes a problem.

        The access log, this function's log and a problem's `instance` tell of a request by one id.
        """
        request = event["requestContext"]["requestId"]
        logger.append_keys(request=request, invocation=context.aws_request_id)
        matched = event["routeKey"].partition(" ")[2] or "/$default"
        return self._resolver.resolve({**event, "rawPath": matched}, context)

    def body(self, shape: "type[Body]", empty: bytes = b"") -> "Body":
        """The body as that shape, or what `empty` says for none.

        Raises BadRequest naming the fields, TooLarge above 1 MB. Its models are imported here: half
        of the functions take no body.
        """
        from mirroring.contract import bodies

        content = _content(self._event) or empty
        if len(content) > LARGEST_BODY:
            raise TooLarge(f"A body may have {LARGEST_BODY} bytes; this one has {len(content)}.")
        return bodies.read(content, shape)

    def query(self, name: str) -> str | None:
        """A query parameter; None when it is not there."""
        return (self._event.get("queryStringParameters") or {}).get(name)

    def header(self, name: str) -> str | None:
        """A header by its name in lower case, as API Gateway hands them over; None without it."""
        return (self._event.get("headers") or {}).get(name)

    def page(self) -> tuple[int, str | None]:
        """The `limit` and the `nextToken` of a list; raises BadRequest."""
        return queries.limit(self.query("limit")), queries.token(self.query("nextToken"))

    def write(self) -> Write:
        """Who changes what now, and the version that an `If-Match` asks for; raises BadRequest."""
        return Write(self.caller(), datetime.now(UTC), version_of(self.header("if-match")))

    def bare_write(self) -> Write:
        """The write of a call that takes no field: a body with one is refused."""
        from mirroring.contract.requests import NoFields

        self.body(NoFields, empty=b"{}")
        return self.write()

    def caller(self) -> str | None:
        """The token's subject; None where no authorizer looked at one."""
        authorizer = self._event["requestContext"].get("authorizer") or {}
        who: str | None = authorizer.get("jwt", {}).get("claims", {}).get("sub")
        return who

    @property
    def _event(self) -> dict[str, Any]:
        event: dict[str, Any] = self._resolver.current_event.raw_event
        return event

    def _checked(
        self, resolver: APIGatewayHttpResolver, following: NextMiddleware
    ) -> Response[Any]:
        """Refuses unknown query parameters, and hands the route the names in its path.

        A cluster's PUT may make what has the name; all else is a 404 where nothing can have it.
        """
        known = self._parameters.get(self._event["routeKey"])
        given = self._event.get("queryStringParameters") or {}
        if known is not None and (unknown := sorted(set(given) - set(known))):
            words = f"is not a parameter of this call; there are: {', '.join(known) or 'none'}"
            fields = [FieldError(field=name, message=words) for name in unknown]
            raise BadRequest(f"{unknown[0]} {words}.", *fields)
        path = dict(self._event.get("pathParameters") or {})
        call, _, rest = self._event["routeKey"].partition("/{name}")
        if "name" in path and (call, rest) not in NAMING:
            names.known(path["name"], MISSING[call.partition("/")[2]])
        resolver.context["_route_args"] = path
        return following(resolver)

    def _refused(self, error: ProblemError) -> Answer:
        after = {} if error.retry_after_s is None else {"Retry-After": str(error.retry_after_s)}
        body = problem(error, self._event["requestContext"]["requestId"])
        return Response(body.status, MEDIA_TYPE, body.model_dump_json(exclude_none=True), after)

    def _unknown(self, _: NotFoundError) -> Answer:
        return self._refused(
            NotFound("No call of this API has this method and path: see docs/openapi.json.")
        )

    def _unexpected(self, error: Exception) -> Answer:
        """A mistake of ours; its words are not logged, since they may quote a secret."""
        from mirroring.storing import metrics

        frames = traceback.extract_tb(error.__traceback__)
        stack = [f"{one.filename}:{one.lineno} {one.name}" for one in frames]
        logger.error("unexpected", error=type(error).__qualname__, stack=stack)
        metrics.unexpected()
        words = "This is our mistake, and it is logged: try again, or report it with its instance."
        return self._refused(ProblemError(words))


def answer(
    model: Schema, status: HTTPStatus = HTTPStatus.OK, location: str | None = None
) -> Answer:
    """A model as JSON; a cluster's revision is its ETag, which an `If-Match` may name."""
    headers = {"Location": location} if location else {}
    if isinstance(model, ClusterAnswer | ConnectClusterAnswer):
        headers["ETag"] = f'"{model.revision}"'
    return Response(status, "application/json", model.model_dump_json(by_alias=True), headers)


def created(new: bool) -> HTTPStatus:
    """201 for what was not there before, else 200."""
    return HTTPStatus.CREATED if new else HTTPStatus.OK


def nothing() -> Answer:
    """204: it is done, and there is nothing to say."""
    return Response(HTTPStatus.NO_CONTENT, body="")


def version_of(if_match: str | None) -> int | None:
    """The version that `If-Match: "3"` asks for, None for any; raises BadRequest."""
    if if_match is None or if_match.strip() == "*":
        return None
    text = if_match.strip().removeprefix('"').removesuffix('"')
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        words = 'must be a version in quotes, as in "3"'
        raise BadRequest(f"If-Match {words}.", FieldError(field="If-Match", message=words))
    return int(text)


def _content(event: Mapping[str, Any]) -> bytes:
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return body.encode(errors="surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise BadRequest("The body is not what its encoding says.") from None
