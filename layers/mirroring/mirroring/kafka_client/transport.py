"""kafka-python's connection manager, with what its transports lose put right (3.0.12)."""

from datetime import datetime
from typing import Any

from kafka.errors import KafkaConnectionError
from kafka.net.inet import create_connection
from kafka.net.manager import KafkaConnectionManager
from kafka.net.transport import KafkaSSLTransport, KafkaTCPTransport

from mirroring.client_properties import certificates
from mirroring.client_properties.reach import reach
from mirroring.errors import HostNotAllowed

Ends = dict[str, datetime]
"""Until when the certificate of each broker, by host and port, is valid."""
NOT_ALLOWED = "not allowed"


class _LastWords:
    """Hands over what came before the end of a connection; the next read tells of the end again.

    The library drops it, and with it a broker's word that it does not want our credentials.
    """

    def _sock_recv(self) -> tuple[bytes, Any]:
        received, failure = super()._sock_recv()  # type: ignore[misc]  # the transport's, untyped
        return received, None if received else failure


class Plain(_LastWords, KafkaTCPTransport):  # type: ignore[misc]  # kafka-python carries no types
    """TCP."""


class Secure(_LastWords, KafkaSSLTransport):  # type: ignore[misc]  # kafka-python carries no types
    """TLS over TCP."""

    def certificate(self) -> bytes:
        """The certificate that the broker showed, in DER."""
        return self._sock.getpeercert(binary_form=True) or b""


class Manager(KafkaConnectionManager):  # type: ignore[misc]  # kafka-python carries no types
    """Connects over the transports above, and leaves no socket behind when TLS fails.

    The end of each certificate that it is shown is noted in `valid_until`.
    """

    def __init__(self, net: Any, valid_until: Ends, **options: Any) -> None:
        super().__init__(net, **options)
        self._valid_until = valid_until

    async def _build_transport(self, node: Any, timeout_at: float | None = None) -> Any:
        sock = await self._dialled(node, timeout_at)
        if not self.ssl_enabled:
            return Plain(self._net, sock, host=node.host)
        transport = Secure(self._net, sock, host=node.host, ssl_context=self.config["ssl_context"])
        try:
            await transport.handshake()
        except OSError as failure:
            transport.close()
            raise KafkaConnectionError(str(failure)) from None
        if until := certificates.end(transport.certificate()):
            self._valid_until[f"{node.host}:{node.port}"] = until
        return transport

    async def _dialled(self, node: Any, timeout_at: float | None) -> Any:
        """A socket to an address that may be reached, whichever broker named it to us."""
        options = self.config["socket_options"]
        try:
            addresses = reach().addresses(node.host, node.port)
        except HostNotAllowed as refused:
            raise KafkaConnectionError(f"{NOT_ALLOWED}: {refused.detail}") from None
        except OSError:
            raise KafkaConnectionError(f"cannot be resolved ({node.host})") from None
        failures = []
        for address in addresses:
            try:
                return await create_connection(
                    self._net, address, node.port, options, timeout_at=timeout_at
                )
            except KafkaConnectionError as failure:
                failures.append(failure)
        raise failures[-1]
