"""``trunkline sim``: play a centre."""

from __future__ import annotations

import argparse
import json
import sys
from math import isfinite
from typing import Any

from ..sim import Centre, Estimate, Moment, Study, Target, agents_needed, study
from ._show import Commands, command, say, seconds, share


def add_to(commands: Commands) -> None:
    """Declare the command."""
    made = command(commands, "sim", _run, "play a centre described in a TOML or JSON file")
    made.add_argument("file", help="the centre: queues, streams, groups, length_s, ...")
    made.add_argument("--runs", type=int, default=10, metavar="N", help="days played (10)")
    made.add_argument("--seed", type=int, default=1, metavar="N", help="of the first day (1)")
    made.add_argument(
        "--agents-for", type=share, metavar="SHARE",
        help="find the fewest agents that answer this share in time, instead of those in the file",
    )  # fmt: skip
    made.add_argument(
        "--group", type=int, default=0, metavar="N", help="of which group, by place (0)"
    )
    made.add_argument("--png", metavar="FILE", help="draw the day into this file")
    made.add_argument("--watch", action="store_true", help="show one day live in the terminal")
    made.add_argument(
        "--every", type=seconds, default=60.0, metavar="TIME", help="a frame of --watch (60s)"
    )
    made.add_argument(
        "--start", type=seconds, default=0.0, metavar="TIME", help="time of day it begins (0h)"
    )


def _run(given: argparse.Namespace) -> int:
    centre = Centre.from_file(given.file)
    progress = sys.stderr.isatty() and not given.json
    if given.watch and given.json:
        for moment in centre.watch(given.seed, every_s=given.every):
            print(json.dumps(_moment(moment, given.start)), flush=True)
        return 0
    if given.watch:
        from ..sim import wallboard

        wallboard.show(centre, given.seed, every_s=given.every, start_s=given.start)
        return 0
    fields: dict[str, Any] = {"file": given.file, "runs": given.runs}
    if given.png:
        centre = centre.replace(keep_calls=True)
    if given.agents_for is not None:
        found = agents_needed(
            centre,
            Target(service_level=given.agents_for),
            group=given.group,
            runs=given.runs,
            first_seed=given.seed,
            progress=progress,
        )
        result, fields["agents"] = found.study, found.agents
    else:
        result = study(centre, runs=given.runs, first_seed=given.seed, progress=progress)
    measures = _measures(result)
    for name, of in measures.items():
        fields[name] = {"mean": of.mean, "error": of.error if isfinite(of.error) else None}
    lines = [f"{fields['agents']} agents"] if "agents" in fields else []
    lines += [_line(name, of) for name, of in measures.items()]
    if given.png:
        from ..sim import plot

        plot.overview(result, start_s=given.start).savefig(given.png)
        lines.append(f"drawn: {given.png}")
    say(given, fields, lines)
    return 0


def _moment(of: Moment, start_s: float) -> dict[str, Any]:
    """A moment of a run: when, and each queue's counters and agents."""
    queues = [
        {name: getattr(part, name) for part in queue for name in type(part).__match_args__}
        for queue in of.queues
    ]
    return {"at_s": start_s + of.at_s, "queues": queues}


def _measures(of: Study) -> dict[str, Estimate]:
    return {
        "offered": of.estimate(lambda run: run.total.offered),
        "service_level": of.service_level,
        "abandonment": of.abandonment,
        "occupancy": of.occupancy,
        "answer_s": of.answer_s,
    }


def _line(name: str, of: Estimate) -> str:
    within = f" ± {2 * of.error:{_form(name)}}" if isfinite(of.error) else ""
    return f"{name.replace('_', ' '):14}{of.mean:{_form(name)}}{within}"


def _form(name: str) -> str:
    return {"offered": ".0f", "answer_s": ".1f"}.get(name, ".1%")
