# %% [markdown]
# # A week of a 12345 city hotline, from the calls of each half-hour
#
# Takes the counts a report has, staffs every day by Erlang A, covers it with shifts, plays the week
# through the routing engine, and leaves three pictures: when people call, Monday's roster, and what
# Monday's callers got.
#
# Run it with `python hotline_week.py`, or cell by cell in a notebook.

# %%
from __future__ import annotations

import matplotlib.pyplot as plt
from trunkline import sim
from trunkline.sim import Day, Target, plot

OPENS = 7  # o'clock; the hotline's second line answers from 7 to 23
# Calls in each half-hour of an ordinary day: a morning peak, lunch, an afternoon peak, an evening.
ORDINARY = [
    18, 34, 52, 78, 104, 122, 131, 126, 112, 88, 62, 58, 74, 96, 108, 114,
    110, 98, 84, 72, 60, 52, 46, 42, 38, 32, 26, 22, 18, 14, 10, 8,
]  # fmt: skip
# How much busier or quieter each day is; people save the weekend's troubles for Monday.
WEEK = {
    "Mon": 1.28, "Tue": 1.06, "Wed": 1.0, "Thu": 0.98, "Fri": 1.04, "Sat": 0.62, "Sun": 0.54,
}  # fmt: skip
TARGET = Target(service_level=0.85, abandonment=0.04)


def day(busy: float) -> Day:
    """A day with calls of 4 minutes, written up in the call; callers wait 3 minutes on average."""
    calls = [round(count * busy) for count in ORDINARY]
    return Day(calls=calls, handle=("lognormal", 240, 0.9), patience=180, within_s=15)


days = {name: day(busy) for name, busy in WEEK.items()}
start_s = OPENS * 3600
plot.arrivals({name: of.calls for name, of in days.items()}, start_s=start_s)
plt.savefig("hotline-arrivals.png")

# %% [markdown]
# ## Shifts
#
# Erlang A says how many agents each half-hour needs, `roster` covers that with the fewest shifts.

# %%
plans = {name: sim.roster(of, TARGET, shift_s=4 * 3600) for name, of in days.items()}
plot.staffing(plans["Mon"], start_s=start_s)
plt.savefig("hotline-roster.png")

# %% [markdown]
# ## The week, played
#
# The formulas take each half-hour for itself. The engine does not.

# %%
played = sim.compare({name: plan.centre() for name, plan in plans.items()}, runs=10)
print("        calls  shifts   in time  gave up   busy")
for name, found in played.items():
    print(
        f"{name}    {sum(days[name].calls):7.0f}{plans[name].agents:8}"
        f"{found.service_level.mean:10.1%}{found.abandonment.mean:9.1%}"
        f"{found.occupancy.mean:7.0%}"
    )

# %%
monday = sim.study(plans["Mon"].centre().replace(keep_calls=True), runs=10)
figure = plot.overview(monday, title="Monday", target=0.85, start_s=start_s)
figure.savefig("hotline-monday.png")
