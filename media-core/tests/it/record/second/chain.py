"""BLAKE3, written from its paper: the standard library has none."""

import struct

IV = (
    0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19,
)  # fmt: skip
PERMUTATION = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
COLUMNS_AND_DIAGONALS = (
    (0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
    (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14),
)  # fmt: skip
CHUNK_START, CHUNK_END, PARENT, ROOT, CONTEXT, MATERIAL = 1, 2, 4, 8, 32, 64


def rotate(x, by):
    return (x >> by | x << 32 - by) & 0xFFFFFFFF


def compress(chain, block, counter, flags):
    words = struct.unpack("<16I", block.ljust(64, b"\0"))
    v = [*chain, *IV[:4], counter & 0xFFFFFFFF, counter >> 32, len(block), flags]
    for _ in range(7):
        for i, (a, b, c, d) in enumerate(COLUMNS_AND_DIAGONALS):
            for word, first, second in ((words[2 * i], 16, 12), (words[2 * i + 1], 8, 7)):
                v[a] = (v[a] + v[b] + word) & 0xFFFFFFFF
                v[d] = rotate(v[d] ^ v[a], first)
                v[c] = (v[c] + v[d]) & 0xFFFFFFFF
                v[b] = rotate(v[b] ^ v[c], second)
        words = [words[i] for i in PERMUTATION]
    return [v[i] ^ v[i + 8] for i in range(8)]


def node(data, key, flags, counter, root):
    """The chaining value of a subtree that begins with this chunk."""
    if len(data) > 1024:
        left = 1024
        while left * 2 < len(data):
            left *= 2
        halves = node(data[:left], key, flags, counter, 0)
        halves += node(data[left:], key, flags, counter + left // 1024, 0)
        return compress(key, struct.pack("<16I", *halves), 0, flags | PARENT | root)
    chain = key
    for at in range(0, max(len(data), 1), 64):
        here = flags | (CHUNK_START if at == 0 else 0)
        here |= CHUNK_END | root if at + 64 >= len(data) else 0
        chain = compress(chain, data[at : at + 64], counter, here)
    return chain


def blake3(data, key=IV, flags=0):
    return struct.pack("<8I", *node(data, key, flags, 0, ROOT))


def derive_key(context, material):
    key = struct.unpack("<8I", blake3(context, IV, CONTEXT))
    return blake3(material, key, MATERIAL)
