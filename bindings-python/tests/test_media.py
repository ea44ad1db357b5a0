"""Tones, concealment, rates, Opus and the jitter buffer, and what buffers they take."""

from __future__ import annotations

import math
import subprocess
import sys
from array import array
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from trunkline import media
from trunkline.media import (
    Concealer,
    DtmfDetector,
    JitterBuffer,
    OpusDecoder,
    OpusEncoder,
    Resampler,
    Tone,
    ToneDetector,
    TonePlan,
    Vad,
    dtmf_tone,
    g711_decode,
    g711_encode,
    resample,
    tone,
    tone_of,
)


def sine(hz: float, samples: int, *, rate: int = 8000, peak: int = 8000) -> array[int]:
    return array("h", [round(peak * math.sin(math.tau * hz * i / rate)) for i in range(samples)])


def power(pcm: array[int]) -> float:
    return float(np.mean(np.square(np.asarray(pcm, np.float64))))


@pytest.mark.parametrize("plan", TonePlan)
@pytest.mark.parametrize("meaning", [Tone.DIAL, Tone.RINGBACK, Tone.BUSY])
def test_a_tone_is_recognised_in_its_own_country(plan: str, meaning: str) -> None:
    detector = ToneDetector(plan)
    sound = tone(meaning, 8000 * 12, plan=plan)
    heard = [
        event.meaning
        for at in range(0, len(sound), 160)
        for event in detector.listen(sound[at : at + 160])
    ]
    assert heard == [meaning]


def test_tones_of_ones_own_are_played_and_told_apart() -> None:
    # The data of a plan's tone is that tone.
    assert tone_of([(425, 0, 500), (0, 0, 500)], 12_000, dbm0=-10) == tone(
        "busy", 12_000, plan="etsi", dbm0=-10
    )
    ours = {"busy": [(620, 740, 120), (0, 0, 180)], "dial": [(620, 0, 0)]}
    for meaning, steps in ours.items():
        pcm = tone_of(steps, 30_000)
        own = ToneDetector(ours)
        assert [heard.meaning for heard in own.listen(pcm)] == [meaning] == [own.present]
        assert ToneDetector("etsi").listen(pcm) == []
    assert set(tone_of([(1000, 0, 20)], 400, repeats=False)[160:]) == {0}
    with pytest.raises(ValueError, match="4000 Hz is not below 4,000"):
        tone_of([(350, 4_000, 5)])
    with pytest.raises(ValueError, match="no step of the tone sounds"):
        ToneDetector({"busy": [(0, 0, 5)]})
    with pytest.raises(ValueError, match="at most 12 frequencies"):
        ToneDetector({"busy": [(400 + n, 1400 + n, 100) for n in range(7)]})
    with pytest.raises(ValueError, match="meaning is 'lunch'"):
        ToneDetector({"lunch": [(400, 0, 5)]})
    with pytest.raises(ValueError, match="a plan has tones"):
        ToneDetector({})


def test_every_word_is_known() -> None:
    for meaning in Tone:
        assert len(tone(meaning, 80)) == 80
    with pytest.raises(ValueError, match="meaning is 'moo', not one of 'dial'"):
        tone("moo")
    with pytest.raises(ValueError, match="plan is 'mars'"):
        ToneDetector("mars")
    with pytest.raises(ValueError, match="codec is 'g729', not one of 'pcmu', 'pcma'"):
        JitterBuffer("g729")


def test_speech_is_told_from_noise() -> None:
    vad = Vad(hangover_ms=100)
    noise = np.random.default_rng(1).integers(-30, 30, 8000).astype(np.int16)
    assert not vad.heard(noise)
    assert vad.heard(sine(300, 800))
    assert vad.is_active
    vad.heard(noise[:1600])
    assert not vad.is_active
    assert 0 < vad.noise < 1000


def test_what_is_lost_goes_on_as_before() -> None:
    concealer = Concealer()
    wave = sine(200, 8 * 160)
    for at in range(0, 4 * 160, 160):
        concealer.received(wave[at : at + 160])
    made = concealer.conceal(80)
    assert concealer.lost_samples == 80
    error = np.asarray(made, float) - np.asarray(wave[640:720], float)
    assert np.sqrt(np.mean(error**2)) < 400
    frame = np.zeros(160, np.int16)
    concealer.received(frame)
    assert frame[:16].any(), "the beginning is blended, in place"
    assert concealer.lost_samples == 0


def test_rates_have_exact_lengths_and_keep_the_sound() -> None:
    wave = sine(440, 8000)
    wide = resample(wave, 8000, 16000)
    assert len(wide) == 16000
    assert power(wide) == pytest.approx(power(wave), rel=0.02)
    assert resample(wave, 8000, 8000) == wave
    stream = Resampler(8000, 16000)
    pieces = array("h")
    for at in range(0, 8000, 123):
        pieces += stream.process(wave[at : at + 123])
    pieces += stream.finish()
    assert len(pieces) == 16000
    with pytest.raises(ValueError, match="cannot convert 8000 Hz to 1 Hz"):
        resample(wave, 8000, 1)


