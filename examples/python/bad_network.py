# %% [markdown]
# # What the jitter buffer does to a bad network
#
# A minute of talk is sent over a network whose delay wanders and jumps and which loses packets in
# bursts. The same packets are heard through the adaptive buffer and through two fixed delays. Leaves
# a picture of the delays, and prints what each buffer cost its listener.
#
# Run it with `python bad_network.py`, or cell by cell in a notebook.

# %%
from __future__ import annotations

import math
import random
from array import array
from dataclasses import dataclass, field

import matplotlib.pyplot as plt
from trunkline.media import JitterBuffer, JitterStats, PulledKind, g711_encode
from trunkline.sim.plot import COLOURS, QUIET, RED, STYLE

SECONDS, FRAME_MS, SAMPLES = 60, 20, 160
FRAMES = SECONDS * 1000 // FRAME_MS

# %% [markdown]
# ## The talk and the network
#
# The network is good for 15 s, then congested, then goes over a radio link that loses bursts, then is
# good again behind a longer route.


# %%
def talk(frame: int) -> bytes:
    """A frame of something like speech: a hum in syllables, with pauses between the words."""
    pcm = array("h", [0] * SAMPLES)
    if frame * FRAME_MS % 3000 < 2000:
        for i in range(SAMPLES):
            t = (frame * SAMPLES + i) / 8000
            syllable = max(0.0, math.sin(math.tau * 2.5 * t))
            voice = math.sin(math.tau * 140 * t) + 0.5 * math.sin(math.tau * 420 * t)
            pcm[i] = round(5000 * syllable * voice)
    return g711_encode(pcm)


def network(chance: random.Random) -> list[float | None]:
    """The delay of each packet in ms, None for one that is lost."""
    delays: list[float | None] = []
    queue, losing = 0.0, False
    for frame in range(FRAMES):
        second = frame * FRAME_MS / 1000
        base, jitter = (40.0, 2.0) if second < 45 else (80.0, 3.0)
        if 15 <= second < 30:  # other traffic fills the link's queue, and it drains again
            queue = max(0.0, queue + chance.gauss(0, 14) - 0.08 * queue)
        else:
            queue *= 0.9
        losing = 30 <= second < 45 and chance.random() < (0.6 if losing else 0.03)
        delay = base + queue + chance.expovariate(1 / jitter)
        delays.append(None if losing else delay)
    return delays


delays = network(random.Random(12345))
packets = [(n, talk(n), delay) for n, delay in enumerate(delays)]
print(f"{FRAMES} packets, {sum(delay is None for delay in delays)} lost by the network")

# %% [markdown]
# ## Three listeners
#
# A fixed delay is counted from the fastest packets of the last seconds, and kept in whole frames.


# %%
@dataclass
class Ear:
    """One buffer and what was heard through it."""

    name: str
    buffer: JitterBuffer
    delay_ms: list[float] = field(default_factory=list)
    """How old the sound was in each frame, from mouth to ear; not a number where there was none."""
    gaps: list[float] = field(default_factory=list)
    """Seconds at which a frame was made up or silent."""

    def hear(self, packets: list[tuple[int, bytes, float | None]]) -> JitterStats:
        arriving = sorted(
            (sent * FRAME_MS + delay, sent, payload)
            for sent, payload, delay in packets
            if delay is not None
        )
        following = iter([*arriving, (math.inf, 0, b"")])
        at, sent, payload = next(following)
        for beat in range(FRAMES):
            now = beat * FRAME_MS
            while at <= now:
                self.buffer.insert(
                    payload, sequence=sent, timestamp=sent * SAMPLES, arrival_us=round(at * 1000)
                )
                at, sent, payload = next(following)
            _, pulled = self.buffer.pull(now * 1000, SAMPLES)
            heard = pulled.kind == PulledKind.VOICE and pulled.timestamp is not None
            self.delay_ms.append(now - (pulled.timestamp or 0) / 8 if heard else math.nan)
            if not heard and beat > 20:  # before that the first packet is on its way
                self.gaps.append(now / 1000)
        return self.buffer.stats


ears = [
    Ear("adaptive", JitterBuffer()),
    Ear("fixed at 40 ms", JitterBuffer(min_delay_ms=40, max_delay_ms=40)),
    Ear("fixed at 160 ms", JitterBuffer(min_delay_ms=160, max_delay_ms=160)),
]
print("                  late  dropped  not heard  mouth to ear")
for ear in ears:
    stats = ear.hear(packets)
    heard = [delay for delay in ear.delay_ms if not math.isnan(delay)]
    print(
        f"{ear.name:16}{stats.late:6}{stats.dropped:9}{len(ear.gaps) / FRAMES:11.1%}"
        f"{sum(heard) / len(heard):11.0f} ms"
    )

# %% [markdown]
# ## The picture
#
# The short delay loses what the congestion holds up, and everything for ten seconds when the route
# becomes longer. The long one hears it all, and makes the parties talk into each other all the time.

# %%
seconds = [n * FRAME_MS / 1000 for n in range(FRAMES)]
with plt.rc_context(STYLE):
    figure, (top, below) = plt.subplots(
        2, 1, figsize=(9, 5.6), sharex=True, height_ratios=[4, 1], layout="constrained"
    )
    there = [(t, d) for t, d in zip(seconds, delays, strict=True) if d is not None]
    top.scatter(*zip(*there, strict=True), s=2, color=QUIET, alpha=0.5, label="packets")
    for ear, colour in zip(ears, COLOURS, strict=False):
        top.plot(seconds, ear.delay_ms, color=colour, label=ear.name, lw=1.6)
    top.set_ylim(0, 260)
    top.set_ylabel("ms since it was said")
    top.legend(
        ncols=4, loc="lower left", bbox_to_anchor=(-0.01, 1.0), markerscale=4, borderaxespad=0.1
    )
    top.set_title("A bad network: when packets come, and when each buffer plays them", pad=26)
    gone = [t for t, delay in zip(seconds, delays, strict=True) if delay is None]
    rows = [("lost", gone, RED)]
    rows += [(ear.name, ear.gaps, c) for ear, c in zip(ears, COLOURS, strict=False)]
    below.eventplot(
        [times for _, times, _ in rows], colors=[colour for *_, colour in rows],
        lineoffsets=range(len(rows)), linelengths=0.7, linewidths=0.9,
    )  # fmt: skip
    below.set_yticks(range(len(rows)), [name for name, *_ in rows])
    below.invert_yaxis()
    below.grid(visible=False)
    below.set_xlim(0, SECONDS)
    below.set_xlabel("seconds; a stroke is a frame that was lost, made up or silent")
    figure.savefig("bad-network.png")
