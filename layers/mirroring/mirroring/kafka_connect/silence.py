"""Why a worker does not answer, in words that say what to look at."""

import socket
from urllib.parse import urlsplit

import requests

from mirroring.client_properties import tls
from mirroring.client_properties.tls import Trouble

_TLS_ADVICE = {
    Trouble.OTHER_NAME: "name the workers in urls as it does",
    Trouble.EXPIRED: "renew it, or the authority in caCertificate",
    Trouble.NOT_YET: "check the worker's clock",
    Trouble.UNTRUSTED: "give the authority that signed it as caCertificate",
    Trouble.OURS: "Lockstep has none for Kafka Connect, so the workers must not ask for one",
    Trouble.NO_TLS: "check the port, and whether the URL begins with http",
    Trouble.HANDSHAKE: "check its TLS versions and ciphers, and that it asks for no certificate",
}


_SILENCES: tuple[tuple[type[BaseException], str], ...] = (
    (
        socket.gaierror,
        "has a name that cannot be resolved from here: check its spelling, and the network's DNS",
    ),
    (ConnectionRefusedError, "does not answer: no worker listens at that port"),
    (
        requests.ConnectTimeout,
        "does not answer in time: check that the network lets this function through (subnets, "
        "security groups)",
    ),
    (requests.Timeout, "takes the request and does not answer in time"),
)


def host_of(url: str) -> str:
    """Host and port, without a password that somebody put into the URL."""
    return urlsplit(url).netloc.rpartition("@")[2]


def why_silent(url: str, error: Exception) -> str:
    """Why no answer came, and what to look at."""
    reported = tls.cause(error)
    if reported is not None and (trouble := tls.trouble(reported)) is not None:
        return f"{host_of(url)} {trouble} ({tls.words(reported)}): {_TLS_ADVICE[trouble]}."
    for kind, words in _SILENCES:
        if _is_beneath(kind, error):
            return f"{host_of(url)} {words}."
    return f"{host_of(url)} closes the connection: the answer broke off."


def _is_beneath(kind: type[BaseException], error: BaseException) -> bool:
    """Whether the HTTP library's error comes from one of this kind."""
    seen: BaseException | None = error
    while seen is not None and not isinstance(seen, kind):
        seen = seen.__cause__ or seen.__context__
    return seen is not None
