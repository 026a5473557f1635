"""PEM texts in a Java client's properties (Kafka's DefaultSslEngineFactory, KIP-651)."""

import re
from collections.abc import Iterator, Mapping
from textwrap import wrap

from pydantic import SecretStr

from mirroring.client_properties.security import invalid

_DASHES = re.compile("-+")
_BODY = re.compile(r"[A-Za-z0-9+/=\s]+")
_KEY = "ssl.keystore.key"
_CHAIN = "ssl.keystore.certificate.chain"
_TYPE = "ssl.keystore.type"
_PASSWORD = "ssl.key.password"  # noqa: S105 - a property's name


def certificates(used: Mapping[str, str], name: str, type_name: str) -> str | None:
    """The certificates of property `name`, None where there are none; raises UnsupportedProperty.

    Kafka takes blanks for line ends, as `\\` continuations leave them, and OpenSSL does not.
    """
    if name not in used:
        return None
    _need_pem(used, type_name)
    found = [_text(label, body) for label, body in blocks(used[name]) if "CERTIFICATE" in label]
    if not found:
        raise invalid(name, "it must hold the PEM text itself (-----BEGIN CERTIFICATE----- …)")
    return "".join(found)


def private_key(used: Mapping[str, str]) -> SecretStr | None:
    """The client's key in PKCS #8; raises UnsupportedProperty where half of the pair is missing."""
    if _KEY not in used and _CHAIN not in used:
        return None
    for name in (_KEY, _CHAIN):
        if name not in used:
            raise invalid(name, f"it is needed beside {_CHAIN if name == _KEY else _KEY}")
    _need_pem(used, _TYPE)
    for label, body in blocks(used[_KEY]):
        if label == "ENCRYPTED PRIVATE KEY" and not used.get(_PASSWORD):
            raise invalid(_PASSWORD, f"it is needed to open {_KEY}")
        if label in ("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"):
            return SecretStr(_text(label, body))
    advice = "-----BEGIN PRIVATE KEY-----, as `openssl pkcs8 -topk8` writes it"
    raise invalid(_KEY, f"it must hold a PKCS #8 key as PEM text ({advice})")


def key_password(used: Mapping[str, str]) -> SecretStr | None:
    """What opens an encrypted key, None where there is none."""
    password = used.get(_PASSWORD)
    return SecretStr(password) if password else None


def _need_pem(used: Mapping[str, str], type_name: str) -> None:
    if used.get(type_name) != "PEM":
        raise invalid(type_name, "it must be PEM, in capitals; a JKS or PKCS12 store is a file")


def blocks(text: str) -> Iterator[tuple[str, str]]:
    """What each pair of BEGIN and END names and encloses, in one pass over the text."""
    pieces = _DASHES.split(text)
    for begin, body, end in zip(pieces, pieces[1:], pieces[2:], strict=False):
        label = begin.split()
        if label[:1] == ["BEGIN"] and end.split() == ["END", *label[1:]] and _BODY.fullmatch(body):
            yield " ".join(label[1:]), body


def _text(label: str, body: str) -> str:
    lines = wrap("".join(body.split()), 64)
    return "\n".join((f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""))
