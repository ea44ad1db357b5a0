"""``trunkline rec``: look into recordings, and get sound out of them."""

from __future__ import annotations

import argparse
import getpass
from dataclasses import asdict
from datetime import UTC, datetime

from ..record import Findings, Reader, recover, verify
from ._show import Commands, clock, command, group, say, seconds


def add_to(commands: Commands) -> None:
    """Declare the commands."""
    rec = group(commands, "rec", "recordings (.tlr)")
    info = command(rec, "info", _info, "what a recording holds")
    info.add_argument("file")
    check = command(rec, "verify", _verify, "whether recordings are whole and unchanged")
    check.add_argument("file", nargs="+")
    mend = command(rec, "recover", _recover, "save what is whole of a damaged recording")
    mend.add_argument("file")
    mend.add_argument("out")
    wav = command(rec, "play-to-wav", _wav, "write the sound as WAV")
    wav.add_argument("--mixed", action="store_true", help="all channels in one")
    opus = command(rec, "play-to-opus", _opus, "write the sound as Ogg Opus, channels in one")
    for play in (wav, opus):
        play.add_argument("file")
        play.add_argument("out")
        play.add_argument("--from", dest="start", type=seconds, default=0.0, metavar="TIME")
        play.add_argument("--to", dest="stop", type=seconds, metavar="TIME")
    for opens in (info, mend, wav, opus):
        opens.add_argument("--passphrase", action="store_true", help="ask for the passphrase")


def _passphrase(given: argparse.Namespace) -> str | None:
    return getpass.getpass("passphrase: ") if given.passphrase else None


def _info(given: argparse.Namespace) -> int:
    with Reader(given.file, passphrase=_passphrase(given)) as call:
        began = datetime.fromtimestamp(call.started_ms / 1000, UTC)
        fields = {
            "file": given.file,
            "started": began.isoformat(timespec="milliseconds"),
            "duration_s": call.duration_s,
            "finished": call.is_finished,
            "channels": [asdict(channel) for channel in call.channels],
            "meta": call.meta,
            "marks": [asdict(mark) for mark in call.marks],
            "damage": call.damage,
        }
        lines = [
            f"started   {began:%Y-%m-%d %H:%M:%S} UTC",
            f"duration  {clock(call.duration_s)}",
            *(f"channel   {of.name}: {of.coding}, {of.rate} Hz" for of in call.channels),
            *(f"meta      {key}: {value}" for key, value in call.meta.items()),
            *(f"mark      {clock(of.at_s)} {of.channel} {of.kind} {of.text}" for of in call.marks),
        ]
        if not call.is_finished:
            lines.append("not finished: trunkline rec recover closes it")
        lines += [f"damaged   bytes {start} to {end}" for start, end in call.damage]
    say(given, fields, lines)
    return 0


def _faults(found: Findings) -> list[str]:
    faults = [] if found.closed else ["not closed"]
    faults += [f"damaged at bytes {start} to {end}" for start, end in found.damaged]
    faults += [f"records {first} to {end - 1} are missing" for first, end in found.missing]
    faults += [f"changed at byte {byte}" for byte in found.broken]
    if found.signature in ("partial", "wrong"):
        faults.append(f"{found.signature} signature")
    return faults


def _fields(found: Findings) -> dict[str, object]:
    key = found.signed_by
    return asdict(found) | {"signed_by": None if key is None else key.hex()}


def _verify(given: argparse.Namespace) -> int:
    all_found = {file: verify(file) for file in given.file}
    lines = []
    for file, found in all_found.items():
        signed = "" if found.signed_by is None else f", signed by {found.signed_by.hex()}"
        state = "intact" + signed if found.is_intact else "; ".join(_faults(found))
        lines.append(f"{file}: {state}")
    say(given, {file: _fields(found) for file, found in all_found.items()}, lines)
    return 0 if all(found.is_intact for found in all_found.values()) else 1


def _recover(given: argparse.Namespace) -> int:
    found = recover(given.file, given.out, passphrase=_passphrase(given))
    lines = [f"{given.out}: {found.records} records saved", *_faults(found)]
    say(given, _fields(found), lines)
    return 0


def _wav(given: argparse.Namespace) -> int:
    with Reader(given.file, passphrase=_passphrase(given)) as call:
        call.export_wav(given.out, given.start, given.stop, mixed=given.mixed)
    say(given, {"out": given.out}, [given.out])
    return 0


def _opus(given: argparse.Namespace) -> int:
    with Reader(given.file, passphrase=_passphrase(given)) as call:
        call.export_opus(given.out, given.start, given.stop)
    say(given, {"out": given.out}, [given.out])
    return 0
