"""G.711 over every kind of buffer."""

from __future__ import annotations

import array
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.media import Law, g711_decode, g711_decode_into, g711_encode, g711_encode_into

LAWS = [Law.A, Law.MU]
samples = st.lists(st.integers(-32768, 32767)).map(lambda x: array.array("h", x))


@pytest.mark.parametrize("law", LAWS)
def test_every_code_survives_a_round_trip(law: Law) -> None:
    codes = bytes(range(256))
    pcm = g711_decode(codes, law)
    assert len(pcm) == 256
    back = g711_encode(pcm, law)
    # µ-law has two codes for zero; the encoder knows one of them.
    assert {i for i in range(256) if back[i] != i} <= {0x7F, 0xFF}


def test_known_values() -> None:
    pcm = array.array("h", [0, 1000, -1000, 32767])
    assert g711_encode(pcm).hex() == "d5fa7aaa"
    assert g711_decode(bytes.fromhex("d5fa7aaa")).tolist() == [8, 1008, -1008, 32256]


@given(samples, st.sampled_from(LAWS))
def test_all_buffers_are_equal(pcm: array.array[int], law: Law) -> None:
    codes = g711_encode(pcm, law)
    assert codes == g711_encode(np.array(pcm, np.int16), law)
    assert codes == g711_encode(memoryview(pcm.tobytes()).cast("h"), law)

    decoded = g711_decode(codes, law)
    assert decoded == g711_decode(bytearray(codes), law)
    assert decoded == g711_decode(np.frombuffer(codes, np.uint8), law)

    out = np.zeros(len(pcm), np.int16)
    g711_decode_into(codes, out, law)
    assert out.tolist() == decoded.tolist()
    again = bytearray(len(pcm))
    g711_encode_into(out, again, law)
    assert bytes(again) == g711_encode(decoded, law)


@pytest.mark.parametrize(
    "pcm",
    [
        b"1234",
        np.zeros(4, np.float32),
        np.zeros(4, np.uint16),
        np.zeros(8, np.int16)[::2],
        np.zeros(4, ">i2"),
    ],
    ids=["bytes", "float32", "uint16", "strided", "big-endian"],
)
def test_wrong_buffers_are_refused(pcm: Any) -> None:
    with pytest.raises(BufferError):
        g711_encode(pcm)


def test_what_is_no_buffer_is_refused() -> None:
    with pytest.raises(TypeError):
        g711_encode([1, 2, 3])  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        g711_decode(b"x", 8)  # type: ignore[arg-type]


def test_outputs_are_checked() -> None:
    pcm = array.array("h", [1, 2, 3, 4])
    with pytest.raises(BufferError, match="read-only"):
        g711_encode_into(pcm, b"1234")
    with pytest.raises(ValueError, match="room for 3 elements, the input has 4"):
        g711_encode_into(pcm, bytearray(3))
    memory = bytearray(8)
    with pytest.raises(BufferError, match="overlaps"):
        g711_decode_into(memoryview(memory)[2:6], memoryview(memory).cast("h"))
    assert g711_encode(array.array("h")) == b""
    assert len(g711_decode(b"")) == 0
