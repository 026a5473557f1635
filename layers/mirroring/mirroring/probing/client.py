"""What kafka-python's connections are told: addresses, limits, and who we are."""

import logging
import re
from collections.abc import Sequence
from typing import Any

from mirroring.connecting.security import Security, refusal
from mirroring.probing.oauth import Tokens
from mirroring.probing.tls import context

CLIENT_ID = "lockstep"
_SERVER = re.compile(r"(\w+://)?(\[[0-9A-Fa-f:.]+\]|[^\s:/\[\]]+):\d{1,5}")
_MOST_ANSWER_BYTES = 100_000_000
_MOST_IN_FLIGHT = 1_000

# It logs SASL tokens at DEBUG and each lost socket at ERROR; every failure reaches our caller too.
logging.getLogger("kafka").setLevel(logging.CRITICAL)


def options(servers: Sequence[str], security: Security, timeout_s: float) -> dict[str, Any]:
    """KafkaConnectionManager's configuration; the secrets leave their SecretStr here.

    Raises UnsupportedProperty for a server that is no host:port, and for PEM texts of no use.
    """
    if not servers or not all(_SERVER.fullmatch(server) for server in servers):
        raise refusal("bootstrap.servers", "it must list host:port, separated by commas")
    timeout_ms = int(timeout_s * 1000)
    return {
        "bootstrap_servers": list(servers),
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
        "sasl_plain_username": security.username,
        "sasl_plain_password": security.password and security.password.get_secret_value(),
        "sasl_oauth_token_provider": Tokens(security.oauth) if security.oauth else None,
    }
