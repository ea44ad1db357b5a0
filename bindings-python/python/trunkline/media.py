"""The sounds of a telephone line, over buffers.

PCM goes in as any contiguous buffer of signed 16-bit integers in the machine's byte order
(``array('h')``, a NumPy ``int16`` array, a ``memoryview`` cast to ``'h'``), codes and packets as any
contiguous buffer of bytes. Neither is copied on its way in, but for what is long: detectors and
converters copy that a second at a time, so that other threads go on. PCM comes out as ``array('h')``, which
NumPy takes without a copy (``numpy.asarray``), codes as ``bytes``; functions that end in ``_into``
write into a buffer of yours. Sound is mono at 8,000 samples a second unless it says otherwise.

>>> from trunkline.media import DtmfDetector, dtmf_tone, g711_decode, g711_encode
>>> line = g711_decode(g711_encode(dtmf_tone("5")))
>>> detector = DtmfDetector()
>>> [(event.kind, event.key) for event in detector.listen(line) + detector.reset()]
[('down', '5'), ('up', '5')]

A frame that was lost on the network is made up for:

>>> from trunkline.media import JitterBuffer
>>> buffer, kinds = JitterBuffer("pcma"), []
>>> for n in range(10):
...     if n != 5:
...         _ = buffer.insert(bytes(160), sequence=n, timestamp=n * 160, arrival_us=n * 20_000)
...     pcm, pulled = buffer.pull(n * 20_000)
...     kinds.append(pulled.kind)
>>> kinds[5:]
['voice', 'voice', 'concealed', 'voice', 'voice']
"""

from __future__ import annotations

from enum import StrEnum

from ._native import (
    Agc,
    AnswerDetector,
    BeepDetector,
    BeepHeard,
    Bridge,
    ComfortNoise,
    Concealer,
    Conference,
    DtmfDetector,
    DtmfSuppressor,
    Fade,
    FaxDetector,
    JitterBuffer,
    JitterStats,
    KeyEvent,
    Law,
    MediaError,
    OpusDecoder,
    OpusEncoder,
    Pulled,
    Resampler,
    ToneDetector,
    ToneHeard,
    Vad,
    describe_noise,
    dtmf_tone,
    g711_decode,
    g711_decode_into,
    g711_encode,
    g711_encode_into,
    read_wav,
    tone,
    tone_of,
    write_wav,
)
from ._native import mixed as mix
from ._native import resample_pcm as resample


class Tone(StrEnum):
    """What a call-progress tone means."""

    DIAL = "dial"
    """Dial."""
    RINGBACK = "ringback"
    """The called telephone rings."""
    BUSY = "busy"
    """The called party is busy."""
    CONGESTION = "congestion"
    """No way through the network."""
    UNOBTAINABLE = "unobtainable"
    """There is no such number."""
    BEEP = "beep"
    """Speak after this tone."""


class TonePlan(StrEnum):
    """Whose frequencies and cadences."""

    CHINA = "china"
    NORTH_AMERICA = "north_america"
    UNITED_KINGDOM = "united_kingdom"
    ETSI = "etsi"
    """Much of Europe."""


class Verdict(StrEnum):
    """What became of a packet in a jitter buffer."""

    TAKEN = "taken"
    """It waits for its time."""
    DUPLICATE = "duplicate"
    """A packet of the same timestamp has come before."""
    LATE = "late"
    """What it holds has been played or replaced already."""
    SUSPECT = "suspect"
    """Another source or clock: kept until the next packet shows what it is."""
    RESTARTED = "restarted"
    """The second packet of a new stream: the buffer has started afresh with both."""
    UNUSABLE = "unusable"
    """Empty, or longer than a telephone frame can be."""


class PulledKind(StrEnum):
    """What most samples of a pull are."""

    VOICE = "voice"
    """Received audio."""
    CONCEALED = "concealed"
    """Made up for packets that did not come in time."""
    COMFORT_NOISE = "comfort_noise"
    """The sender's pause, filled with noise of the level it named."""
    SILENCE = "silence"
    """Nothing to play."""


class FaxTone(StrEnum):
    """What a fax machine announces itself with (ITU-T T.30)."""

    CALLING = "calling"
    """CNG: a machine calls."""
    ANSWER = "answer"
    """CED, ANS or ANSam: a machine or modem answers."""


class Answer(StrEnum):
    """Who has answered an outbound call."""

    HUMAN = "human"
    """A short greeting, then silence."""
    MACHINE = "machine"
    """A long greeting, many words, or a beep."""
    SILENCE = "silence"
    """Nobody has spoken."""
    UNKNOWN = "unknown"
    """None of these within the time given."""


class Supervision(StrEnum):
    """What a supervisor does on a call."""

    AWAY = "away"
    """Not on the call."""
    MONITOR = "monitor"
    """Hears both, is heard by nobody."""
    WHISPER = "whisper"
    """Hears both, is heard by the agent only."""
    BARGE = "barge"
    """A conference of three."""


class WavEncoding(StrEnum):
    """How a sample is stored in a WAV file."""

    PCM16 = "pcm16"
    PCMA = "pcma"
    PCMU = "pcmu"


__all__ = [
    "Agc",
    "Answer",
    "AnswerDetector",
    "BeepDetector",
    "BeepHeard",
    "Bridge",
    "ComfortNoise",
    "Concealer",
    "Conference",
    "DtmfDetector",
    "DtmfSuppressor",
    "Fade",
    "FaxDetector",
    "FaxTone",
    "JitterBuffer",
    "JitterStats",
    "KeyEvent",
    "Law",
    "MediaError",
    "OpusDecoder",
    "OpusEncoder",
    "Pulled",
    "PulledKind",
    "Resampler",
    "Supervision",
    "Tone",
    "ToneDetector",
    "ToneHeard",
    "TonePlan",
    "Vad",
    "Verdict",
    "WavEncoding",
    "describe_noise",
    "dtmf_tone",
    "g711_decode",
    "g711_decode_into",
    "g711_encode",
    "g711_encode_into",
    "mix",
    "read_wav",
    "resample",
    "tone",
    "tone_of",
    "write_wav",
]
