"""Until when certificates are valid, and which of them are told."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given as drawn
from hypothesis import strategies as st
from mirroring.client_properties import certificates
from mirroring.client_properties.security import Protocol, Security
from mirroring.kafka_client.probe import Probe
from mirroring.measuring import expiring

NOW = datetime(2027, 3, 1, tzinfo=UTC)
KEY = ec.generate_private_key(ec.SECP256R1())


def certificate(until: datetime, name: str = "a", serial: int = 7) -> x509.Certificate:
    """One that ends then."""
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    draft = x509.CertificateBuilder(who, who, KEY.public_key(), serial)
    draft = draft.not_valid_before(until - timedelta(days=400)).not_valid_after(until)
    return draft.sign(KEY, hashes.SHA256())


def pem(*until: datetime) -> str:
    """Some, one after another."""
    return "".join(certificate(one).public_bytes(Encoding.PEM).decode() for one in until)


@pytest.mark.parametrize("year", [1999, 2027, 2049, 2050, 2126])
@pytest.mark.parametrize(("name", "serial"), [("a", 1), ("long" * 15, 2**150)])
def test_the_end_is_read_from_the_der(year: int, name: str, serial: int) -> None:
    until = datetime(year, 2, 3, 4, 5, 6, tzinfo=UTC)
    der = certificate(until, name, serial).public_bytes(Encoding.DER)
    assert certificates.end(der) == until


@drawn(st.binary(max_size=60))
def test_what_is_no_certificate_has_no_end(der: bytes) -> None:
    assert certificates.end(der) is None


def days(*numbers: int) -> list[datetime]:
    return [NOW + timedelta(days=number) for number in numbers]


def noted(security: Security, **shown: datetime) -> tuple[str, datetime] | None:
    """What is noted of a cluster with these properties, whose brokers show these."""
    probe: Any = SimpleNamespace(security=security, valid_until=lambda: shown)
    readings: Any = SimpleNamespace(expires=None)
    expiring.note(cast(Probe, probe), "source", [readings], int(NOW.timestamp() * 1000))
    return cast("tuple[str, datetime] | None", readings.expires)


def test_the_first_to_end_within_thirty_days_is_noted() -> None:
    own = Security(Protocol.SSL, ca=pem(*days(29)), certificate=pem(*days(400, 20)))
    chain = "The certificate in ssl.keystore.certificate.chain (source)"
    assert noted(own) == (chain, days(20)[0])
    (soonest,) = days(3)
    assert noted(own, broker=soonest) == ("The certificate of broker (source)", soonest)


def test_an_old_authority_beside_its_successor_is_not() -> None:
    assert noted(Security(Protocol.SSL, ca=pem(*days(-5, 900)))) is None
    assert noted(Security(), broker=days(31)[0]) is None


def test_one_that_has_ended_is() -> None:
    ended = noted(Security(Protocol.SSL, ca=pem(*days(-5))))
    assert ended == ("The authority in ssl.truststore.certificates (source)", days(-5)[0])