def test_opus_round_trip_and_its_redundancy() -> None:
    encoder, decoder = OpusEncoder(bitrate=24_000, loss_percent=20), OpusDecoder()
    wave = sine(300, 160 * 50)
    packets = [encoder.encode(wave[at : at + 160]) for at in range(0, len(wave), 160)]
    heard = array("h")
    for packet in packets:
        heard += decoder.decode(packet)
    assert len(heard) == len(wave)
    assert power(heard[1600:]) == pytest.approx(power(wave), rel=0.3)
    assert decoder.decode(b"") == array("h")
    assert len(decoder.recover(packets[-1])) in (0, 160)
    with pytest.raises(media.MediaError, match="not 100") as odd:
        encoder.encode(wave[:100])
    assert (odd.value.code, odd.value.subject, odd.value.limit) == ("frame", 100, 480)


def play(codec: str, packets: list[bytes], *, lost: set[int], step: int) -> tuple[int, int]:
    buffer = JitterBuffer(codec)
    out = np.zeros(160, np.int16)
    for n, packet in enumerate(packets):
        if n not in lost:
            verdict = buffer.insert(
                packet, sequence=n, timestamp=n * step, arrival_us=n * 20_000, ssrc=7
            )
            assert verdict == media.Verdict.TAKEN
        buffer.pull_into(n * 20_000, out)
    stats = buffer.stats
    assert stats.packets == stats.taken == len(packets) - len(lost)
    assert stats.samples == 160 * len(packets)
    kinds = stats.voice_samples, stats.concealed_samples, stats.noise_samples, stats.silent_samples
    assert sum(kinds) == stats.samples
    return stats.voice_samples, stats.concealed_samples


def test_the_jitter_buffer_fills_what_is_lost() -> None:
    wave = sine(250, 160 * 100)
    g711 = [g711_encode(wave[at : at + 160]) for at in range(0, len(wave), 160)]
    assert play("pcma", g711, lost=set(), step=160)[1] == 0
    voice, concealed = play("pcma", g711, lost={50, 70}, step=160)
    assert concealed >= 160
    assert voice > 90 * 160
    encoder = OpusEncoder()
    opus = [encoder.encode(wave[at : at + 160]) for at in range(0, len(wave), 160)]
    assert play("opus", opus, lost=set(), step=960)[1] == 0


def test_late_and_repeated_packets_are_told_of() -> None:
    buffer = JitterBuffer("pcmu", min_delay_ms=20, max_delay_ms=60)
    frame = bytes(160)
    for n in range(10):
        buffer.insert(frame, sequence=n, timestamp=n * 160, arrival_us=n * 20_000)
        pcm, pulled = buffer.pull(n * 20_000)
        assert len(pcm) == 160
    assert pulled.kind in set(media.PulledKind)
    assert buffer.insert(frame, sequence=9, timestamp=9 * 160, arrival_us=200_000) == "duplicate"
    assert buffer.insert(b"", sequence=10, timestamp=1600, arrival_us=200_000) == "unusable"
    assert buffer.stats.duplicate == 1


WANTS_PCM: list[Callable[[object], object]] = [
    lambda pcm: g711_encode(pcm),  # type: ignore[arg-type]
    lambda pcm: DtmfDetector().listen(pcm),  # type: ignore[arg-type]
    lambda pcm: ToneDetector().listen(pcm),  # type: ignore[arg-type]
    lambda pcm: Vad().heard(pcm),  # type: ignore[arg-type]
    lambda pcm: Resampler(8000, 16000).process(pcm),  # type: ignore[arg-type]
    lambda pcm: resample(pcm, 8000, 16000),  # type: ignore[arg-type]
]
WRITES_PCM: list[Callable[[object], object]] = [
    lambda pcm: Concealer().received(pcm),  # type: ignore[arg-type]
    lambda pcm: JitterBuffer().pull_into(0, pcm),  # type: ignore[arg-type]
    lambda pcm: media.g711_decode_into(bytes(160), pcm),  # type: ignore[arg-type]
]
WANTS_BYTES: list[Callable[[object], object]] = [
    lambda codes: g711_decode(codes),  # type: ignore[arg-type]
    lambda codes: OpusDecoder().decode(codes),  # type: ignore[arg-type]
    lambda codes: OpusDecoder().recover(codes),  # type: ignore[arg-type]
    lambda codes: JitterBuffer().insert(codes, sequence=0, timestamp=0, arrival_us=0),  # type: ignore[arg-type]
]


