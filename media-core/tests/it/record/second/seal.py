"""The sealing and the signatures of a .tlr recording, from docs/recording-format.md.

AES-256-GCM, ChaCha20-Poly1305, X25519, Argon2id and Ed25519 are those of the package `cryptography`;
what makes the first cipher of its ChaCha20 an XChaCha20 is here.
"""

import struct

from chain import derive_key, rotate
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

ROUND = (
    (0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
    (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14),
)  # fmt: skip


def hchacha20(key, nonce):
    """A key of a key and the first 16 bytes of a nonce: draft-irtf-cfrg-xchacha-03, section 2.2."""
    v = [*struct.unpack("<4I", b"expand 32-byte k"), *struct.unpack("<8I", key), *struct.unpack("<4I", nonce)]
    for _ in range(10):
        for a, b, c, d in ROUND:
            for first, second, third, by in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
                v[first] = (v[first] + v[second]) & 0xFFFFFFFF
                v[third] = rotate(v[third] ^ v[first], 32 - by)
    return struct.pack("<8I", *v[:4], *v[12:])


class XChaCha20Poly1305:
    def __init__(self, key):
        self.key = key

    def open(self, nonce, more, body):
        cipher = ChaCha20Poly1305(hchacha20(self.key, nonce[:16]))
        return cipher.decrypt(bytes(4) + nonce[16:], body, more)


class Aes256Gcm:
    def __init__(self, key):
        self.cipher = AESGCM(key)

    def open(self, nonce, more, body):
        return self.cipher.decrypt(nonce[12:], body, more)


def wrapping_keys(keys, method, secret):
    """Each lock of a keys record that this may open: its wrapping key and the wrapped one."""
    at = 1
    for _ in range(keys[0]):
        lock, at = keys[at], at + 1
        if lock == 1:
            public, ephemeral, wrapped = keys[at : at + 32], keys[at + 32 : at + 64], keys[at + 64 : at + 112]
            at += 112
            if method == "x25519":
                own = X25519PrivateKey.from_private_bytes(bytes.fromhex(secret))
                if own.public_key().public_bytes_raw() == public:
                    # A shared secret of zeros is an error of this function.
                    shared = own.exchange(X25519PublicKey.from_public_bytes(ephemeral))
                    yield derive_key(b"trunkline tlr 1 x25519 wrap", shared + ephemeral + public), wrapped
        else:
            assert lock == 2
            salt, cost, wrapped = keys[at : at + 16], keys[at + 16 : at + 28], keys[at + 28 : at + 76]
            at += 76
            if method == "passphrase":
                memory, passes, lanes = struct.unpack("<3I", cost)
                assert memory <= 262_144 and passes <= 16 and lanes <= 16
                stretch = Argon2id(salt=salt, length=32, iterations=passes, lanes=lanes, memory_cost=memory)
                yield stretch.derive(secret.encode()), wrapped
    assert at == len(keys)


def data_key(keys, aes, id, method, secret):
    """The cipher of a file's bodies."""
    cipher = Aes256Gcm if aes else XChaCha20Poly1305
    for wrapping, wrapped in wrapping_keys(keys, method, secret):
        try:
            return cipher(cipher(wrapping).open(bytes(24), id, wrapped))
        except InvalidTag:
            continue
    raise SystemExit("no lock opens")


def open_body(cipher, id, head, body):
    return cipher.open(id + head[6:10] + bytes(4), head, body)


def check_signature(id, statement):
    """The public key that signed a statement; an error if its signature is wrong."""
    flags, chain, public, signature = statement[0], statement[1:33], statement[33:65], statement[65:]
    message = b"trunkline tlr 1 statement" + id + bytes([flags & ~1]) + chain
    Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    return public
