"""``trunkline wav2...``: WAV files into what telephony takes."""

from __future__ import annotations

import argparse
from array import array

from .._ogg import write_ogg_opus
from ..media import Law, g711_encode, mix, read_wav, resample
from ..record import Channel, Writer
from ._show import Commands, Run, command, say


def add_to(commands: Commands) -> None:
    """Declare the commands."""
    for name, run, text in (
        ("wav2pcma", _g711(Law.A), "a WAV file as raw A-law at 8 kHz: a prompt for a PBX"),
        ("wav2pcmu", _g711(Law.MU), "a WAV file as raw µ-law at 8 kHz"),
        ("wav2opus", _opus, "a WAV file as Ogg Opus at 8 kHz"),
        ("wav2tlr", _tlr, "a WAV file as a recording, one channel each, at its own rate"),
    ):
        made = command(commands, name, run, text)
        made.add_argument("file", help="WAV or AU: 16-bit PCM, A-law or µ-law, any rate")
        made.add_argument("out")
        if run is _opus:
            made.add_argument("--bitrate", type=int, default=24_000, metavar="N", help="(24000)")
        if run is _tlr:
            made.add_argument(
                "--channels", default="caller,agent", metavar="NAMES", help="(caller,agent)"
            )


def _read(path: str) -> tuple[list[array[int]], int]:
    """The channels of a sound file, and its rate."""
    frames, rate, channels = read_wav(path)
    return [frames[at::channels] for at in range(channels)], rate


def _mixed(path: str) -> array[int]:
    """A WAV file as mono at 8 kHz."""
    channels, rate = _read(path)
    pcm = mix(channels)
    return resample(pcm, rate, 8000)


def _done(given: argparse.Namespace, samples: int) -> int:
    say(given, {"out": given.out, "duration_s": samples / 8000}, [given.out])
    return 0


def _g711(law: Law) -> Run:
    def run(given: argparse.Namespace) -> int:
        pcm = _mixed(given.file)
        with open(given.out, "xb") as out:
            out.write(g711_encode(pcm, law))
        return _done(given, len(pcm))

    return run


def _opus(given: argparse.Namespace) -> int:
    pcm = _mixed(given.file)
    write_ogg_opus(given.out, pcm, 8000, bitrate=given.bitrate, comments={})
    return _done(given, len(pcm))


def _tlr(given: argparse.Namespace) -> int:
    channels, rate = _read(given.file)
    names = given.channels.split(",")
    names += [f"channel {at}" for at in range(len(names), len(channels))]
    with Writer(
        given.out, [Channel(name, "pcm16", rate) for name in names[: len(channels)]]
    ) as call:
        for at, pcm in enumerate(channels):
            call.write(at, 0, pcm)
    return _done(given, round(len(channels[0]) * 8000 / rate))
