"""TLS as Java makes it, on every Python alike, and what OpenSSL says when it fails."""

import re
import ssl
from enum import StrEnum

_FRAME = re.compile(r"^.*?\[[^\]]*\] |certificate verify failed: |\s*\(_ssl\.c:\d+\).*$", re.DOTALL)


class Trouble(StrEnum):
    """Why no TLS connection came about, as what is said of the server."""

    OTHER_NAME = "shows a certificate for another name"
    EXPIRED = "shows a certificate that has expired"
    NOT_YET = "shows a certificate that is not valid yet"
    UNTRUSTED = "shows a certificate that is not trusted here"
    OURS = "refuses our certificate"
    NO_TLS = "does not speak TLS at this port"
    HANDSHAKE = "refuses the TLS handshake"


# Signs in OpenSSL's texts, as versions 1.1 to 3.5 word them; the first that is found holds.
_SIGNS = {
    Trouble.OTHER_NAME: r"(Hostname|IP address) mismatch",
    Trouble.EXPIRED: r"certificate has expired",
    Trouble.NOT_YET: r"certificate is not yet valid",
    Trouble.UNTRUSTED: r"CERTIFICATE_VERIFY_FAILED",
    Trouble.OURS: r"ALERT_(\w*CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR)",
    Trouble.NO_TLS: r"WRONG_VERSION_NUMBER|RECORD_LAYER_FAILURE|PACKET_LENGTH|EOF occurred",
    Trouble.HANDSHAKE: r"\[SSL",
}


def context(authorities: str | None = None, *, check_hostname: bool = True) -> ssl.SSLContext:
    """A client's context that trusts these PEM texts alone, or with None the system's authorities.

    Not `ssl.create_default_context`: since Python 3.13 that refuses authorities without key usage
    (VERIFY_X509_STRICT), as a plain `openssl req -x509` makes them. An intermediate certificate is
    trusted where it is given, as in a Java trust store. Raises ssl.SSLError where none can be read.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.verify_flags = ssl.VERIFY_X509_TRUSTED_FIRST | ssl.VERIFY_X509_PARTIAL_CHAIN
    made.check_hostname = check_hostname
    if authorities is None:
        made.load_default_certs()
    else:
        made.load_verify_locations(cadata=authorities)
    return made


def trouble(reported: str) -> Trouble | None:
    """What the text of an `ssl.SSLError` means, None where it is none."""
    return next((kind for kind, sign in _SIGNS.items() if re.search(sign, reported)), None)


def words(reported: str) -> str:
    """OpenSSL's own words in the text of an `ssl.SSLError`, without what Python puts around."""
    return _FRAME.sub("", reported).strip().rstrip(".")


def cause(error: BaseException) -> str | None:
    """The text of the `ssl.SSLError` beneath an HTTP library's error, None where there is none."""
    seen: BaseException | None = error
    while seen is not None and not isinstance(seen, ssl.SSLError):
        seen = seen.__cause__ or seen.__context__
    return None if seen is None else str(seen)
