# %% [markdown]
# # A folder of recordings, searched and summarised
#
# Says of every call who spoke how much, how often they spoke at once and how long nobody did, finds
# the calls that somebody should listen to, and leaves a picture of the longest pause.
#
# Run it with `python recordings.py [FOLDER]`, or cell by cell in a notebook. Without a folder it makes
# six calls to look at.

# %%
from __future__ import annotations

import random
import sys
import tempfile
from array import array
from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import PercentFormatter
from trunkline import record
from trunkline.media import Vad, g711_encode
from trunkline.record import Channel, Reader, Writer
from trunkline.sim.plot import BLUE, GREEN, ORANGE, RED, STYLE

FRAME = 160

# %% [markdown]
# ## What is looked at


# %%
@dataclass
class Call:
    """What is known of a recording."""

    path: Path
    queue: str
    talk: np.ndarray[tuple[int, int], np.dtype[np.bool_]]
    """Whether each party (column) spoke in each frame of 20 ms (row)."""
    sold: bool

    @property
    def seconds(self) -> float:
        return len(self.talk) * FRAME / 8000

    @property
    def shares(self) -> tuple[float, float]:
        """Of the time that each party spoke."""
        caller, agent = self.talk.mean(axis=0)
        return float(caller), float(agent)

    @property
    def both(self) -> float:
        return float(self.talk.all(axis=1).mean())

    @property
    def longest_pause(self) -> tuple[float, float]:
        """Its length and where it begins, in seconds."""
        longest, where, run = 0, 0, 0
        for at, silent in enumerate(np.atleast_1d(~self.talk.any(axis=1))):
            run = run + 1 if silent else 0
            if run > longest:
                longest, where = run, at - run + 1
        return longest * FRAME / 8000, where * FRAME / 8000


def look_at(path: Path) -> Call:
    with Reader(path) as call:
        ears = [Vad(), Vad()]
        sound = call.array()
        talk = [
            [ear.heard(np.ascontiguousarray(sound[at : at + FRAME, side])) for side, ear in enumerate(ears)]
            for at in range(0, len(sound), FRAME)
        ]  # fmt: skip
        sold = any(mark.text == "sold" for mark in call.marks)
        return Call(path, call.meta.get("queue", "?"), np.array(talk, bool), sold)


# %% [markdown]
# ## Calls to look at


# %%
def make_calls(folder: Path) -> None:
    """Six calls: turns of babble, pauses between them, one agent who leaves the caller alone."""
    chance = random.Random(7)
    for number in range(6):
        meta = {"queue": chance.choice(["water", "roads", "permits"])}
        channels = [Channel("caller"), Channel("agent")]
        with Writer(folder / f"call-{number}.tlr", channels, meta=meta) as call:
            at = 0
            for turn in range(chance.randint(8, 14)):
                length = chance.randint(40, 200) * FRAME
                babble = np.random.default_rng(100 * number + turn).normal(0, 2500, length)
                hiss = np.random.default_rng(turn).normal(0, 12, length)
                voice = array("h", np.clip(babble, -32000, 32000).astype(np.int16).tobytes())
                quiet = array("h", hiss.astype(np.int16).tobytes())
                call.write(turn % 2, at, g711_encode(voice))
                call.write(1 - turn % 2, at, g711_encode(quiet))
                at += length
                if number == 3 and turn == 4:
                    call.mark(1, at, "looks it up", kind="hold", length=18 * 8000)
                    at += 18 * 8000
            if number % 2:
                call.mark(1, at - 8000, "sold")


scratch = tempfile.TemporaryDirectory()
folder = Path(scratch.name)
if len(sys.argv) == 2 and not sys.argv[1].startswith("-"):  # a notebook has arguments of its own
    folder = Path(sys.argv[1])
else:
    make_calls(folder)
paths = sorted(folder.glob("*.tlr"))

# %% [markdown]
# ## The summary

# %%
calls = [look_at(path) for path in paths]
print("call         queue    length  caller  agent   both  longest pause")
for call in calls:
    caller, agent = call.shares
    pause, where = call.longest_pause
    print(
        f"{call.path.stem:12} {call.queue:8}{call.seconds:6.0f} s{caller:8.0%}{agent:7.0%}"
        f"{call.both:7.1%}{pause:7.1f} s at {where:.0f} s{'  sold' if call.sold else ''}"
    )
intact = sum(record.verify(path).is_intact for path in paths)
print(f"{intact} of {len(paths)} files are intact")
worst = max(calls, key=lambda call: call.longest_pause)
print(f"listen to {worst.path.name}: {worst.longest_pause[0]:.0f} s of silence")

# %% [markdown]
# ## The picture

# %%
with plt.rc_context(STYLE):
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(11, 3.8), width_ratios=[2, 3], layout="constrained"
    )
    callers, agents = np.array([call.shares for call in calls]).T
    both = np.array([call.both for call in calls])
    names = [call.path.stem for call in calls]
    left.barh(names, callers - both, color=BLUE, label="caller")
    left.barh(names, agents - both, left=callers - both, color=GREEN, label="agent")
    left.barh(names, both, left=callers + agents - 2 * both, color=RED, label="both")
    left.xaxis.set_major_formatter(PercentFormatter(xmax=1))
    left.set_xlim(0, 1)
    left.invert_yaxis()
    left.grid(visible=False, axis="y")
    left.legend(ncols=3, loc="lower left", bbox_to_anchor=(-0.02, 1.0), borderaxespad=0.1)
    left.set_ylabel("recording")
    left.set_xlabel("share of the call")
    left.set_title("Who spoke how much", pad=26)

    with Reader(worst.path) as heard:
        columns = 600
        seconds = np.linspace(0, heard.duration_s, columns)
        for sign, channel, colour in ((1, "caller", BLUE), (-1, "agent", GREEN)):
            levels = np.frombuffer(heard.picture(channel, columns), np.uint8) / 128
            right.fill_between(seconds, 0, sign * levels, color=colour, lw=0, label=channel)
        reach = 1.15 * max(abs(edge) for edge in right.get_ylim())
    pause, where = worst.longest_pause
    right.axvspan(where, where + pause, color=ORANGE, alpha=0.18, lw=0)
    right.annotate(
        f"{pause:.0f} s of silence", (where + pause / 2, 0.9 * reach), ha="center", color=ORANGE
    )
    right.set_ylim(-reach, reach)
    right.set_yticks([])
    right.set_xlim(0, worst.seconds)
    right.set_xlabel("seconds")
    right.set_title(f"{worst.path.name}: caller above, agent below", pad=26)
    figure.savefig("recordings.png")

scratch.cleanup()
