"""``trunkline staff``: how many agents, by the formulas."""

from __future__ import annotations

import argparse

from ..sim import Day, Target, erlang_agents, roster, service
from ._show import Commands, clock, command, say, seconds, share


def add_to(commands: Commands) -> None:
    """Declare the command."""
    made = command(
        commands, "staff", _run,
        "how many agents a load needs (Erlang C; A with --patience), or a day and its shifts",
    )  # fmt: skip
    load = made.add_mutually_exclusive_group(required=True)
    load.add_argument("--calls-per-hour", type=float, metavar="N")
    load.add_argument(
        "--day", metavar="N,N,...", help="calls of each interval of a day, for a roster"
    )
    made.add_argument("--handle", type=seconds, required=True, metavar="TIME", help="for one call")
    made.add_argument("--patience", type=seconds, metavar="TIME", help="of callers, on average")
    made.add_argument("--within", type=seconds, default=20.0, metavar="TIME", help="(20s)")
    made.add_argument("--level", type=share, default=0.8, metavar="SHARE", help="in time (80%%)")
    made.add_argument("--agents", type=int, metavar="N", help="say what so many give instead")
    made.add_argument("--interval", type=seconds, default=1800.0, metavar="TIME", help="(30m)")
    made.add_argument("--shift", type=seconds, default=28_800.0, metavar="TIME", help="(8h)")
    made.add_argument(
        "--shrinkage", type=share, default=0.0, metavar="SHARE", help="paid, not at work (0)"
    )


def _run(given: argparse.Namespace) -> int:
    return _load(given) if given.day is None else _day(given)


def _load(given: argparse.Namespace) -> int:
    agents = given.agents or erlang_agents(
        calls_per_hour=given.calls_per_hour,
        handle_s=given.handle,
        share=given.level,
        within_s=given.within,
        patience_s=given.patience,
    )
    of = service(
        calls_per_hour=given.calls_per_hour,
        handle_s=given.handle,
        agents=agents,
        patience_s=given.patience,
        within_s=given.within,
    )
    fields = {"agents": agents} | {name: getattr(of, name) for name in type(of).__match_args__}
    lines = [
        f"agents        {agents}",
        f"in time       {of.in_level:.1%}",
        f"abandoned     {of.abandoned:.1%}",
        f"have to wait  {of.wait_probability:.1%}",
        f"average wait  {of.wait_s:.1f} s",
        f"occupancy     {of.occupancy:.1%}",
    ]
    say(given, fields, lines)
    return 0


def _day(given: argparse.Namespace) -> int:
    day = Day(
        calls=[float(calls) for calls in given.day.split(",")],
        interval_s=round(given.interval),
        handle=given.handle,
        patience=given.patience,
        within_s=given.within,
    )
    plan = roster(
        day,
        Target(service_level=given.level),
        shift_s=round(given.shift),
        shrinkage=given.shrinkage,
    )
    fields = {
        "agents": plan.agents,
        "needs": plan.needs,
        "starts": plan.starts,
        "there": plan.there,
    }
    lines = ["from      calls  needed  start  there"]
    rows = zip(day.calls, plan.needs, plan.starts, plan.there, strict=True)
    for at, (calls, need, start, there) in enumerate(rows):
        when = clock(at * day.interval_s).rpartition(":")[0]
        lines.append(f"{when:>5} {calls:>9g} {need:>7} {start:>6} {there:>6}")
    lines.append(f"{plan.agents} shifts")
    say(given, fields, lines)
    return 0
