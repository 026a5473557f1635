"""Where the functions may connect to: decided here for brokers, workers and token endpoints alike.

Names are resolved once, and the addresses that were checked are the ones that are dialled, so that
a name which resolves to something else a moment later (DNS rebinding) gains nothing.
"""

import contextlib
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from mirroring.client_properties.servers import server
from mirroring.errors import FieldError, HostNotAllowed
from mirroring.settings import settings

Address = IPv4Address | IPv6Address
_METADATA = (
    ip_network("fd00:ec2::/32"),  # AWS: instance metadata, DNS and time over IPv6
    ip_network("168.63.129.16/32"),  # Azure's WireServer
    ip_network("100.100.100.200/32"),  # Alibaba Cloud
    ip_network("192.0.0.192/32"),  # Oracle Cloud
    ip_network("0.0.0.0/8"),  # this host, to Linux
    ip_network("240.0.0.0/4"),
)
_NAT64, _COMPATIBLE = ip_network("64:ff9b::/96"), ip_network("::/96")


@dataclass(frozen=True)
class Reach:
    """The hosts that may be connected to (none named: any), and whether this machine may be.

    A host is a name, `*.` and the end of names, or a network of addresses as `10.0.0.0/8`.
    """

    hosts: tuple[str, ...] = ()
    loopback: bool = False

    def check(self, host: str) -> None:
        """Raises HostNotAllowed for a name or address that is not to be connected to."""
        name = _plain(host)
        address = _literal(name)
        if address is None:
            if name == "localhost" or name.endswith(".localhost"):
                self._check(IPv4Address("127.0.0.1"), host)
        else:
            self._check(address, host)
        if self.hosts and not any(_is_named(one, name, address) for one in self.hosts):
            raise HostNotAllowed(f"{host[:100]} is not among the AllowedHosts of this stack.")

    def addresses(self, host: str, port: int) -> list[str]:
        """What a host resolves to, each of it checked; raises HostNotAllowed and OSError."""
        self.check(host)
        rows = socket.getaddrinfo(_plain(host), port, type=socket.SOCK_STREAM)
        found = list(dict.fromkeys(str(row[4][0]) for row in rows))
        for one in found:
            self._check(ip_address(one), host)
        return found

    def _check(self, address: Address, host: str) -> None:
        """One bad address spoils the name: it is no name of a cluster."""
        meant = _meant(address)
        if meant.is_loopback and self.loopback:
            return
        if (
            meant.is_loopback
            or meant.is_link_local
            or meant.is_multicast
            or meant.is_unspecified
            or any(meant.version == one.version and meant in one for one in _METADATA)
        ):
            raise HostNotAllowed(
                f"{host[:100]} is this machine, link-local, multicast or a metadata address: "
                "Lockstep does not connect there."
            )


@cache
def reach() -> Reach:
    """What the environment allows."""
    given = settings()
    hosts = (one.strip().lower() for one in given.allowed_hosts.split(","))
    return Reach(tuple(filter(None, hosts)), given.allow_loopback)


def check_places(places: Iterable[str], field: str) -> None:
    """Raises HostNotAllowed, naming the field, for one of `host:port` that is not allowed."""
    for place in places:
        try:
            reach().check(_host(place))
        except HostNotAllowed as refused:
            words = refused.detail.removesuffix(".")
            raise HostNotAllowed(refused.detail, FieldError(field=field, message=words)) from None


def _host(place: str) -> str:
    """The host of `host:port`, a listener's name before it, or of a URL without its scheme."""
    with contextlib.suppress(ValueError):
        place = server(place)
    return urlsplit(f"//{place}").hostname or place


def _plain(host: str) -> str:
    """The host without the brackets of IPv6 and a last dot."""
    return host.strip().lower().removeprefix("[").removesuffix("]").removesuffix(".")


def _literal(name: str) -> Address | None:
    """An address, also as a number or with octal or hexadecimal parts, as inet_aton reads it."""
    try:
        return ip_address(name)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(name))
    except (OSError, UnicodeError):
        return None


def _meant(address: Address) -> Address:
    """The IPv4 address that an IPv6 address carries, whatever carries it."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64 or (address in _COMPATIBLE and int(address) > 1):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address


def _is_named(allowed: str, name: str, address: Address | None) -> bool:
    if allowed.startswith("*."):
        return address is None and name.endswith(allowed[1:])
    if address is None:
        return name == allowed
    try:
        return _meant(address) in ip_network(allowed)
    except ValueError:
        return False
