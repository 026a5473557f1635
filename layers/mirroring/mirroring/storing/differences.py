"""Bytes stored as a difference to earlier ones: most of a sample is what the last one left.

A Zstandard frame with the earlier bytes as its prefix (as `zstd --patch-from`), by the module that
is `compression.zstd` from Python 3.14 on.
"""

from collections.abc import Mapping

from backports.zstd import (
    CompressionParameter,
    DecompressionParameter,
    ZstdDict,
    ZstdError,
    compress,
    decompress,
)

# What is looked back into: 64 MB, of 128 MB that a reader may be asked for at most. Samples of
# 20,000 partitions, as many as are read together, have 4 MB.
_WINDOW_LOG = 26
# With long matches sought, level 1 finds what is the same as quickly as it copies: a memory of
# 10,000 partitions, 1.6 MB, becomes 3 kB in 5 ms; level 3 is 40 % larger and slower there.
_OPTIONS: Mapping[int, int] = {
    CompressionParameter.compression_level: 1,
    CompressionParameter.enable_long_distance_matching: 1,
    CompressionParameter.window_log: _WINDOW_LOG,
    CompressionParameter.checksum_flag: 0,
}
_READING: Mapping[int, int] = {DecompressionParameter.window_log_max: _WINDOW_LOG + 1}


def pack(data: bytes, base: bytes) -> bytes:
    """The data as a difference to `base`, which may be b''."""
    return compress(data, options=_OPTIONS, zstd_dict=_prefix(base))


def unpack(packed: bytes, base: bytes) -> bytes:
    """The data of `pack` with the same base; raises ValueError where it cannot be read."""
    try:
        return decompress(packed, _prefix(base), _READING)
    except ZstdError as error:
        raise ValueError("no difference to this base") from error


def _prefix(base: bytes) -> tuple[ZstdDict, int] | None:
    # A dictionary has eight bytes at least.
    return ZstdDict(base, is_raw=True).as_prefix if len(base) >= 8 else None
