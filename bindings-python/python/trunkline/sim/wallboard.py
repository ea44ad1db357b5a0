"""A wallboard in the terminal for a run that is under way: ``pip install 'trunkline[terminal]'``.

``show(centre)`` plays a day so that a minute of it takes a tenth of a second; ``board`` makes the
picture of one moment, for a display of your own.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence

from .._native import Moment, Report
from ._centre import Centre

try:
    from rich import box
    from rich.console import Console, Group, RenderableType
    from rich.live import Live
    from rich.panel import Panel
    from rich.table import Table
    from rich.text import Text
except ImportError as _missing:
    raise ImportError("the wallboard needs rich: pip install 'trunkline[terminal]'") from _missing

_BARS = " ▁▂▃▄▅▆▇█"
_HISTORY = 60


def _spark(values: Sequence[float]) -> str:
    top = max(values, default=0) or 1
    return "".join(_BARS[round(value / top * (len(_BARS) - 1))] for value in values)


def _level(answered: int, offered: int, target: float) -> Text:
    if offered <= 0:
        return Text("–", style="dim")
    share = answered / offered
    return Text(f"{share:.1%}", style="bold green" if share >= target else "bold red")


def board(
    moment: Moment,
    *,
    names: Sequence[str] = (),
    target: float = 0.8,
    start_s: float = 0.0,
    history: Sequence[float] = (),
) -> RenderableType:
    """The wallboard of one moment: a row for each queue, by its name or its place.

    The service level is of all calls so far that wait no more; it is green from ``target`` on.
    ``history`` is how many callers waited lately, oldest first.
    """
    table = Table(box=box.SIMPLE_HEAD, expand=True, pad_edge=False)
    table.add_column("queue")
    for head in ("waiting", "talking", "free", "there", "offered", "gave up", "in time"):
        table.add_column(head, justify="right", no_wrap=True)
    for place, (queue, staff) in enumerate(moment.queues):
        waiting = Text(str(queue.waiting), style="bold yellow" if queue.waiting else "dim")
        table.add_row(
            names[place] if place < len(names) else f"queue {place}",
            waiting,
            str(queue.talking),
            Text(str(staff.free), style="green" if staff.free else "dim"),
            str(staff.logged_in),
            str(queue.offered),
            str(queue.abandoned),
            _level(queue.answered_in_level, queue.offered - queue.waiting, target),
        )
    seconds = int(start_s + moment.at_s)
    clock = f"{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    spark = Text.assemble(("waiting lately  ", "dim"), (_spark(history), "yellow"))
    return Panel(
        Group(table, spark) if history else table,
        title=f"[bold]{clock}[/bold]",
        title_align="right",
        border_style="blue",
    )


def show(
    centre: Centre,
    seed: int = 1,
    *,
    every_s: float = 60.0,
    frames_per_second: float = 10.0,
    names: Sequence[str] = (),
    target: float = 0.8,
    start_s: float = 0.0,
    console: Console | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Report:
    """Play a centre and show it: a frame for every ``every_s`` seconds of its time.

    Returns what came of it. Ctrl-C stops as anywhere.
    """
    history: deque[float] = deque(maxlen=_HISTORY)
    run = centre.watch(seed, every_s=every_s)
    with Live(console=console, refresh_per_second=frames_per_second, transient=False) as live:
        for moment in run:
            history.append(sum(queue.waiting for queue, _ in moment.queues))
            live.update(board(moment, names=names, target=target, start_s=start_s, history=history))
            sleep(1 / frames_per_second)
    report = run.report
    if report is None:  # the iteration above went to its end
        raise RuntimeError("the run is not over")
    return report


__all__ = ["board", "show"]
