"""PEM texts in a Java client's properties (Kafka's DefaultSslEngineFactory, KIP-651)."""

import re
from collections.abc import Mapping
from textwrap import wrap

from pydantic import SecretStr

from mirroring.connecting.security import refusal

_BLOCK = re.compile(r"-+BEGIN\s+([A-Z0-9 ]+?)\s*-+\s+([A-Za-z0-9+/=\s]+?)\s*-+END\s+\1\s*-+")
_KEY = "ssl.keystore.key"
_CHAIN = "ssl.keystore.certificate.chain"
_TYPE = "ssl.keystore.type"
_PASSWORD = "ssl.key.password"  # noqa: S105 - a property's name


def certificates(used: Mapping[str, str], name: str, type_name: str) -> str | None:
    """The certificates of property `name`, None where there are none; raises UnsupportedProperty.

    Kafka takes blanks for line ends, as `\\` continuations leave them, and OpenSSL does not.
    """
    if not used.get(name):
        return None
    _need_pem(used, type_name)
    found = [
        _text(label, body) for label, body in _BLOCK.findall(used[name]) if "CERTIFICATE" in label
    ]
    if not found:
        raise refusal(name, "it must hold the PEM text itself (-----BEGIN CERTIFICATE----- …)")
    return "".join(found)


def private_key(used: Mapping[str, str]) -> SecretStr | None:
    """The client's key in PKCS #8; raises UnsupportedProperty where half of the pair is missing."""
    if not used.get(_KEY) and not used.get(_CHAIN):
        return None
    for name in (_KEY, _CHAIN):
        if not used.get(name):
            raise refusal(name, f"it is needed beside {_CHAIN if name == _KEY else _KEY}")
    _need_pem(used, _TYPE)
    for label, body in _BLOCK.findall(used[_KEY]):
        if label == "ENCRYPTED PRIVATE KEY" and not used.get(_PASSWORD):
            raise refusal(_PASSWORD, f"it is needed to open {_KEY}")
        if label in ("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"):
            return SecretStr(_text(label, body))
    advice = "-----BEGIN PRIVATE KEY-----, as `openssl pkcs8 -topk8` writes it"
    raise refusal(_KEY, f"it must hold a PKCS #8 key as PEM text ({advice})")


def key_password(used: Mapping[str, str]) -> SecretStr | None:
    """What opens an encrypted key, None where there is none."""
    password = used.get(_PASSWORD)
    return SecretStr(password) if password else None


def _need_pem(used: Mapping[str, str], type_name: str) -> None:
    if used.get(type_name, "").upper() != "PEM":
        raise refusal(type_name, "it must be PEM; JKS, the default, and PKCS12 cannot be read")


def _text(label: str, body: str) -> str:
    lines = wrap("".join(body.split()), 64)
    return "\n".join((f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""))
