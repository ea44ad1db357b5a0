"""What Python costs: a frame through G.711 beside audioop, staffing beside pyworkforce, a day of calls
beside simpy and ciw."""

from __future__ import annotations

import array
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import ciw
import numpy as np
import simpy
from pyworkforce.queuing import ErlangC
from trunkline.media import Law, g711_decode, g711_decode_into, g711_encode
from trunkline.sim import Centre, erlang_agents

FOLDER = Path(os.environ.get("TRUNKLINE_BENCH_DIR") or Path(__file__).parents[2] / "target/bench")


def figure(x: float) -> str:
    return f"{x:.4g}"


def save(case: str, metric: str, unit: str, ours: float, peer: str, theirs: float | None) -> None:
    """A row of the summary, in the columns that the Rust benchmarks write."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / "summary.tsv"
    ratio = "-" if theirs is None else figure(ours / theirs)
    beside = "-" if theirs is None else figure(theirs)
    row = "\t".join(["python", case, metric, unit, figure(ours), peer, beside, ratio])
    with path.open("a", encoding="utf-8") as summary:
        if summary.tell() == 0:
            summary.write("area\tcase\tmetric\tunit\tours\tpeer\ttheirs\tratio\n")
        summary.write(row + "\n")
    print(row)


def versus(
    ours: Callable[[], object], theirs: Callable[[], object], *, calls: int = 20_000
) -> tuple[float, float]:
    """Median seconds a call of each takes, their batches taken in turn."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(15 if calls > 1000 else 5):
        for function, into in zip((ours, theirs), times, strict=True):
            start = time.perf_counter()
            for _ in range(calls):
                function()
            into.append((time.perf_counter() - start) / calls)
    return statistics.median(times[0]), statistics.median(times[1])


def frames() -> None:
    codes = bytes(i * 37 % 256 for i in range(160))
    pcm = g711_decode(codes)
    nothing = versus(lambda: None, lambda: None)[0]
    out = np.zeros(160, np.int16)
    into = versus(lambda: g711_decode_into(codes, out), lambda: None)[0] - nothing
    save("g711-alaw-decode-into-160", "time per frame", "ns", into * 1e9, "-", None)
    try:
        import audioop
    except ImportError:  # gone since Python 3.13
        return
    raw = pcm.tobytes()
    peer = f"audioop of Python {sys.version_info.major}.{sys.version_info.minor}"
    for case, ours, theirs in [
        ("g711-alaw-decode-160", lambda: g711_decode(codes), lambda: audioop.alaw2lin(codes, 2)),
        ("g711-alaw-encode-160", lambda: g711_encode(pcm), lambda: audioop.lin2alaw(raw, 2)),
        (
            "g711-ulaw-encode-160",
            lambda: g711_encode(pcm, Law.MU),
            lambda: audioop.lin2ulaw(raw, 2),
        ),
    ]:
        a, b = versus(ours, theirs)
        save(case, "time per frame", "ns", a * 1e9, peer, b * 1e9)
    long = array.array("h", bytes(2 * 8000 * 60))
    a, b = (
        statistics.median(timed(work) for _ in range(9))
        for work in (lambda: g711_encode(long), lambda: audioop.lin2alaw(long, 2))
    )
    save("g711-alaw-encode-minute", "time", "us", a * 1e6, peer, b * 1e6)


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


CALLS, HOURS, HANDLE_S, PATIENCE_S, AGENTS = 100_000, 24, 180.0, 120.0, 205


def simpy_day() -> tuple[int, int]:
    """M/M/n+M in simpy, as its documentation writes queues with reneging."""
    draw = random.Random(1)
    environment = simpy.Environment()
    agents = simpy.Resource(environment, AGENTS)
    answered = abandoned = 0

    def caller():  # type: ignore[no-untyped-def]
        nonlocal answered, abandoned
        with agents.request() as request:
            patience = environment.timeout(draw.expovariate(1 / PATIENCE_S))
            yield request | patience
            if request.triggered:
                answered += 1
                yield environment.timeout(draw.expovariate(1 / HANDLE_S))
            else:
                abandoned += 1

    def arrivals():  # type: ignore[no-untyped-def]
        while environment.now < HOURS * 3600:
            environment.process(caller())
            yield environment.timeout(draw.expovariate(CALLS / HOURS / 3600))

    environment.process(arrivals())
    environment.run()
    return answered, abandoned


def ciw_hours(hours: float) -> tuple[int, int]:
    """The same centre in ciw, as its documentation writes reneging customers."""
    ciw.seed(1)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(CALLS / HOURS / 3600)],
        service_distributions=[ciw.dists.Exponential(1 / HANDLE_S)],
        number_of_servers=[AGENTS],
        reneging_time_distributions=[ciw.dists.Exponential(1 / PATIENCE_S)],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(hours * 3600)
    kinds = [record.record_type for record in simulation.get_all_records()]
    return kinds.count("service"), kinds.count("renege")


def centre(hours: float) -> Centre:
    return Centre(
        queues=[{}],
        streams=[{"calls_per_hour": [CALLS / HOURS], "handle": HANDLE_S, "patience": PATIENCE_S}],
        groups=[{"agents": AGENTS, "queues": [(0, {})]}],
        length_s=round(hours * 3600),
    )


def hours_beside_ciw() -> None:
    hours = 2.4  # a tenth of the day: ciw takes its time
    ours = centre(hours)
    total = ours.run().total
    answered, abandoned = ciw_hours(hours)
    # Its simulation stops at the end; ours plays those inside to their end.
    assert abs(answered + abandoned + AGENTS - total.offered) < 0.05 * total.offered
    assert abs(total.abandonment - abandoned / (answered + abandoned)) < 0.04
    a = statistics.median(timed(ours.run) for _ in range(5))
    b = statistics.median(timed(lambda: ciw_hours(hours)) for _ in range(3))
    save("hours-of-10000-calls", "time", "s", a, f"ciw {version('ciw')}", b)


def staffing() -> None:
    """Agents for one half-hour, by Erlang C."""

    def ours() -> int:
        return erlang_agents(calls_per_hour=200, handle_s=180, share=0.8, within_s=20)

    def theirs() -> int:
        load = ErlangC(transactions=100, asa=20 / 60, aht=3, interval=30, shrinkage=0.0)
        return int(load.required_positions(service_level=0.8)["raw_positions"])

    assert ours() == theirs() == 14
    a, b = versus(ours, theirs, calls=500)
    peer = f"pyworkforce {version('pyworkforce')}"
    save("agents-for-an-interval", "time", "us", a * 1e6, peer, b * 1e6)


def day() -> None:
    ours_day = centre(HOURS)
    total = ours_day.run().total
    answered, abandoned = simpy_day()
    # Both have simulated the same centre.
    assert abs(total.answered + total.abandoned - CALLS) < 0.02 * CALLS
    assert abs(answered + abandoned - CALLS) < 0.02 * CALLS
    assert abs(total.abandonment - abandoned / (answered + abandoned)) < 0.02
    ours, theirs = [], []
    for _ in range(3):
        ours.append(timed(ours_day.run))
        theirs.append(timed(simpy_day))
    peer = f"simpy {simpy.__version__}"
    median = statistics.median
    save("day-of-100000-calls", "time", "s", median(ours), peer, median(theirs))


if __name__ == "__main__":
    frames()
    staffing()
    day()
    hours_beside_ciw()
