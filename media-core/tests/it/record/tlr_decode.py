#!/usr/bin/env python3
"""Reads a .tlr recording, from docs/recording-format.md and nothing else.

Prints a line a block: channel, position, and the samples' bytes in hexadecimal (G.711 codes, or
16-bit little-endian); and one a part of the picture: `peaks`, channel, first column and levels. The
index must name what the records hold, and the chain must hold. Slow by nature: it is there to be compared with.

    tlr_decode.py FILE [x25519 SECRET-IN-HEX | passphrase TEXT]
"""

import struct
import sys

from tlr_block import Fields, decode_block, linear
from tlr_seal import blake3, data_key, open_body


KEYS, AUDIO, PACKETS, PEAKS, INDEX, CHECKPOINT, CLOSE, PAIR = 1, 3, 4, 8, 9, 10, 11, 12
SOUND, UNLISTED = (AUDIO, PACKETS, PAIR), (INDEX, CHECKPOINT, CLOSE)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0x82F63B78 if crc & 1 else crc >> 1
    return crc ^ 0xFFFFFFFF


def header(data):
    """The file's flags."""
    assert data[:8] == b"\x89TLR\r\n\x1a\n"
    version, flags = struct.unpack("<HH", data[8:12])
    assert (version, flags) == (1, 0) or version == 2 and flags & ~7 == 0
    assert struct.unpack("<I", data[28:32])[0] == crc32c(data[:28])
    return flags


def records(data):
    """Offset, head and body of each record, held against the chain."""
    at, chain = 32, blake3(data[:32])
    while data[at : at + 2] == b"\x54\xe7":
        length = int.from_bytes(data[at + 3 : at + 6], "little")
        assert crc32c(data[at : at + 10]) & 0xFFFF == int.from_bytes(data[at + 10 : at + 12], "little")
        end = at + 24 + length
        assert crc32c(data[at : end - 4]) == int.from_bytes(data[end - 4 : end], "little")
        head, body = data[at : at + 12], data[at + 12 : end - 12]
        if head[2] in (CHECKPOINT, CLOSE):
            assert body[1:33] == chain
        chain = blake3(chain + head + body)
        assert chain[:8] == data[end - 12 : end - 4]
        yield at, head, body
        at = end


def index(data, parts, found):
    """What the index says: (channel, position, samples, offset) of the sound, and other offsets."""
    at, check, magic = struct.unpack("<QI4s", data[-16:])
    assert magic == b"TLRx" and check == crc32c(data[-16:-8])
    sound, others = [], []
    while at:
        kind, body = found[at]
        assert kind == INDEX
        fields = Fields(body)
        before = fields.number() if parts else 0
        assert before < at
        offset = 0
        for _ in range(fields.number()):
            place = fields.byte(), fields.number(), fields.number()
            offset += fields.number()
            sound.append((*place, offset))
        offset = 0
        for _ in range(fields.number()):
            offset += fields.number()
            others.append(offset)
        at = before
    return sorted(sound), sorted(others)


def show(channel, position, form, samples):
    print(channel, position, struct.pack(f"<{len(samples)}{'H' if form == 2 else 'B'}", *samples).hex())


def main():
    with open(sys.argv[1], "rb") as file:
        data = file.read()
    flags, key = header(data), None
    parts, id = flags & 4 != 0, data[12:28]
    sound, others, found = [], [], {}
    for at, head, body in records(data):
        kind = head[2] & 0x7F
        if kind == KEYS:
            assert flags & 1, "only AES-256-GCM is known here"
            key = data_key(body, id, *sys.argv[2:])
        elif head[2] & 0x80:
            body = open_body(key, id, head, body)
        found[at] = kind, body
        fields = Fields(body)
        if kind not in SOUND:
            if kind not in UNLISTED:
                others.append(at)
            if kind == PEAKS:
                channel, first = fields.byte(), fields.number() if parts else 0
                print("peaks", channel, first, fields.rest().hex())
            continue
        channel, position, count = fields.byte(), fields.number(), fields.number()
        sound.append((channel, position, count, at))
        if kind == PACKETS:
            continue
        if kind == PAIR:
            other, length = fields.byte(), fields.number()
            sound.append((other, position, count, at))
            first, second = fields.bytes(length), fields.rest()
        else:
            first = fields.rest()
        form, samples = decode_block(first)
        assert len(samples) == count
        show(channel, position, form, samples)
        if kind == PAIR:
            form, samples = decode_block(second, linear(form, samples))
            assert len(samples) == count
            show(other, position, form, samples)
    assert index(data, parts, found) == (sorted(sound), others)


if __name__ == "__main__":
    main()
