"""Recordings: both parties of a call, losslessly, in one ``.tlr`` file.

>>> import tempfile, pathlib
>>> from trunkline.record import Channel, Reader, Writer, verify
>>> path = pathlib.Path(tempfile.mkdtemp()) / "call.tlr"
>>> channels = [Channel("caller", "pcma"), Channel("agent", "pcma")]
>>> with Writer(path, channels, started_ms=1_760_000_000_000, meta={"queue": "sales"}) as call:
...     for frame in range(100):
...         call.write(0, frame * 160, bytes([0x55]) * 160)
...         call.write(1, frame * 160, bytes([0xD5]) * 160)
>>> with Reader(path) as call:
...     call.meta["queue"], call.duration_s, len(call.samples("agent", 0.5, 1.0))
('sales', 2.0, 4000)
>>> verify(path).is_intact
True

``Reader`` opens finished, unfinished and damaged files; slicing it by seconds gives a NumPy array
(``call[10.0:12.5]``, one column a channel). Positions count a channel's samples from the start of
the call; take them from the RTP timestamps. What was never recorded reads as silence.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from ._native import (
    RecordError,
    RecordingReader,
    RecordingWriter,
    public_keys,
    recover_recording,
    verify_recording,
)
from ._ogg import write_ogg_opus

if TYPE_CHECKING:
    from array import array
    from typing import Self

    from numpy import int16
    from numpy.typing import NDArray
    from typing_extensions import Buffer


class Coding(StrEnum):
    """How a channel's sound comes and is stored."""

    PCMU = "pcmu"
    """G.711 µ-law bytes, kept losslessly."""
    PCMA = "pcma"
    """G.711 A-law bytes, kept losslessly."""
    PCM16 = "pcm16"
    """Linear 16-bit samples, kept losslessly."""
    OPUS = "opus"
    """Opus packets as they came; the clock runs at 48,000 a second."""


