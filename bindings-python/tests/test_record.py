"""Recordings: what goes in comes out, whatever happens to the file in between."""

from __future__ import annotations

import os
import subprocess
import wave
from array import array
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from trunkline import record
from trunkline.media import Law, OpusEncoder, g711_decode
from trunkline.record import Channel, Coding, MarkKind, Reader, RecordError, Writer

PARTIES = [Channel("caller", Coding.PCMA), Channel("agent", Coding.PCMU)]


def noise(samples: int, seed: int = 0) -> bytes:
    return np.random.default_rng(seed).integers(0, 255, samples, np.uint8).tobytes()


def make(path: Path, seconds: int = 3, **options: object) -> tuple[bytes, bytes]:
    """A call of both parties, each with noise of its own."""
    caller, agent = noise(8000 * seconds, 1), noise(8000 * seconds, 2)
    with Writer(path, PARTIES, started_ms=1_760_000_000_000, **options) as call:  # type: ignore[arg-type]
        for at in range(0, len(caller), 160):
            call.write(0, at, caller[at : at + 160])
            call.write(1, at, agent[at : at + 160])
    return caller, agent


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    caller, agent = make(tmp_path / "a.tlr", meta={"queue": "sales", "agent": "17"})
    with Reader(tmp_path / "a.tlr") as call:
        assert call.started_ms == 1_760_000_000_000
        assert call.channels == PARTIES
        assert call.meta == {"queue": "sales", "agent": "17"}
        assert call.duration_s == 3.0
        assert call.is_finished and call.damage == []
        assert call.samples("caller") == g711_decode(caller)
        assert call.samples(0, 1.0, 1.5) == g711_decode(caller[8000:12000])
        both = call[0.5:0.75]
        assert both.shape == (2000, 2) and both.dtype == np.int16
        assert both[:, 0].tobytes() == call.samples(0, 0.5, 0.75).tobytes()
        assert call[2.9:].shape == (800, 2)
        assert len(call.picture("agent", 60)) == 60
        assert call.rate("caller") == 8000
    with pytest.raises(ValueError, match="closed"):
        call.samples(0)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.lists(st.tuples(st.binary(max_size=400), st.integers(0, 900)), max_size=12))
def test_any_pieces_with_any_gaps(tmp_path: Path, data: list[tuple[bytes, int]]) -> None:
    path = tmp_path / f"{os.urandom(8).hex()}.tlr"
    expected = bytearray()
    with Writer(path, [Channel("x", "pcmu")], block_ms=50) as call:
        for piece, gap in data:
            expected += bytes([0xFF]) * gap  # µ-law's zero
            call.write(0, len(expected), piece)
            expected += piece
    with Reader(path) as call:
        heard = call.samples("x")
    assert heard == g711_decode(bytes(expected[: len(heard)]), Law.MU)
    assert len(expected) - len(heard) <= (data[-1][1] if data else 0) + 900 * len(data)
    assert record.verify(path).is_intact


def test_linear_sound_and_opus(tmp_path: Path) -> None:
    channels = [Channel("wide", "pcm16", 16000), Channel("app", "opus", 48000)]
    sound = np.random.default_rng(3).integers(-9000, 9000, 16000).astype(np.int16)
    encoder = OpusEncoder()
    with Writer(tmp_path / "w.tlr", channels, level="fast") as call:
        call.write(0, 0, sound)
        for n in range(50):
            packet = encoder.encode(array("h", bytes(320)))
            call.packet(1, n * 960, 960, packet)
        with pytest.raises(RecordError) as wrong:
            call.write(1, 48000, b"abc")
        assert (wrong.value.code, wrong.value.subject) == ("format", 1)
    with Reader(tmp_path / "w.tlr") as call:
        assert call.samples("wide").tobytes() == sound.tobytes()
        assert call.rate("app") == 8000
        assert len(call.samples("app")) == 8000
        assert call.array().shape == (16000, 2)


def test_marks_pauses_and_later_metadata(tmp_path: Path) -> None:
    with Writer(tmp_path / "m.tlr", PARTIES) as call:
        call.write(0, 0, noise(8000))
        call.mark(0, 4000, "sold", length=400)
        call.pause(0, 8000)
        call.write(0, 8000, noise(8000))
        call.resume(0, 16000)
        call.write(0, 16000, noise(8000))
        call.meta("agent", "18")
        call.meta("agent", "19")
    assert call.closed
    call.close()
    with pytest.raises(ValueError, match="closed"):
        call.write(0, 24000, b"")
    with Reader(tmp_path / "m.tlr") as reader:
        assert reader.meta == {"agent": "19"}
        sold, paused = reader.marks
        assert (sold.kind, sold.channel, sold.text) == (MarkKind.NOTE, "caller", "sold")
        assert (sold.at_s, sold.length_s) == (0.5, 0.05)
        assert (paused.kind, paused.at_s, paused.length_s) == (MarkKind.PAUSED, 1.0, 1.0)
        assert not reader[1.0:2.0].any()


