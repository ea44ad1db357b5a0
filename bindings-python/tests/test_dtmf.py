"""Keys: made, sent through G.711, and found."""

from __future__ import annotations

import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trunkline.media import DtmfDetector, Law, dtmf_tone, g711_decode, g711_encode

PAUSE = array.array("h", bytes(2 * 640))


@settings(max_examples=40)
@given(
    st.text("0123456789*#ABCD", min_size=1, max_size=8),
    st.integers(1, 700),
    st.sampled_from([Law.A, Law.MU]),
)
def test_keys_are_found_in_frames_of_any_size(keys: str, frame: int, law: Law) -> None:
    sound = array.array("h", PAUSE)
    for key in keys:
        sound.extend(dtmf_tone(key))
        sound.extend(PAUSE)
    line = g711_decode(g711_encode(sound, law), law)
    detector, events = DtmfDetector(), []
    for at in range(0, len(line), frame):
        events += detector.listen(line[at : at + frame])
    events += detector.reset()
    assert "".join(event.key for event in events if event.kind == "down") == keys
    assert [event.kind for event in events] == ["down", "up"] * len(keys)
    for n, event in enumerate(events[1::2]):
        assert abs(event.start - 640 * (1 + 2 * n)) <= 48
        assert event.duration is not None and abs(event.duration - 640) <= 80


def test_wrong_keys_and_buffers() -> None:
    with pytest.raises(ValueError, match="'x' is no key"):
        dtmf_tone("x")
    with pytest.raises(BufferError):
        DtmfDetector().listen(b"1234")
    assert DtmfDetector().listen(PAUSE) == []
