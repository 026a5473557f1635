"""Until when X.509 certificates are valid, read from their DER without a library."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from mirroring.client_properties import pem
from mirroring.client_properties.security import Security

SOON = timedelta(days=30)
"""A certificate that ends sooner is told: two weeks to notice, and two to have a new one signed."""
_CONTEXT_0, _GENERALIZED_TIME = 0xA0, 0x18


def given(security: Security) -> Iterator[tuple[str, datetime]]:
    """What connection properties hold, and until when; of several authorities, the last to end.

    While an authority is replaced both stand there, and the old one may end.
    """
    if security.ca is not None and (authorities := _ends(security.ca)):
        yield "The authority in ssl.truststore.certificates", max(authorities)
    if security.certificate is not None and (chain := _ends(security.certificate)):
        yield "The certificate in ssl.keystore.certificate.chain", min(chain)


def end(der: bytes) -> datetime | None:
    """The end of a certificate's validity; None for what is none."""
    try:
        return _end(der)
    except (ValueError, IndexError):
        return None


def _end(der: bytes) -> datetime:
    """Where RFC 5280, 4.1.2.5, puts it: in the fifth value of what is signed, the second."""
    at, _ = _content(der, _content(der, 0)[0])
    if der[at] == _CONTEXT_0:  # the version
        at = _after(der, at)
    for _ in ("serial number", "signature algorithm", "issuer"):
        at = _after(der, at)
    until = _after(der, _content(der, at)[0])
    begin, stop = _content(der, until)
    text = der[begin:stop].decode("ascii")
    if der[until] != _GENERALIZED_TIME:
        text = ("19" if text >= "5" else "20") + text
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


def _ends(text: str) -> list[datetime]:
    found = (end(base64.b64decode(body)) for _, body in pem.blocks(text))
    return [until for until in found if until is not None]


def _content(der: bytes, at: int) -> tuple[int, int]:
    """Where the content of the value at `at` begins and ends."""
    size, begin = der[at + 1], at + 2
    if size & 0x80:
        more = size & 0x7F
        size = int.from_bytes(der[begin : begin + more], "big")
        begin += more
    return begin, begin + size


def _after(der: bytes, at: int) -> int:
    return _content(der, at)[1]
