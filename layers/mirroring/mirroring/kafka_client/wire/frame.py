"""A request as bytes, in the shape that kafka-python's connections send (3.0.12, `net`)."""

import struct
import time
from typing import NamedTuple

_HEAD = struct.Struct(">ihhi")
_INT16 = struct.Struct(">h")
_INT32 = struct.Struct(">i")
NO_TAGS = b"\x00"


class Answer(NamedTuple):
    """A response's body as it came, its version, and the clock in ms when it was complete."""

    body: memoryview
    version: int
    arrived: int


class PackedRequest:
    """Duck-types kafka.protocol's ApiMessage: the names are the library's."""

    def __init__(self, key: int, version: int, body: bytes, *, flexible: bool) -> None:
        self.API_KEY = key
        self.API_VERSION = version
        self._body = body
        self._flexible = flexible
        self.header: PackedHeader | None = None

    def with_header(self, correlation_id: int, client_id: str) -> None:
        """Numbers the request; the connection matches its answer by that."""
        self.header = PackedHeader(correlation_id, self.API_VERSION, flexible=self._flexible)
        self._client = client_id.encode()

    def encode(self, framed: bool = True, header: bool = True) -> bytes:
        """Length, request header (version 2 when flexible, else 1) and body."""
        if self.header is None:
            raise ValueError("a request is numbered before it is sent")
        tags = NO_TAGS if self._flexible else b""
        client = _INT16.pack(len(self._client)) + self._client + tags
        size = _HEAD.size - 4 + len(client) + len(self._body)
        number = self.header.correlation_id
        return b"".join(
            (_HEAD.pack(size, self.API_KEY, self.API_VERSION, number), client, self._body)
        )

    def expect_response(self) -> bool:
        """Every request of ours has an answer."""
        return True

    def __str__(self) -> str:
        return f"PackedRequest(api={self.API_KEY}, version={self.API_VERSION})"


class PackedHeader:
    """What the connection keeps of a request until its answer comes; it reads that answer too.

    Nothing is parsed here: an unexpected error inside the library would hang the request.
    """

    def __init__(self, correlation_id: int, version: int, *, flexible: bool) -> None:
        self.correlation_id = correlation_id
        self._version = version
        self._flexible = flexible

    def get_response_class(self) -> "PackedHeader":
        """The library asks for the class that decodes; this object does."""
        return self

    def parse_header(self, frame: bytearray) -> "PackedHeader":
        """The number that the answer carries."""
        number = _INT32.unpack_from(frame)[0]
        return PackedHeader(number, self._version, flexible=self._flexible)

    def decode(self, frame: bytearray) -> Answer:
        """The body, unread: after the number, and after the tags (none) when flexible."""
        body = memoryview(frame)[5 if self._flexible else 4 :]
        return Answer(body, self._version, time.time_ns() // 1_000_000)


def uvarint(value: int) -> bytes:
    """An unsigned number in groups of 7 bits, the lowest first (KIP-482)."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def read_uvarint(view: memoryview, at: int) -> tuple[int, int]:
    """The number at `at` and where the next field begins."""
    value = shift = 0
    while (byte := view[at]) > 0x7F:
        value |= (byte & 0x7F) << shift
        shift += 7
        at += 1
    return value | byte << shift, at + 1


def read_varint(view: memoryview, at: int) -> tuple[int, int]:
    """A signed number in zigzag, as in record batches, and where the next field begins."""
    value, at = read_uvarint(view, at)
    return value >> 1 ^ -(value & 1), at


def compact(text: str) -> bytes:
    """A string of the flexible versions: its length + 1 as an unsigned varint, then UTF-8."""
    data = text.encode()
    return uvarint(len(data) + 1) + data


def read_compact(view: memoryview, at: int) -> tuple[str | None, int]:
    """A compact string, None where it is null, and where the next field begins."""
    size, at = read_uvarint(view, at)
    if size == 0:
        return None, at
    end = at + size - 1
    return str(view[at:end], "utf-8"), end


def classic(text: str) -> bytes:
    """A string of the versions before: its length in two bytes, then UTF-8."""
    data = text.encode()
    return _INT16.pack(len(data)) + data


def read_classic(view: memoryview, at: int) -> tuple[str, int]:
    """A string of the versions before, and where the next field begins."""
    end = at + 2 + int(_INT16.unpack_from(view, at)[0])
    return str(view[at + 2 : end], "utf-8"), end


def skip_tags(view: memoryview, at: int) -> int:
    """Where the field after a buffer of tagged fields begins."""
    count, at = read_uvarint(view, at)
    for _ in range(count):
        _, at = read_uvarint(view, at)
        size, at = read_uvarint(view, at)
        at += size
    return at
