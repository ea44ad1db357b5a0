"""Mixing, gains, comfort noise, who has answered, and sound files."""

from __future__ import annotations

import math
import wave
from array import array
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from trunkline import media
from trunkline.media import (
    Agc,
    Answer,
    AnswerDetector,
    BeepDetector,
    Bridge,
    ComfortNoise,
    Conference,
    DtmfDetector,
    DtmfSuppressor,
    Fade,
    FaxDetector,
    FaxTone,
    MediaError,
    Supervision,
    WavEncoding,
    describe_noise,
    dtmf_tone,
    g711_decode,
    g711_encode,
    mix,
    read_wav,
    write_wav,
)

samples = st.lists(st.integers(-32768, 32767), max_size=300)


def sine(hz: float, seconds: float, peak: int = 6000) -> array[int]:
    count = round(8000 * seconds)
    return array("h", [round(peak * math.sin(math.tau * hz * i / 8000)) for i in range(count)])


def silence(seconds: float) -> array[int]:
    return array("h", bytes(2 * round(8000 * seconds)))


@given(st.lists(samples, max_size=5))
def test_a_mix_is_a_saturated_sum(frames: list[list[int]]) -> None:
    longest = max(map(len, frames), default=0)
    exact = np.zeros(longest, np.int64)
    for frame in frames:
        exact[: len(frame)] += np.array(frame, np.int64)
    expected = np.clip(exact, -32768, 32767).tolist()
    frames_in = [array("h", frame) for frame in frames]
    assert mix(frames_in).tolist() == mix(frames_in[::-1]).tolist() == expected


def test_a_fade_does_not_click() -> None:
    fade, pcm = Fade(-60), np.full(160, 1000, np.int16)
    fade.to(0)
    assert not fade.is_still
    fade.apply(pcm)
    assert fade.is_still and pcm[159] == 1000
    assert np.abs(np.diff(pcm)).max() <= 30, "a straight line of 40 samples"
    louder = np.full(160, 1000, np.int16)
    Fade(6).apply(louder)
    assert louder[0] == pytest.approx(1000 * 10 ** (6 / 20), rel=0.01)
    fixed = np.zeros(160, np.int16)
    fixed.flags.writeable = False
    for work in (fade.apply, Agc().process, DtmfSuppressor().process):
        with pytest.raises(BufferError, match="read-only"):
            work(fixed)


def test_a_supervisor_whispers() -> None:
    bridge = Bridge()
    said = [np.full(160, level, np.int16) for level in (100, 20, 3)]
    heard: dict[str, list[int]] = {}
    for what in Supervision:
        bridge.supervise(what)
        for _ in range(2):
            ears = bridge.mix(*said)
        heard[what] = [ear[-1] for ear in ears]
    assert heard == {
        "away": [20, 100, 0],
        "monitor": [20, 100, 120],
        "whisper": [20, 103, 120],
        "barge": [23, 103, 120],
    }
    with pytest.raises(ValueError, match="what is 'shout'"):
        bridge.supervise("shout")
    with pytest.raises(ValueError, match="differ in length"):
        bridge.mix(said[0], said[1], said[2][:5])


def test_a_conference_of_three_is_the_bridge_and_of_five_more() -> None:
    bridge, three = Bridge(), Conference(3)
    three.join(0, 1)
    three.mix([silence(0.02)] * 3)
    rng = np.random.default_rng(1)
    for what in [*Supervision, Supervision.AWAY]:
        bridge.supervise(what)
        three.supervise(2, 1, what)
        for samples in (24, 160):
            said = list(rng.integers(-32768, 32767, (3, samples), np.int16))
            assert three.mix(said) == bridge.mix(*said)

    five = Conference(5)
    assert five.parties == 5
    five.join(0, 1)
    five.supervise(3, 1, "whisper")
    five.supervise(4, 0, "monitor")
    five.route(2, 2, -6)
    said = [np.full(160, level, np.int16) for level in (1, 10, 100, 1_000, 10_000)]
    assert [ear[-1] for ear in five.mix(said)] == [10, 1_001, 50, 111, 1_111]
    with pytest.raises(ValueError, match="there is no party 5 of 5"):
        five.join(0, 5)
    with pytest.raises(ValueError, match="one frame for each party"):
        five.mix(said[:4])
    with pytest.raises(ValueError, match="parties is 0"):
        Conference(0)


def test_quiet_callers_come_up_and_pauses_do_not() -> None:
    agc = Agc(most_gain_db=12)
    for _ in range(200):
        for voice in (sine(300, 0.2, 400), silence(0.1)):
            agc.process(voice)
    assert 1.5 < agc.gain <= 4.0
    pause = array("h", [3, -3] * 400)
    agc.process(pause)
    assert max(pause) <= 12
    loud = sine(300, 1.0, 32_000)
    agc.process(loud)
    assert agc.gain < 1.2 and max(loud[80:]) < 32_000, "from the next 10 ms on"


