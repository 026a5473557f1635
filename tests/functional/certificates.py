"""Certificate authorities and server certificates for tests, made when they are needed."""

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Authority:
    """A certificate authority: its key, its certificate, and that as PEM text."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        """The certificate as PEM text."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()


def authority(name: str, *, as_openssl: bool = False) -> Authority:
    """A new authority of this name, with the extensions of a plain `openssl req -x509` or fewer."""
    key = ec.generate_private_key(ec.SECP256R1())
    constraints = x509.BasicConstraints(ca=True, path_length=None)
    draft = _draft(name, name, key).add_extension(constraints, critical=True)
    if as_openssl:
        own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
        draft = draft.add_extension(own, critical=False).add_extension(signer, critical=False)
    return Authority(key, draft.sign(key, hashes.SHA256()))


def server_context(
    signer: Authority, folder: Path, host: str = "127.0.0.1", begins: timedelta = -_DAY
) -> ssl.SSLContext:
    """TLS for a server on `host` with a certificate that `signer` signed; PEM in `folder`.

    The certificate begins so long after now, and lasts two days.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))])
    issuer = signer.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    draft = _draft("server", str(issuer), key, begins).add_extension(address, critical=False)
    certificate = draft.sign(signer.key, hashes.SHA256())
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def _draft(
    subject: str, issuer: str, key: ec.EllipticCurvePrivateKey, begins: timedelta = -_DAY
) -> x509.CertificateBuilder:
    begin = datetime.now(UTC) + begins
    return x509.CertificateBuilder(
        issuer_name=_name(issuer),
        subject_name=_name(subject),
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=begin,
        not_valid_after=begin + 2 * _DAY,
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
