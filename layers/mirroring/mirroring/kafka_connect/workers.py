"""HTTP to the workers of a Connect cluster: whoever of them answers, within a time."""

import ssl
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

import requests
from pydantic import SecretStr
from pydantic_core import from_json
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth
from urllib3.exceptions import HTTPError

from mirroring.client_properties import tls
from mirroring.client_properties.dialling import checked
from mirroring.errors import BadRequest, ConnectUnavailable, FieldError, HostNotAllowed
from mirroring.kafka_connect.silence import host_of, why_silent

_CONNECT_TIMEOUT_S = 2.0
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 2.0


class NoTimeLeft(ConnectUnavailable):
    """The time that was given is over: it says nothing of the workers."""


class ConnectBusy(ConnectUnavailable):
    """The workers answer 409 or 500, in Connect's own words: they rebalance, or it fails."""


class Answer(NamedTuple):
    """A status of 2xx, 400 or 404, and the JSON that came with it (None for an empty body)."""

    status: int
    body: Any


class Workers:
    """The workers at `urls`, asked one after another, the one that answered last first."""

    def __init__(
        self,
        urls: tuple[str, ...],
        username: str | None,
        password: SecretStr | None,
        ca_certificate: str | None,
    ) -> None:
        self._urls = [url.rstrip("/") for url in urls]
        self._session = requests.Session()
        self._session.trust_env = False  # neither a proxy nor a .netrc entry of this machine
        self._session.headers["Accept"] = "application/json"
        if username is not None and password is not None:
            secret = password.get_secret_value().encode()  # RFC 7617: letters beyond Latin-1 too
            self._session.auth = HTTPBasicAuth(username.encode(), secret)
        if ca_certificate or any(url.startswith("https:") for url in urls):
            self._session.mount("https://", _Tls(ca_certificate))
        checked(self._session)

    def ask(
        self, method: str, path: str, body: Mapping[str, str] | None, deadline: float
    ) -> Answer:
        """An answer before `deadline` (monotonic clock), asking again while the workers are busy.

        A request may reach more than one worker, so it must be one that can be repeated.
        Raises ConnectBusy (409 or 500 to the end) and ConnectUnavailable (nobody answers as
        Kafka Connect does).
        """
        pause = _FIRST_PAUSE_S
        while True:
            try:
                return self._ask_each(method, path, body, deadline)
            except ConnectBusy:
                if time.monotonic() + pause >= deadline:
                    raise
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)

    def _ask_each(
        self, method: str, path: str, body: Mapping[str, str] | None, deadline: float
    ) -> Answer:
        """One round over the workers; each gets an equal share of the time that is left."""
        failure: ConnectUnavailable = NoTimeLeft("There is no time left to ask Kafka Connect.")
        for tried, url in enumerate(tuple(self._urls)):
            left = deadline - time.monotonic()
            if left <= 0:
                break
            until = time.monotonic() + left / (len(self._urls) - tried)
            try:
                answer = self._ask_one(method, url, path, body, until)
            except ConnectUnavailable as error:
                failure = failure if isinstance(failure, ConnectBusy) else error
            else:
                self._urls = sorted(self._urls, key=url.__ne__)
                return answer
        raise failure

    def _ask_one(
        self, method: str, url: str, path: str, body: Mapping[str, str] | None, deadline: float
    ) -> Answer:
        try:
            with self._send(method, url + path, body, deadline) as response:
                content = _content(response, deadline)
        except HostNotAllowed as refused:
            raise ConnectUnavailable(refused.detail) from None
        except (requests.RequestException, HTTPError, OSError) as error:
            raise ConnectUnavailable(why_silent(url, error)) from None
        return _judged(url, response.status_code, content)

    def _send(
        self, method: str, url: str, body: Mapping[str, str] | None, deadline: float
    ) -> requests.Response:
        """Send it, and once more over a new socket where a kept one had died while idle."""

        def send() -> requests.Response:
            left = max(deadline - time.monotonic(), 0.001)
            return self._session.request(
                method,
                url,
                json=body,
                timeout=(min(_CONNECT_TIMEOUT_S, left), left),
                allow_redirects=False,
                stream=True,
            )

        try:
            return send()
        except (requests.ConnectTimeout, requests.exceptions.SSLError):
            raise
        except requests.ConnectionError:
            return send()


class _Tls(HTTPAdapter):
    """TLS that trusts the authorities of a PEM text alone, or with None the system's."""

    def __init__(self, ca_certificate: str | None) -> None:
        self._context = _context(ca_certificate)
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Hand the context to every socket."""
        super().init_poolmanager(*args, **kwargs, ssl_context=self._context)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leave it to the context; `requests` would add the public authorities to it."""


def _context(ca_certificate: str | None) -> ssl.SSLContext:
    """Raises BadRequest where the text is no certificate."""
    try:
        return tls.context(ca_certificate)
    except (ssl.SSLError, ValueError, TypeError):
        message = "it holds no certificate in PEM (-----BEGIN CERTIFICATE-----)"
        raise BadRequest(
            "The certificate authority cannot be read.",
            FieldError(field="caCertificate", message=message),
        ) from None


def _content(response: requests.Response, deadline: float) -> bytes:
    """The whole body; raises ReadTimeout for a worker that trickles it."""
    content = bytearray()
    while chunk := response.raw.read1(65536, decode_content=True):
        content += chunk
        if time.monotonic() > deadline:
            raise requests.ReadTimeout
    return bytes(content)


def _judged(url: str, status: int, content: bytes) -> Answer:
    """The answer where it is one of Connect's.

    While a worker starts it answers 404 to everything: in HTML, in Jetty's own JSON, and to a
    DELETE with no body at all. That must not read as "there is no such connector".
    """
    host = host_of(url)
    if status in (401, 403):
        raise ConnectUnavailable(f"{host} refuses the user name and password ({status}).")
    try:
        body = from_json(content) if content else None
    except ValueError:
        raise ConnectUnavailable(
            f"{host} answers {status} with something that is not JSON: it is starting, "
            "or it is not Kafka Connect."
        ) from None
    if not 200 <= status < 300 and not _is_connects_error(body):
        raise ConnectUnavailable(
            f"{host} answers {status}, but not as Kafka Connect does: it is starting, "
            "or it is something else."
        )
    if status == requests.codes.conflict or status >= 500:
        raise ConnectBusy(f"{host} answers {status}: {_words(body)}")
    if status not in (400, 404) and status >= 300:
        raise ConnectUnavailable(f"{host} answers {status}, which Kafka Connect does not.")
    return Answer(status, body)


def _words(body: Any) -> str:
    """Connect's own words, in a line."""
    return " ".join(str(body["message"]).split())


def _is_connects_error(body: Any) -> bool:
    """Whether Connect itself says what is wrong; `HTTP 404 Not Found` is about the path alone."""
    words = str(body.get("message")) if isinstance(body, dict) and "error_code" in body else None
    return words is not None and not words.startswith("HTTP 404")