def test_a_file_that_was_cut_short_is_read_and_recovered(tmp_path: Path) -> None:
    caller, _ = make(tmp_path / "a.tlr")
    whole = (tmp_path / "a.tlr").read_bytes()
    cut = tmp_path / "cut.tlr"
    cut.write_bytes(whole[: len(whole) * 2 // 3])
    found = record.verify(cut)
    assert not found.is_intact and not found.closed
    with Reader(cut) as call:
        assert not call.is_finished
        assert 1.0 <= call.duration_s < 3.0
        assert call.samples(0, 0, 1.0) == g711_decode(caller[:8000])
        kept = call.array()
    assert record.recover(cut, tmp_path / "saved.tlr") == found
    saved = record.verify(tmp_path / "saved.tlr")
    assert saved.is_intact and saved.recovered
    with Reader(tmp_path / "saved.tlr") as call:
        assert call.is_finished
        assert (call.array() == kept).all()
    with pytest.raises(FileExistsError):
        record.recover(cut, tmp_path / "saved.tlr")


def test_damage_is_found_and_the_rest_is_read(tmp_path: Path) -> None:
    caller, _ = make(tmp_path / "a.tlr")
    spoilt = bytearray((tmp_path / "a.tlr").read_bytes())
    spoilt[len(spoilt) // 2] ^= 1
    (tmp_path / "a.tlr").write_bytes(spoilt)
    found = record.verify(tmp_path / "a.tlr")
    assert not found.is_intact and found.damaged
    with Reader(tmp_path / "a.tlr") as call:
        assert call.duration_s == 3.0
        assert call.samples(0, 0, 1.0) == g711_decode(caller[:8000])


def test_sealed_and_signed(tmp_path: Path) -> None:
    secret, seed = bytes(range(32)), bytes(range(1, 33))
    make(
        tmp_path / "s.tlr",
        1,
        passphrase="correct horse",
        recipients=[record.recipient_key(secret)],
        sign_seed=seed,
    )
    with pytest.raises(RecordError) as locked:
        Reader(tmp_path / "s.tlr")
    assert locked.value.code == "locked"
    with pytest.raises(RecordError) as wrong:
        Reader(tmp_path / "s.tlr", passphrase="wrong horse")
    assert wrong.value.code == "wrong_key"
    with pytest.raises(RecordError) as costly:
        Reader(tmp_path / "s.tlr", passphrase="correct horse", passphrase_mib=100)
    assert (costly.value.code, costly.value.subject) == ("too_costly", 3 << 16)
    with Reader(tmp_path / "s.tlr", passphrase="correct horse") as call:
        sound = call.array()
    with Reader(tmp_path / "s.tlr", secret=secret) as call:
        assert (call.array() == sound).all()
    found = record.verify(tmp_path / "s.tlr")
    assert (found.signature, found.signed_by) == ("closed", record.signing_key(seed))
    with pytest.raises(ValueError, match="exclude"):
        Reader(tmp_path / "s.tlr", passphrase="x", secret=secret)


def test_exports(tmp_path: Path) -> None:
    caller, _ = make(tmp_path / "a.tlr")
    with Reader(tmp_path / "a.tlr") as call:
        call.export_wav(tmp_path / "a.wav", 1.0, 2.0)
        call.export_wav(tmp_path / "mono.wav", mixed=True)
        call.export_opus(tmp_path / "a.opus")
        with pytest.raises(FileExistsError):
            call.export_wav(tmp_path / "a.wav")
    with wave.open(str(tmp_path / "a.wav")) as sound:
        assert (sound.getnchannels(), sound.getframerate(), sound.getnframes()) == (2, 8000, 8000)
        left = np.frombuffer(sound.readframes(8000), np.int16)[::2]
    assert left.tobytes() == g711_decode(caller[8000:16000]).tobytes()
    with wave.open(str(tmp_path / "mono.wav")) as sound:
        assert (sound.getnchannels(), sound.getnframes()) == (1, 24000)
    ogg = (tmp_path / "a.opus").read_bytes()
    assert ogg.startswith(b"OggS") and b"OpusHead" in ogg[:64]
    decoded = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", tmp_path / "a.opus", "-f", "s16le", "-ar", "8000", "-"],
        capture_output=True,
        check=True,
    )
    assert decoded.stderr == b""
    assert abs(len(decoded.stdout) // 2 - 24000) <= 8


def test_what_is_no_recording(tmp_path: Path) -> None:
    (tmp_path / "x.tlr").write_bytes(b"not a recording, but long enough to be looked into" * 9)
    for look in (Reader, record.verify):
        with pytest.raises(RecordError) as error:
            look(tmp_path / "x.tlr")
        assert error.value.code == "not_tlr"
        with pytest.raises(FileNotFoundError, match=r"missing\.tlr"):
            look(tmp_path / "missing.tlr")
    make(tmp_path / "a.tlr", 1)
    with pytest.raises(FileExistsError):
        Writer(tmp_path / "a.tlr", PARTIES)
    with pytest.raises(ValueError, match="coding is 'mp3'"):
        Writer(tmp_path / "b.tlr", [Channel("x", "mp3")])
    with Reader(tmp_path / "a.tlr") as call:
        with pytest.raises(KeyError, match="no channel 'boss', but caller, agent"):
            call.samples("boss")
        with pytest.raises(IndexError):
            call.samples(2)
        with pytest.raises(ValueError, match="no time"):
            call.samples(0, -1.0)
        with pytest.raises(TypeError, match="sliced by seconds"):
            call[::2]
    with Writer(tmp_path / "c.tlr", PARTIES) as writer:
        writer.write(0, 0, noise(800))
        with pytest.raises(RecordError) as back:
            writer.write(0, 10, noise(10))
        assert (back.value.code, back.value.subject) == ("backwards", 800)
        with pytest.raises(BufferError):
            writer.write(0, 800, array("h", [1, 2]))
