"""What kafka-python's connections are told: addresses, limits, and who we are."""

import logging
from collections.abc import Sequence
from typing import Any

from mirroring.client_properties.definitions import SERVERS
from mirroring.client_properties.security import Mechanism, Security, invalid
from mirroring.client_properties.servers import server
from mirroring.kafka_client import msk as msk
from mirroring.kafka_client.oauth import Tokens
from mirroring.kafka_client.tls import context

CLIENT_ID = "lockstep"
_SCRAM = (Mechanism.SCRAM_SHA_256, Mechanism.SCRAM_SHA_512)
_MOST_ANSWER_BYTES = 100_000_000
_MOST_IN_FLIGHT = 1_000

# It logs SASL tokens at DEBUG and each lost socket at ERROR; every failure reaches our caller too.
logging.getLogger("kafka").setLevel(logging.CRITICAL)


def options(servers: Sequence[str], security: Security, timeout_s: float) -> dict[str, Any]:
    """KafkaConnectionManager's configuration; the secrets leave their SecretStr here.

    Raises UnsupportedProperty for a server that is no host:port, and for PEM texts of no use.
    """
    timeout_ms = int(timeout_s * 1000)
    return {
        "bootstrap_servers": _places(servers),
        "client_id": CLIENT_ID,
        "receive_message_max_bytes": _MOST_ANSWER_BYTES,
        "max_in_flight_requests_per_connection": _MOST_IN_FLIGHT,
        "request_timeout_ms": timeout_ms,
        "socket_connection_setup_timeout_ms": timeout_ms,
        "reconnect_backoff_ms": 20,
        "reconnect_backoff_max_ms": 1_000,
        "security_protocol": security.protocol.value,
        "ssl_context": context(security),
        "sasl_mechanism": security.mechanism and security.mechanism.value,
        "sasl_plain_username": _user(security),
        "sasl_plain_password": security.password and security.password.get_secret_value(),
        "sasl_oauth_token_provider": Tokens(security.oauth) if security.oauth else None,
    }


def _places(servers: Sequence[str]) -> list[str]:
    try:
        places = [server(one) for one in servers]
    except ValueError:
        places = []
    if not places:
        raise invalid(SERVERS, "it must list host:port, separated by commas")
    return places


def _user(security: Security) -> str | None:
    """The user; SCRAM's messages are lists, so a name in them is escaped (RFC 5802, 5.1)."""
    if security.username is None or security.mechanism not in _SCRAM:
        return security.username
    return security.username.replace("=", "=3D").replace(",", "=2C")
