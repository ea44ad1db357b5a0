"""Ogg Opus files (RFC 3533, RFC 7845), as far as a telephone call needs them."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, BinaryIO

from ._native import OpusEncoder, resample_pcm

if TYPE_CHECKING:
    from array import array

_FRAME = 160
"""20 ms at 8 kHz."""
_TICKS = 960
"""The same at the 48 kHz that Opus counts in."""
_DELAY = 312
"""What libopus's encoder is late, in those ticks: 6.5 ms."""
_PACKETS = 50
"""Packets of a page: a second."""


def _crc_table() -> list[int]:
    table = []
    for byte in range(256):
        crc = byte << 24
        for _ in range(8):
            crc = (crc << 1) ^ 0x04C11DB7 if crc & 0x8000_0000 else crc << 1
        table.append(crc & 0xFFFF_FFFF)
    return table


_CRC = _crc_table()


def _crc(page: bytes) -> int:
    crc = 0
    for byte in page:
        crc = ((crc << 8) & 0xFFFF_FFFF) ^ _CRC[(crc >> 24) ^ byte]
    return crc


def _page(serial: int, number: int, granule: int, packets: list[bytes], flags: int) -> bytes:
    lacing = b"".join(bytes([255]) * (len(of) // 255) + bytes([len(of) % 255]) for of in packets)
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, serial, number, 0, len(lacing))
    page = head + lacing + b"".join(packets)
    return page[:22] + struct.pack("<I", _crc(page)) + page[26:]


def _headers(rate: int, comments: Mapping[str, str]) -> Iterator[bytes]:
    yield struct.pack("<8sBBHIhB", b"OpusHead", 1, 1, _DELAY, rate, 0, 0)
    vendor = b"trunkline"
    texts = [f"{key.upper()}={value}".encode() for key, value in comments.items()]
    body = struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", len(texts))
    yield b"OpusTags" + body + b"".join(struct.pack("<I", len(of)) + of for of in texts)


def _write(
    to: BinaryIO, pcm: array[int], rate: int, bitrate: int, comments: Mapping[str, str]
) -> None:
    serial = int.from_bytes(os.urandom(4))
    for number, header in enumerate(_headers(rate, comments)):
        to.write(_page(serial, number, 0, [header], 2 if number == 0 else 0))
    encoder = OpusEncoder(bitrate=bitrate, loss_percent=0)
    total = len(pcm) * _TICKS // _FRAME + _DELAY
    frames = -(-total // _TICKS)
    pcm = pcm + type(pcm)("h", bytes(2 * max(0, frames * _FRAME - len(pcm))))
    for number, first in enumerate(range(0, frames, _PACKETS), 2):
        last = min(first + _PACKETS, frames)
        packets = [
            encoder.encode(pcm[at * _FRAME : (at + 1) * _FRAME]) for at in range(first, last)
        ]
        # The last page's granule says where the sound ends, which may be inside its last packet.
        ends = last == frames
        to.write(_page(serial, number, total if ends else last * _TICKS, packets, 4 if ends else 0))


def write_ogg_opus(
    path: str | os.PathLike[str],
    pcm: array[int],
    rate: int,
    *,
    bitrate: int,
    comments: Mapping[str, str],
) -> None:
    """Write mono sound as an Ogg Opus file that must not exist."""
    sound = pcm if rate == 8000 else resample_pcm(pcm, rate, 8000)
    with open(path, "xb") as to:
        _write(to, sound, rate, bitrate, comments)
