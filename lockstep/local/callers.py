"""Whom the servers of this machine answer: programs, and never a script of a foreign page.

A browser lets any page send to 127.0.0.1, and a name that turns to it (DNS rebinding) makes the
answer readable as well. It does say who asks (Fetch standard): a script cannot change Host or
Origin.
"""

from urllib.parse import urlsplit

HERE = frozenset({"127.0.0.1", "localhost", "::1"})


def refusal(host: str | None, origin: str | None) -> str | None:
    """Why a request with these headers is not answered; None for one that is."""
    if host is not None and _name(host) not in HERE:
        return "Only requests to 127.0.0.1 or localhost are answered here."
    if origin is not None and origin != f"http://{host}":
        return "Requests of another site's pages are not answered here."
    return None


def _name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