class MarkKind(StrEnum):
    """What a mark stands for."""

    NOTE = "note"
    """A remark."""
    KEY = "key"
    """A key was pressed; the text is the key."""
    LOSS = "loss"
    """Packets of this stretch never came."""
    HOLD = "hold"
    """The party was on hold."""
    SILENCE = "silence"
    """The sender was silent and sent nothing."""
    CONCEALED = "concealed"
    """The stretch holds concealment, not what was said."""
    JOINED = "joined"
    """The party joined here."""
    TRANSFERRED = "transferred"
    """The party was transferred here."""
    PAUSED = "paused"
    """Recording was paused for this stretch and its sound was never stored."""
    OVERLOAD = "overload"
    """The recorder was overloaded and this stretch is missing."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One party's channel."""

    name: str
    """Whose it is: ``caller``."""
    coding: Coding | str = Coding.PCMA
    rate: int = 8000
    """Samples a second of its clock; 48,000 for Opus."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened on a channel, or a stretch of it."""

    channel: str
    """The channel's name."""
    at_s: float
    """When, in seconds after the start."""
    length_s: float
    """How long it lasts; 0 for a moment."""
    kind: MarkKind
    text: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What is known of a file without its key."""

    is_intact: bool
    """Closed, and nothing damaged, missing, changed or wrongly signed."""
    records: int
    """Whole records."""
    closed: bool
    """Whether its end is there."""
    recovered: bool
    """Whether :func:`recover` closed it instead of its writer."""
    damaged: list[tuple[int, int]]
    """Bytes of the file that are no whole record: the first, and the one behind the last."""
    missing: list[tuple[int, int]]
    """Numbers of records that should be there, likewise."""
    broken: list[int]
    """Bytes at which records begin that do not continue the chain: changed or spliced in."""
    samples: list[int]
    """Samples of each channel."""
    signature: str
    """"none", "closed" (all of it is signed), "partial" (the end is not), or "wrong"."""
    signed_by: bytes | None
    """The Ed25519 public key that signed it, for you to compare."""


class Writer:
    """Writes one call: a context manager that closes the file.

    The file must not exist. Whatever stops the program, what was written stays readable up to the
    last ``block_ms``; :func:`recover` closes such a file. ``level`` is "live" (for thousands of
    channels), "fast", "high" or "max" (for the archive). With a ``passphrase``, or the X25519 public
    keys of ``recipients``, nobody else can read it; with ``sign_seed`` (32 secret bytes) it is
    signed.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        channels: Iterable[Channel],
        *,
        started_ms: int | None = None,
        meta: Mapping[str, str] | None = None,
        level: str = "live",
        block_ms: int = 1000,
        passphrase: str | None = None,
        recipients: Iterable[bytes] = (),
        sign_seed: bytes | None = None,
    ) -> None:
        self._channels = tuple(channels)
        self._writer = RecordingWriter(
            path,
            id=os.urandom(16),
            started_ms=time.time_ns() // 1_000_000 if started_ms is None else started_ms,
            channels=[(of.name, str(of.coding), of.rate) for of in self._channels],
            meta=list((meta or {}).items()),
            level=level,
            block_ms=block_ms,
            passphrase=passphrase,
            recipients=list(recipients),
            entropy=os.urandom(32),
            sign_seed=sign_seed,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Writer({', '.join(of.name for of in self._channels)}, closed={self.closed})"

    def write(self, channel: int, position: int, samples: Buffer) -> None:
        """Samples of a channel from this position on, not before the end of what it holds: bytes
        for G.711, int16 for PCM, of any length."""
        self._writer.write(channel, position, samples)

    def packet(self, channel: int, position: int, samples: int, packet: Buffer) -> None:
        """An Opus packet that begins at this position and covers so many samples at 48 kHz."""
        self._writer.packet(channel, position, samples, packet)

    def mark(
        self, channel: int, position: int, text: str = "", *, kind: str = "note", length: int = 0
    ) -> None:
        """Mark a moment, or a stretch of so many samples."""
        self._writer.mark(channel, position, length, kind, text)

    def meta(self, key: str, value: str) -> None:
        """Say something more of the call; a later value of a key stands for all earlier ones."""
        self._writer.meta(key, value)

    def clock(self, channel: int, position: int, at_s: float) -> None:
        """Say when a sample was, in seconds after the start: for channels whose clock drifts."""
        self._writer.clock(channel, position, round(at_s * 1e6))

    def pause(self, channel: int, position: int) -> None:
        """Keep nothing of a channel from here on: the card number is said."""
        self._writer.pause(channel, position)

    def resume(self, channel: int, position: int) -> None:
        """Keep the channel again, and mark what was left out."""
        self._writer.resume(channel, position)

    def flush(self) -> None:
        """Write what is pending as shorter blocks."""
        self._writer.flush()

    def close(self) -> None:
        """End the recording: index, check sums, signature. A second time does nothing."""
        self._writer.close()

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._writer.closed


class Reader:
    """Reads one call, finished or not, whole or damaged; a context manager.

    Raises :class:`RecordError` with ``code`` "locked" or "wrong_key" for one that ``passphrase`` or
    ``secret`` (an X25519 secret key, 32 bytes) must open, and "too_costly" where the passphrase
    would take more than ``passphrase_mib`` MiB of Argon2 memory times passes: a file says itself
    what it takes.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        passphrase: str | None = None,
        secret: bytes | None = None,
        passphrase_mib: int = 1024,
    ) -> None:
        self.path = Path(path)
        """The file."""
        self._open: RecordingReader | None = RecordingReader(
            path, passphrase=passphrase, secret=secret, passphrase_mib=passphrase_mib
        )

    @property
    def _reader(self) -> RecordingReader:
        if self._open is None:
            raise ValueError("the recording is closed")
        return self._open

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Reader('{self.path}')" if self._open else f"Reader('{self.path}', closed)"

    def close(self) -> None:
        """Close the file."""
        self._open = None

    @property
    def started_ms(self) -> int:
        """When the call began, in ms since the Unix epoch."""
        return self._reader.started_ms

    @property
    def channels(self) -> list[Channel]:
        """The channels, in their order."""
        return [
            Channel(name, Coding(coding), rate) for name, coding, rate, _ in self._reader.channels
        ]

    @property
    def meta(self) -> dict[str, str]:
        """What is known of the call."""
        return dict(self._reader.meta)

    @property
    def marks(self) -> list[Mark]:
        """The marks, in the order in which they were made."""
        names = [channel.name for channel in self.channels]
        return [
            Mark(names[channel], from_us / 1e6, long_us / 1e6, MarkKind(kind), text)
            for channel, from_us, long_us, kind, text in self._reader.marks
            if channel < len(names)
        ]

    @property
    def duration_s(self) -> float:
        """When the last channel ends, in seconds after the start."""
        return self._reader.duration_us / 1e6

    @property
    def is_finished(self) -> bool:
        """Whether the file was closed; one that was not is scanned when it is opened."""
        return self._reader.is_indexed

    @property
    def damage(self) -> list[tuple[int, int]]:
        """Stretches of the file that were lost, in bytes; their sound reads as silence."""
        return self._reader.damage

    def _place(self, channel: str | int) -> int:
        names = [of.name for of in self.channels]
        if isinstance(channel, str):
            if channel not in names:
                raise KeyError(f"no channel '{channel}', but {', '.join(names)}")
            return names.index(channel)
        if not 0 <= channel < len(names):
            raise IndexError(f"no channel {channel}: there are {len(names)}")
        return channel

    def samples(
        self, channel: str | int, from_s: float = 0.0, to_s: float | None = None
    ) -> array[int]:
        """A channel's PCM samples between two times as array('h'), at the channel's own rate (8,000
        a second for Opus). Channels read this way stay side by side, however their clocks ran."""
        place = self._place(channel)
        rate = self.rate(place)
        end = self.duration_s if to_s is None else min(to_s, self.duration_s)
        count = max(0, round(end * rate) - round(from_s * rate))
        return self._reader.read_at(place, _micros(from_s), count)

    def rate(self, channel: str | int) -> int:
        """Samples a second that :meth:`samples` gives for a channel."""
        of = self.channels[self._place(channel)]
        return 8000 if of.coding == Coding.OPUS else of.rate

    def array(self, from_s: float = 0.0, to_s: float | None = None) -> NDArray[int16]:
        """All channels between two times as a NumPy array of int16, one column a channel, at the
        rate of the quickest."""
        import numpy as np

        end = None if to_s is None else _micros(to_s)
        sound, _, channels = self._reader.play(_micros(from_s), end, mixed=False)
        return np.frombuffer(sound, np.int16).reshape(-1, channels)

    def __getitem__(self, seconds: slice) -> NDArray[int16]:
        if not isinstance(seconds, slice) or seconds.step is not None:
            raise TypeError("a recording is sliced by seconds: call[1.5:2.0]")
        return self.array(seconds.start or 0.0, seconds.stop)

    def picture(
        self, channel: str | int, columns: int, from_s: float = 0.0, to_s: float | None = None
    ) -> bytes:
        """The greatest magnitude in each of so many equal stretches, in 128ths of full scale; quick
        at any length."""
        end = self.duration_s if to_s is None else to_s
        return self._reader.picture(self._place(channel), _micros(from_s), _micros(end), columns)

    def export_wav(
        self,
        path: str | os.PathLike[str],
        from_s: float = 0.0,
        to_s: float | None = None,
        *,
        mixed: bool = False,
    ) -> None:
        """Write a stretch as a WAV file of 16-bit PCM: one channel for each of the recording, or
        all of them added up into one. The file must not exist."""
        end = None if to_s is None else _micros(to_s)
        self._reader.export_wav(path, _micros(from_s), end, mixed=mixed)

    def export_opus(
        self,
        path: str | os.PathLike[str],
        from_s: float = 0.0,
        to_s: float | None = None,
        *,
        bitrate: int = 24_000,
    ) -> None:
        """Write a stretch, all channels added up into one, as an Ogg Opus file at 8 kHz. The file
        must not exist."""
        end = None if to_s is None else _micros(to_s)
        sound, rate, _ = self._reader.play(_micros(from_s), end, mixed=True)
        write_ogg_opus(path, sound, rate, bitrate=bitrate, comments=self.meta)


def _micros(seconds: float) -> int:
    if not 0 <= seconds < 1e12:
        raise ValueError(f"{seconds} is no time in a recording")
    return round(seconds * 1e6)


def verify(path: str | os.PathLike[str]) -> Findings:
    """Read a whole recording and check everything that can be checked without its key."""
    return Findings(**verify_recording(path))


def recover(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    passphrase: str | None = None,
    secret: bytes | None = None,
    passphrase_mib: int = 1024,
    sign_seed: bytes | None = None,
) -> Findings:
    """Copy what is whole of a recording that was cut short or damaged into a new file, and close
    that; what was found in the old one. The key of an encrypted one only serves the new index."""
    found: dict[str, Any] = recover_recording(
        source,
        target,
        passphrase=passphrase,
        secret=secret,
        passphrase_mib=passphrase_mib,
        sign_seed=sign_seed,
    )
    return Findings(**found)


def signing_key(seed: bytes) -> bytes:
    """The Ed25519 public key that belongs to ``sign_seed``, as ``Findings.signed_by`` has it."""
    return bytes(public_keys(seed)[0])


def recipient_key(secret: bytes) -> bytes:
    """The X25519 public key that belongs to ``Reader``'s ``secret``, for ``Writer``'s
    ``recipients``."""
    return bytes(public_keys(secret)[1])


__all__ = [
    "Channel",
    "Coding",
    "Findings",
    "Mark",
    "MarkKind",
    "Reader",
    "RecordError",
    "Writer",
    "recipient_key",
    "recover",
    "signing_key",
    "verify",
]
