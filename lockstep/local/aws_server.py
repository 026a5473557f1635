"""The AWS of this machine but for DynamoDB: moto's server, in this process, on 127.0.0.1."""

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from lockstep.local import callers

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


class AwsServer:
    """moto behind HTTP; `after` holds what follows a service's request before it is answered."""

    def __init__(self, port: int, after: Mapping[str, Callable[[], None]]) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        application = _followed(DomainDispatcherApplication(create_backend_app), after)
        self._server = make_server(
            "127.0.0.1", port, application, threaded=True, request_handler=MotoRequestHandler
        )
        self.url = f"http://127.0.0.1:{port}"

    def start(self) -> None:
        """Serve, on threads that end with the process."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Serve no more."""
        self._server.shutdown()
        self._server.server_close()


def _followed(application: Wsgi, after: Mapping[str, Callable[[], None]]) -> Wsgi:
    def call(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        words = callers.refusal(environ.get("HTTP_HOST"), environ.get("HTTP_ORIGIN"))
        if words is not None:
            return Response(words, HTTPStatus.FORBIDDEN)(environ, start_response)
        answer = application(environ, start_response)
        if follow := after.get(_service(environ.get("HTTP_AUTHORIZATION", ""))):
            follow()
        return answer

    return call


def _service(authorization: str) -> str:
    """The service of a signed request: `Credential=<key>/<date>/<region>/<service>/…`."""
    scope = authorization.partition("Credential=")[2].partition(",")[0].split("/")
    return scope[3] if len(scope) == 5 else ""
