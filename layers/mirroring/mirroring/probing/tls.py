"""TLS to a Kafka cluster from PEM texts: nothing that names a file."""

import os
import ssl
import tempfile
from pathlib import Path

from mirroring.connecting.security import Security, refusal


def context(security: Security) -> ssl.SSLContext | None:
    """A client's context, None without TLS; raises UnsupportedProperty for a PEM it cannot use.

    The system's certificate authorities are trusted where the properties name none, as Java does.
    """
    if not security.protocol.encrypts:
        return None
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.check_hostname = security.check_hostname
    if security.ca is None:
        made.load_default_certs()
    else:
        _trust(made, security.ca)
    if security.certificate is not None:
        _identify(made, security)
    return made


def _trust(made: ssl.SSLContext, ca: str) -> None:
    try:
        made.load_verify_locations(cadata=ca)
    except ssl.SSLError:
        name = "ssl.truststore.certificates"
        raise refusal(name, "its PEM text holds no certificate that can be read") from None


def _identify(made: ssl.SSLContext, security: Security) -> None:
    """OpenSSL takes a certificate and key from a file only: one for us alone, gone at once."""
    key = security.key.get_secret_value() if security.key else ""
    password = security.key_password.get_secret_value() if security.key_password else ""
    handle, name = tempfile.mkstemp(suffix=".pem")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(f"{security.certificate}{key}")
        made.load_cert_chain(name, password=password)
    except ssl.SSLError:
        why = "the key does not open with ssl.key.password, or belongs to another certificate"
        raise refusal("ssl.keystore.key", why) from None
    finally:
        Path(name).unlink()
