"""The ``trunkline`` command: simulate, staff, try dialogues, look into recordings.

Exit codes: 0 when all is well, 1 when something is wrong with what was given (a flow that does not
compile, a scenario that fails, a recording that is damaged, a file that is not there), 2 for a
command line that makes no sense.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from .._native import Error, __version__
from . import _ivr, _rec, _sim, _staff, _wav


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(
        prog="trunkline", description=(__doc__ or "").splitlines()[0], allow_abbrev=False
    )
    top.add_argument("--version", action="version", version=f"trunkline {__version__}")
    commands = top.add_subparsers(metavar="COMMAND", required=True)
    for part in (_sim, _staff, _ivr, _rec, _wav):
        part.add_to(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code."""
    given = parser().parse_args(arguments)
    try:
        return int(given.run(given))
    except (Error, OSError, ValueError, TypeError, ImportError) as error:
        print(f"trunkline: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