@pytest.mark.parametrize("take", WANTS_PCM + WRITES_PCM)
def test_pcm_is_contiguous_int16_and_nothing_else(take: Callable[[object], object]) -> None:
    for wrong in (
        bytes(320),
        np.zeros(160, np.float32),
        np.zeros(160, np.uint16),
        np.zeros(160, ">i2"),
        np.zeros(320, np.int16)[::2],
        np.zeros((8, 40), np.int16).T[:, ::2],
    ):
        with pytest.raises(BufferError):
            take(wrong)
    with pytest.raises((TypeError, BufferError)):
        take([0] * 160)
    for right in (
        array("h", bytes(320)),
        np.zeros(160, np.int16),
        memoryview(array("h", bytes(320))),
    ):
        take(right)


@pytest.mark.parametrize("write", WRITES_PCM)
def test_what_is_written_to_must_be_writable(write: Callable[[object], object]) -> None:
    fixed = np.zeros(160, np.int16)
    fixed.flags.writeable = False
    with pytest.raises(BufferError, match="read-only"):
        write(fixed)


@pytest.mark.parametrize("take", WANTS_BYTES)
def test_codes_are_contiguous_bytes_and_nothing_else(take: Callable[[object], object]) -> None:
    for wrong in (array("h", bytes(320)), np.zeros(160, np.int16), np.zeros(320, np.uint8)[::2]):
        with pytest.raises(BufferError):
            take(wrong)
    for right in (bytes(160), bytearray(160), memoryview(bytes(160)), np.zeros(160, np.uint8)):
        take(right)


@pytest.mark.parametrize("take", WANTS_BYTES)
def test_no_bytes_are_none(take: Callable[[object], object]) -> None:
    take(b"")
    take(np.zeros(0, np.uint8))


def test_what_comes_out_is_shared_with_numpy() -> None:
    pcm = g711_decode(bytes(160))
    view = np.asarray(pcm)
    assert view.dtype == np.int16
    pcm[7] = 4711
    assert view[7] == 4711, "the array is the memory that was decoded into"
    assert np.shares_memory(view, np.frombuffer(pcm, np.int16))


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_what_goes_in_is_not_copied() -> None:
    # In a process of its own, because the most memory there ever was is measured.
    script = """
import resource, sys
import numpy as np
from trunkline.media import DtmfDetector, Vad, g711_decode_into, g711_encode_into
pcm, codes = np.zeros(50_000_000, np.int16), np.zeros(50_000_000, np.uint8)
pcm[:] = 5; codes[:] = 0xD5
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
g711_encode_into(pcm, codes)
g711_decode_into(codes, pcm)
Vad().heard(pcm[:8_000_000])
DtmfDetector().listen(memoryview(pcm)[:8_000_000])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(run.stdout) < 4_000, "KiB more, where a copy of the least would be 16,000"


@pytest.mark.parametrize("take", WANTS_PCM)
def test_empty_sound_is_sound(take: Callable[[object], object]) -> None:
    take(array("h"))
    take(np.zeros(0, np.int16))


@given(st.binary(max_size=2000))
def test_any_bytes_are_a_packet_or_silence(payload: bytes) -> None:
    buffer = JitterBuffer("opus")
    buffer.insert(payload, sequence=0, timestamp=0, arrival_us=0)
    pcm, _ = buffer.pull(0, 480)
    assert len(pcm) == 480
    assert len(OpusDecoder().decode(payload)) <= 960


def test_each_says_what_it_is() -> None:
    encoder = OpusEncoder(bitrate=24_000, loss_percent=20)
    assert repr(encoder) == "OpusEncoder(bitrate=24000, loss_percent=20)"
    assert repr(Resampler(8000, 16000)) == "Resampler(8000, 16000)"
    concealer = Concealer()
    concealer.conceal(80)
    assert repr(concealer) == "Concealer(lost_samples=80)"
    assert repr(ToneDetector()) == "ToneDetector(present=None)"
    assert repr(Vad()).startswith("Vad(is_active=False, noise=")
    buffer = JitterBuffer(min_delay_ms=40, max_delay_ms=40)
    assert repr(buffer).startswith("JitterBuffer(packets=0, samples=0, delay_ms=")


def test_dtmf_survives_a_network() -> None:
    buffer, detector = JitterBuffer("pcma"), DtmfDetector()
    line = g711_encode(dtmf_tone("7", 1600))
    keys = []
    for n in range(20):
        payload = line[n * 160 : n * 160 + 160] or bytes([0xD5]) * 160
        buffer.insert(payload, sequence=n, timestamp=n * 160, arrival_us=n * 20_000)
        keys += [
            event.key
            for event in detector.listen(buffer.pull(n * 20_000)[0])
            if event.kind == "down"
        ]
    assert keys == ["7"]
