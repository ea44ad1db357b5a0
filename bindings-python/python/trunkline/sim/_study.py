"""Many runs together, and policies side by side."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf, sqrt
from statistics import fmean, stdev
from typing import TypeAlias

from .._native import Report, Tally
from ._centre import Centre

Progress: TypeAlias = bool | Callable[[int, int], None]
"""True for a bar in the terminal, or a function that is told runs done and runs in all."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """An average over several runs."""

    mean: float
    error: float
    """Its standard error; the truth is within two of them 19 times out of 20."""

    @classmethod
    def of(cls, values: Sequence[float]) -> Estimate:
        """The average of these values and how sure it is."""
        error = stdev(values) / sqrt(len(values)) if len(values) > 1 else inf
        return cls(fmean(values), error)

    @property
    def is_sure(self) -> bool:
        """Whether it differs from 0 by more than two standard errors."""
        return abs(self.mean) > 2 * self.error


@dataclass(frozen=True, slots=True)
class Study:
    """Several runs of a centre together."""

    centre: Centre
    service_level: Estimate
    """Share of the offered calls answered within the service level."""
    abandonment: Estimate
    """Share of the offered calls abandoned."""
    occupancy: Estimate
    """Agents' time on calls over their time logged in."""
    answer_s: Estimate
    """Average speed of answer: the wait of the answered calls, in seconds."""
    runs: list[Report]

    @classmethod
    def of(cls, centre: Centre, runs: list[Report]) -> Study:
        """These runs of a centre together."""
        over = _over(runs)
        return cls(
            centre=centre,
            service_level=over(lambda run: run.total.service_level),
            abandonment=over(lambda run: run.total.abandonment),
            occupancy=over(lambda run: run.occupancy),
            answer_s=over(lambda run: run.total.answer_s / max(run.total.answered, 1)),
            runs=runs,
        )

    def estimate(self, of: Callable[[Report], float]) -> Estimate:
        """An average of anything else a report says."""
        return _over(self.runs)(of)


def _over(runs: list[Report]) -> Callable[[Callable[[Report], float]], Estimate]:
    return lambda of: Estimate.of([of(run) for run in runs])


def study(
    centre: Centre,
    *,
    runs: int = 10,
    first_seed: int = 1,
    threads: int | None = None,
    progress: Progress = False,
) -> Study:
    """Play a centre from so many seeds, on all processors, and say how sure the averages are.

    The result does not depend on the number of threads.
    """
    return compare(
        {"": centre}, runs=runs, first_seed=first_seed, threads=threads, progress=progress
    ).studies[""]


@dataclass(frozen=True, slots=True)
class Comparison(Mapping[str, Study]):
    """Policies played from the same seeds: a mapping of names to studies, and a table as text."""

    studies: dict[str, Study]

    def __getitem__(self, name: str) -> Study:
        return self.studies[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.studies)

    def __len__(self) -> int:
        return len(self.studies)

    def difference(self, a: str, b: str, of: Callable[[Report], float]) -> Estimate:
        """How much more of something ``b`` has than ``a``, run by run: both had the same callers,
        so this is surer than the difference of two averages."""
        pairs = zip(self.studies[a].runs, self.studies[b].runs, strict=True)
        return Estimate.of([of(after) - of(before) for before, after in pairs])

    def columns(self) -> dict[str, list[str] | list[float]]:
        """One row a policy, for pandas and polars."""
        measures = ("service_level", "abandonment", "occupancy", "answer_s")
        table: dict[str, list[str] | list[float]] = {"policy": list(self.studies)}
        for name in measures:
            estimates: list[Estimate] = [getattr(of, name) for of in self.studies.values()]
            table[name] = [estimate.mean for estimate in estimates]
            table[f"{name}_error"] = [estimate.error for estimate in estimates]
        return table

    def __str__(self) -> str:
        width = max(map(len, ["policy", *self.studies]))
        lines = [f"{'policy':{width}}   service level       abandoned       occupancy   answer"]
        for name, of in self.studies.items():
            shares = "".join(
                f"  {share.mean:6.1%} ± {2 * share.error:5.1%}"
                for share in (of.service_level, of.abandonment, of.occupancy)
            )
            lines.append(f"{name:{width}}{shares}  {of.answer_s.mean:5.1f} s")
        return "\n".join(lines)


def compare(
    policies: Mapping[str, Centre],
    *,
    runs: int = 10,
    first_seed: int = 1,
    threads: int | None = None,
    progress: Progress = False,
) -> Comparison:
    """Play several centres from the same seeds, so that differences are the centres' own.

    ``Centre.replace`` makes one policy of another. All runs of all policies share the processors;
    the result does not depend on the number of threads.
    """
    if runs < 1:
        raise ValueError("runs must be 1 or more")
    seeds = range(first_seed, first_seed + runs)
    with (
        ThreadPoolExecutor(threads or os.cpu_count()) as pool,
        _told(progress, runs * len(policies)) as tell,
    ):
        jobs: dict[str, list[Future[Report]]] = {
            name: [pool.submit(centre.run, seed) for seed in seeds]
            for name, centre in policies.items()
        }
        try:
            for done in as_completed([job for of in jobs.values() for job in of]):
                done.result()
                tell()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return Comparison(
        {name: Study.of(policies[name], [job.result() for job in of]) for name, of in jobs.items()}
    )


@contextmanager
def _told(progress: Progress, total: int) -> Iterator[Callable[[], None]]:
    """A function to be called after each run."""
    done = 0
    if callable(progress):
        tell = progress

        def step() -> None:
            nonlocal done
            done += 1
            tell(done, total)

        yield step
    elif not progress:
        yield lambda: None
    else:
        with _bar(total) as bar:
            yield bar


@contextmanager
def _bar(total: int) -> Iterator[Callable[[], None]]:
    """A progress bar: rich's, or a plain one where rich is not installed."""
    try:
        from rich.console import Console
        from rich.progress import Progress as Rich
    except ImportError:
        done = 0

        def step() -> None:
            nonlocal done
            done += 1
            filled = "#" * (30 * done // total)
            print(f"\r[{filled:30}] {done}/{total} runs", end="", file=sys.stderr, flush=True)

        yield step
        print(file=sys.stderr)
        return
    with Rich(console=Console(stderr=True), transient=True) as rich:
        task = rich.add_task("runs", total=total)
        yield lambda: rich.advance(task)


def columns(report: Report) -> dict[str, list[float]]:
    """The intervals of a run as columns, one row an interval: ``pandas.DataFrame(columns(r))``."""
    return {
        name: [getattr(tally, name) for tally in report.intervals] for name in Tally.__match_args__
    }
