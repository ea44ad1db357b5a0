"""What commands have in common: how they are declared, and how they say what they found."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    Commands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]
else:
    Commands = argparse._SubParsersAction
Run: TypeAlias = Callable[[argparse.Namespace], int]


def command(to: Commands, name: str, run: Run, text: str) -> argparse.ArgumentParser:
    """A command that does something, with ``--json``."""
    made = to.add_parser(name, help=text, description=text, allow_abbrev=False)
    made.add_argument("--json", action="store_true", help="say it as JSON")
    made.set_defaults(run=run)
    return made


def group(to: Commands, name: str, text: str) -> Commands:
    """A command that has commands of its own."""
    made = to.add_parser(name, help=text, description=text, allow_abbrev=False)
    return made.add_subparsers(metavar="COMMAND", required=True)


def say(given: argparse.Namespace, fields: Mapping[str, Any], text: Iterable[str]) -> None:
    """What was found: as JSON if that was asked for, otherwise as lines of text."""
    if given.json:
        print(json.dumps(fields, indent=2, ensure_ascii=False))
    else:
        for line in text:
            print(line)


def share(text: str) -> float:
    """A share on the command line: ``0.8`` or ``80%``."""
    value = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is no share: 0.8 or 80%")
    return value


def seconds(text: str) -> float:
    """A duration on the command line: ``90``, ``90s``, ``1.5m``, ``8h``."""
    units = {"s": 1.0, "m": 60.0, "h": 3600.0}
    number, unit = (text[:-1], units[text[-1]]) if text[-1:] in units else (text, 1.0)
    try:
        value = float(number) * unit
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e9:
        raise argparse.ArgumentTypeError(f"{text} is no duration: 90, 90s, 1.5m or 8h")
    return value


def clock(s: float) -> str:
    """Seconds as hours, minutes and seconds."""
    return f"{int(s) // 3600}:{int(s) // 60 % 60:02}:{s % 60:04.1f}"
