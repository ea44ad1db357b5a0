# %% [markdown]
# # Which call an agent gets: first come, first served against deadlines and ratios
#
# Three kinds of callers share one team. Emergencies should be answered within 10 seconds, complaints
# within a minute, questions within three. The same days are played under every order of calls; the
# table says how many of each kind were answered in time *and* how many gave up, because an order that
# only looks after one number pays with the other. Leaves a picture of both.
#
# Run it with `python routing.py`, or cell by cell in a notebook.

# %%
from __future__ import annotations

import matplotlib.pyplot as plt
from trunkline.acd import CallOrder
from trunkline.sim import Centre, Report, compare
from trunkline.sim.plot import BLUE, ORANGE, QUIET, STYLE

KINDS = {"emergencies": 10, "complaints": 60, "questions": 180}  # answered within so many seconds
CALLS_PER_HOUR = {"emergencies": 40.0, "complaints": 110.0, "questions": 150.0}
AGENTS = 24

CENTRE = Centre(
    queues=[
        {"service_level_ms": target * 1000, "target_ms": target * 1000, "share": target}
        for target in KINDS.values()
    ],
    streams=[
        {"queue": place, "calls_per_hour": [calls], "handle": ("lognormal", 270, 0.8), "patience": 240}
        for place, calls in enumerate(CALLS_PER_HOUR.values())
    ],
    groups=[{"agents": AGENTS, "queues": [(place, {}) for place in range(len(KINDS))]}],
    length_s=10 * 3600,
    warm_up_s=1800,
)  # fmt: skip

ORDERS = {
    "first come, first served": CallOrder.LONGEST_WAITING,
    "deadline": CallOrder.DEADLINE,
    "queue ratio": CallOrder.QUEUE_RATIO,
    "wait ratio": CallOrder.WAIT_RATIO,
}

# %% [markdown]
# ## The same days under every order

# %%
found = compare({name: CENTRE.replace(call_order=order) for name, order in ORDERS.items()}, runs=20)


def of_kind(order: str, place: int) -> tuple[float, float]:
    """Answered in time, and gave up, of one kind under one order."""

    def in_time(run: Report) -> float:
        return run.streams[place].service_level

    def gave_up(run: Report) -> float:
        return run.streams[place].abandonment

    study = found[order]
    return study.estimate(in_time).mean, study.estimate(gave_up).mean


print(f"{'':26}" + "".join(f"{kind:>20}" for kind in KINDS))
print(f"{'':26}" + f"{'in time  gave up':>20}" * len(KINDS))
for order in found:
    cells = [of_kind(order, place) for place in range(len(KINDS))]
    print(f"{order:26}" + "".join(f"{level:12.1%}{lost:8.1%}" for level, lost in cells))
better = found.difference(
    "first come, first served", "wait ratio", lambda run: run.streams[0].service_level
)
print(
    f"\nof emergencies, wait ratio answers {better.mean:+.1%} ± {2 * better.error:.1%} more in time"
)

# %% [markdown]
# ## The picture

# %%
with plt.rc_context(STYLE):
    figure, all_axes = plt.subplots(
        1, len(KINDS), figsize=(11, 4.0), sharey=True, layout="constrained"
    )
    for place, (axes, (kind, target)) in enumerate(zip(all_axes, KINDS.items(), strict=True)):
        level, lost = zip(*(of_kind(order, place) for order in found), strict=True)
        axes.barh(list(found), level, color=BLUE, height=0.62, label="answered in time")
        axes.barh(
            list(found), lost, left=[1 - x for x in lost], color=ORANGE, height=0.62, label="gave up"
        )  # fmt: skip
        for at, (in_time, gone) in enumerate(zip(level, lost, strict=True)):
            axes.text(0.02, at, f"{in_time:.0%}", va="center", color="white", weight="bold")
            axes.text(1.02, at, f"{gone:.1%}", va="center", color=ORANGE, weight="bold")
        axes.set_xlim(0, 1)
        axes.set_xticks([])
        axes.grid(visible=False)
        axes.set_title(f"{kind}: within {target} s")
        axes.set_xlabel(f"share of the {kind}")
        axes.set_facecolor("#f3f5f7")
    all_axes[0].set_ylabel("who goes first")
    all_axes[0].invert_yaxis()
    figure.suptitle(
        f"Who goes first decides who is answered: {AGENTS} agents, {sum(CALLS_PER_HOUR.values()):.0f}"
        f" calls an hour, {len(found['deadline'].runs)} days",
        x=0.01, ha="left", fontsize=12,
    )  # fmt: skip
    figure.legend(
        *all_axes[0].get_legend_handles_labels(), ncols=2, loc="outside lower left",
        labelcolor=QUIET,
    )  # fmt: skip
    figure.savefig("routing.png")
