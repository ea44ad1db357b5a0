#!/usr/bin/env python3
"""Reads a .tlr recording, from docs/recording-format.md and nothing else.

Prints, as `python.rs` does of the same file, a line for all there is: `head`, each `channel`, each
`meta` pair that counts, each `mark`, `clock` and part of the `picture`; `sound` with the samples'
bytes in hexadecimal (G.711 codes, or 16-bit little-endian); `packets`, each with what it covers; and
who `signed`. Check sums, chain, seals and signatures must hold, and the index name what the records
hold. Slow by nature: it is there to be compared with. Sealed and signed files need the package
`cryptography`.

    decode.py FILE [x25519 SECRET-IN-HEX | passphrase TEXT]
"""

import struct
import sys

from block import decode_block, linear
from chain import blake3
from fields import Fields

KEYS, HEAD, AUDIO, PACKETS, MARK, CLOCK, META, PEAKS, INDEX, CHECKPOINT, CLOSE, PAIR = range(1, 13)
SOUND, UNLISTED = (AUDIO, PACKETS, PAIR), (INDEX, CHECKPOINT, CLOSE)
AES, PAIRS, PARTS, QUICK = 1, 2, 4, 8


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
    assert (version, flags) == (1, 0) or version == 2 and flags & ~31 == 0
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


def text(fields):
    return fields.bytes(fields.number()).decode()


def sound(kind, body):
    """Prints a sound record; returns (channel, position, samples) for each channel it is of."""
    fields = Fields(body)
    channel, position, count = fields.byte(), fields.number(), fields.number()
    if kind == PACKETS:
        packets = []
        for _ in range(fields.number()):
            covers = fields.number()
            packets.append((covers, fields.bytes(fields.number())))
        assert sum(covers for covers, _ in packets) == count and not fields.rest()
        print("packets", channel, position, *(f"{covers}:{packet.hex()}" for covers, packet in packets))
        return [(channel, position, count)]
    channels = [channel]
    if kind == PAIR:
        channels.append(fields.byte())
        blocks = [fields.bytes(fields.number()), fields.rest()]
    else:
        blocks = [fields.rest()]
    other = None
    for channel, block in zip(channels, blocks):
        form, samples = decode_block(block, other)
        assert len(samples) == count
        other = linear(form, samples)
        form = "H" if form == 2 else "B"
        print("sound", channel, position, struct.pack(f"<{count}{form}", *samples).hex())
    return [(channel, position, count) for channel in channels]


def other_record(kind, body, meta, parts):
    """Prints what is neither sound nor for the file's own sake; notes metadata."""
    fields = Fields(body)
    if kind == HEAD:
        (started,) = struct.unpack("<q", fields.bytes(8))
        print("head", started)
        for channel in range(fields.byte()):
            print("channel", channel, fields.byte(), fields.number(), text(fields))
        for _ in range(fields.number()):
            key = text(fields)
            meta[key] = text(fields)
    elif kind == META:
        key = text(fields)
        meta[key] = text(fields)
    elif kind == MARK:
        print("mark", fields.byte(), fields.byte(), fields.number(), fields.number(), text(fields))
    elif kind == CLOCK:
        print("clock", fields.byte(), fields.number(), fields.number())
    elif kind == PEAKS:
        channel, first = fields.byte(), fields.number() if parts else 0
        print("picture", channel, first, fields.bytes(len(fields.rest())).hex())
    assert not fields.rest()


def main():
    with open(sys.argv[1], "rb") as file:
        data = file.read()
    flags, cipher = header(data), None
    parts, id = flags & PARTS != 0, data[12:28]
    places, others, found, meta = [], [], {}, {}
    for at, head, body in records(data):
        kind = head[2] & 0x7F
        if head[2] & 0x80:
            from seal import open_body

            body = open_body(cipher, id, head, body)
        found[at] = kind, body
        if kind in SOUND:
            assert kind != PAIR or flags & PAIRS
            places += [(*place, at) for place in sound(kind, body)]
            continue
        if kind not in UNLISTED:
            others.append(at)
        if kind == KEYS:
            from seal import data_key

            cipher = data_key(body, flags & AES, id, *sys.argv[2:])
        elif kind in (CHECKPOINT, CLOSE):
            assert (kind == CLOSE) == (body[0] & 4 != 0)
            if body[0] & 1:
                from seal import check_signature

                print("signed", check_signature(id, body).hex())
            else:
                assert len(body) == 33
        elif kind != INDEX:
            other_record(kind, body, meta, parts)
    for key, value in meta.items():
        print("meta", f"{key}={value}")
    assert index(data, parts, found) == (sorted(places), others)


if __name__ == "__main__":
    main()
