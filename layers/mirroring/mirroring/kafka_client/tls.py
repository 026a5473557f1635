"""TLS to a Kafka cluster from PEM texts: nothing that names a file."""

import os
import ssl
import tempfile
from pathlib import Path

from mirroring.client_properties import tls
from mirroring.client_properties.security import Security, invalid


def context(security: Security) -> ssl.SSLContext | None:
    """A client's context, None without TLS; raises UnsupportedProperty for a PEM it cannot use."""
    if not security.protocol.encrypts:
        return None
    try:
        made = tls.context(security.ca, check_hostname=security.check_hostname)
    except ssl.SSLError:
        name = "ssl.truststore.certificates"
        raise invalid(name, "its PEM text holds no certificate that can be read") from None
    if security.certificate is not None:
        _identify(made, security)
    return made


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
        raise invalid("ssl.keystore.key", why) from None
    finally:
        Path(name).unlink()
