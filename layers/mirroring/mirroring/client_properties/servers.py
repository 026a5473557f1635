"""Bootstrap servers, as Kafka's ClientUtils reads them."""

import re
from ipaddress import AddressValueError, IPv6Address

SERVER = (
    r"([A-Za-z0-9._%-]*://)?"
    r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+|[0-9A-Fa-f:]+:[0-9A-Fa-f:.]*):[0-9]{1,5}"
)
_SERVER = re.compile(SERVER)
_KAFKAS = re.compile(r"([0-9a-zA-Z\-%._]*://)?\[?([0-9a-zA-Z\-%._:]*)\]?:([0-9]+)")


def server(text: str) -> str:
    """`host:port`, an IPv6 address in brackets, without a listener's name; raises ValueError."""
    if not _SERVER.fullmatch(text):
        raise ValueError("must be host:port")
    host, _, port = text.rpartition("://")[2].rpartition(":")
    if ":" in host:
        host = f"[{host.strip('[]')}]"
    if not is_place(host, port):
        raise ValueError("must be host:port")
    return f"{host}:{int(port)}"


def is_place(host: str, port: str | None) -> bool:
    """Whether an IPv6 address in brackets is one, and the port is a port."""
    try:
        if host.startswith("["):
            IPv6Address(host[1:-1])
    except AddressValueError:
        return False
    return port is None or 0 < int(port) < 65536


def is_kafkas(text: str) -> bool:
    """Whether Kafka takes it for host:port, if only until it looks for the host."""
    found = _KAFKAS.fullmatch(text)
    return found is not None and int(found[3]) < 65536
