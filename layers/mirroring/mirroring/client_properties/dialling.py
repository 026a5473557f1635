"""HTTP over sockets to addresses that were checked: for `requests`, and for `urllib.request`."""

import http.client
import socket
import ssl
from typing import Any
from urllib.request import (
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
)

from requests import Session
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, NameResolutionError

from mirroring.client_properties.reach import reach


def checked(session: Session) -> Session:
    """The session, which dials only what may be reached; raises HostNotAllowed when it does not."""
    for adapter in session.adapters.values():
        if isinstance(adapter, HTTPAdapter):
            adapter.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
    return session


def opener(context: ssl.SSLContext | None = None) -> OpenerDirector:
    """What opens addresses with `urllib.request`: no proxy, and no redirect is followed."""
    return build_opener(ProxyHandler({}), _Http(), _Https(context=context), _NoRedirect())


class _Checked(HTTPConnection):
    """Dials each address of the host until one takes the connection."""

    def _new_conn(self) -> socket.socket:
        name = self._dns_host
        try:
            addresses = reach().addresses(name, self.port or 0)
        except socket.gaierror as error:
            raise NameResolutionError(name, self, error) from error
        try:
            for address in addresses[:-1]:
                self._dns_host = address
                try:
                    return super()._new_conn()
                except HTTPError:
                    continue
            self._dns_host = addresses[-1]
            return super()._new_conn()
        finally:
            self._dns_host = name


class _SecureChecked(_Checked, HTTPSConnection):
    """The same with TLS, which is for the name."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Checked


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureChecked


def _dial(
    place: tuple[str, int], timeout: float | None = None, *_: object, **__: object
) -> socket.socket:
    """As socket.create_connection."""
    addresses = reach().addresses(*place)
    for address in addresses[:-1]:
        try:
            return socket.create_connection((address, place[1]), timeout)
        except OSError:
            continue
    return socket.create_connection((addresses[-1], place[1]), timeout)


class _Plain(http.client.HTTPConnection):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._create_connection = _dial


class _Secure(http.client.HTTPSConnection):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._create_connection = _dial


class _Http(HTTPHandler):
    def http_open(self, request: Request) -> http.client.HTTPResponse:
        return self.do_open(_Plain, request)


class _Https(HTTPSHandler):
    def https_open(self, request: Request) -> http.client.HTTPResponse:
        return self.do_open(_Secure, request, context=self._context)  # type: ignore[attr-defined]  # as HTTPSHandler does


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """A token endpoint that sends elsewhere is none: its answer is told as it is."""