def test_the_noise_of_a_pause_is_made_again() -> None:
    room = np.random.default_rng(3).normal(0, 200, 4000).astype(np.int16)
    payload = describe_noise(room)
    assert len(payload) == 11 and len(describe_noise(room, 0)) == 1
    noise = ComfortNoise(7)
    noise.update(payload)
    noise.fill(800)
    made = np.asarray(noise.fill(8000), float)
    assert made.std() == pytest.approx(room.std(), rel=0.25)
    noise.white(400)
    noise.fill(800)
    assert np.asarray(noise.fill(8000), float).std() == pytest.approx(20, rel=0.2)
    noise.stop()
    assert ComfortNoise().fill(80).tolist() == [0] * 80


@given(st.integers(1, 900))
def test_fax_machines_are_heard(frame: int) -> None:
    line = silence(0.3) + sine(1100, 0.5) + silence(0.5) + sine(2100, 1.0)
    faxes = FaxDetector()
    heard = [
        tone for at in range(0, len(line), frame) for tone in faxes.listen(line[at : at + frame])
    ]
    assert heard == [FaxTone.CALLING, FaxTone.ANSWER]


def speech(seconds: float) -> array[int]:
    return mix([sine(210, seconds), sine(730, seconds, 3000)])


def test_people_and_machines_answer() -> None:
    person = AnswerDetector()
    assert person.answer is None
    person.listen(silence(0.4) + speech(0.5) + silence(1.5))
    assert person.answer == Answer.HUMAN
    nobody = AnswerDetector()
    nobody.listen(silence(3))
    assert nobody.answer == Answer.SILENCE
    machine = AnswerDetector()
    machine.listen(silence(0.3) + speech(2.5))
    assert machine.answer == Answer.MACHINE
    [beep] = machine.listen(silence(0.3) + sine(1000, 0.4) + silence(0.5))
    assert beep.duration == pytest.approx(3200, abs=160)
    assert machine.answer == "machine" and repr(machine) == "AnswerDetector(answer='machine')"
    [alone] = BeepDetector().listen(silence(0.1) + sine(1400, 0.25) + silence(0.3))
    assert alone.end == pytest.approx(0.35 * 8000, abs=160)


def test_keys_do_not_pass() -> None:
    line = silence(0.2) + dtmf_tone("7", 1600) + silence(0.3)
    keyless, pcm = DtmfSuppressor(), np.array(line, np.int16)
    assert [event.key for event in keyless.process(pcm)] == ["7", "7"]
    assert np.abs(pcm).max() < 30
    assert DtmfDetector().listen(pcm) == []


@given(pcm=samples, channels=st.integers(1, 3), encoding=st.sampled_from(list(WavEncoding)))
def test_sound_files_come_back(
    tmp_path_factory: pytest.TempPathFactory, pcm: list[int], channels: int, encoding: str
) -> None:
    path = tmp_path_factory.mktemp("wav") / "a.wav"
    sound = array("h", pcm[: len(pcm) // channels * channels])
    write_wav(path, sound, rate=16_000, channels=channels, encoding=encoding)
    heard, rate, count = read_wav(path)
    assert (rate, count) == (16_000, channels)
    if encoding == WavEncoding.PCM16:
        assert heard == sound
        with wave.open(str(path)) as theirs:
            assert theirs.readframes(1000) == sound.tobytes()
    else:
        law = media.Law.A if encoding == WavEncoding.PCMA else media.Law.MU
        assert heard == g711_decode(g711_encode(sound, law), law)


def test_what_is_no_sound_file(tmp_path: Path) -> None:
    (tmp_path / "x.wav").write_bytes(b"nothing of the kind, at some length" * 9)
    with pytest.raises(MediaError, match=r"x\.wav") as wrong:
        read_wav(tmp_path / "x.wav")
    assert wrong.value.code == "not_sound"
    with wave.open(str(tmp_path / "w.wav"), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(3)
        out.setframerate(8000)
        out.writeframes(bytes(300))
    with pytest.raises(MediaError) as deep:
        read_wav(tmp_path / "w.wav")
    assert deep.value.code in ("coding", "malformed")
    with pytest.raises(FileNotFoundError, match=r"none\.wav"):
        read_wav(tmp_path / "none.wav")
    with pytest.raises(FileExistsError):
        write_wav(tmp_path / "x.wav", array("h"))
    with pytest.raises(ValueError, match="3 samples are not of 2 channels"):
        write_wav(tmp_path / "y.wav", array("h", [1, 2, 3]), channels=2)
    with pytest.raises(BufferError):
        write_wav(tmp_path / "y.wav", b"1234")
