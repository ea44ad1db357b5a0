"""What Python costs: a frame through G.711, and a day of calls beside simpy."""

from __future__ import annotations

import array
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import simpy

from trunkline.media import Law, g711_decode, g711_decode_into, g711_encode
from trunkline.sim import Centre

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


def versus(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """Median seconds a call of each takes, their batches taken in turn."""
    calls = 20_000
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(15):
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


def day() -> None:
    centre = Centre(
        queues=[{}],
        streams=[{"calls_per_hour": [CALLS / HOURS], "handle": HANDLE_S, "patience": PATIENCE_S}],
        groups=[{"agents": AGENTS, "queues": [(0, {})]}],
        length_s=HOURS * 3600,
    )
    total = centre.run().total
    answered, abandoned = simpy_day()
    # Both have simulated the same centre.
    assert abs(total.answered + total.abandoned - CALLS) < 0.02 * CALLS
    assert abs(answered + abandoned - CALLS) < 0.02 * CALLS
    assert abs(total.abandonment - abandoned / (answered + abandoned)) < 0.02
    ours, theirs = [], []
    for _ in range(3):
        ours.append(timed(centre.run))
        theirs.append(timed(simpy_day))
    peer = f"simpy {simpy.__version__}"
    median = statistics.median
    save("day-of-100000-calls", "time", "s", median(ours), peer, median(theirs))


if __name__ == "__main__":
    frames()
    day()
