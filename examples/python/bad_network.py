"""What the jitter buffer does to a bad network: python bad_network.py

A minute of talk is sent over a network whose delay wanders and jumps and which loses packets in
bursts. The same packets are heard through the adaptive buffer and through two fixed delays. Leaves
a picture of the delays, and prints what each buffer cost its listener.
"""

from __future__ import annotations

import math
import random
from array import array
from dataclasses import dataclass, field

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
from trunkline.media import JitterBuffer, JitterStats, g711_encode
from trunkline.sim.plot import COLOURS, QUIET, RED, STYLE

SECONDS, FRAME_MS, SAMPLES = 60, 20, 160
FRAMES = SECONDS * 1000 // FRAME_MS


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
    """The delay of each packet in ms, None for one that is lost: good for 15 s, then congested,
    then over a radio link that loses bursts, then good again behind a longer route."""
    delays: list[float | None] = []
    queue, losing = 0.0, False
    for frame in range(FRAMES):
        second = frame * FRAME_MS / 1000
        base, jitter = (30.0, 2.0) if second < 45 else (70.0, 3.0)
        if 15 <= second < 30:  # other traffic fills the link's queue, and it drains again
            queue = max(0.0, queue + chance.gauss(0, 14) - 0.08 * queue)
        else:
            queue *= 0.9
        losing = 30 <= second < 45 and chance.random() < (0.6 if losing else 0.03)
        delay = base + queue + chance.expovariate(1 / jitter)
        delays.append(None if losing else delay)
    return delays


@dataclass
class Ear:
    """One buffer and what was heard through it."""

    name: str
    buffer: JitterBuffer
    delay_ms: list[float] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)

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
            self.delay_ms.append(pulled.delay_ms)
            if pulled.kind == "concealed":
                self.gaps.append(now / 1000)
        return self.buffer.stats


def main() -> None:
    delays = network(random.Random(12345))
    packets = [(n, talk(n), delay) for n, delay in enumerate(delays)]
    ears = [
        Ear("adaptive", JitterBuffer()),
        Ear("fixed at 40 ms", JitterBuffer(min_delay_ms=40, max_delay_ms=40)),
        Ear("fixed at 150 ms", JitterBuffer(min_delay_ms=150, max_delay_ms=150)),
    ]
    lost = sum(delay is None for delay in delays)
    print(f"{FRAMES} packets, {lost} lost by the network")
    print("                  late  dropped  made up   delay")
    for ear in ears:
        stats = ear.hear(packets)
        made_up = stats.concealed_samples / stats.samples
        delay = sum(ear.delay_ms) / len(ear.delay_ms)
        print(f"{ear.name:16}{stats.late:6}{stats.dropped:9}{made_up:9.1%}{delay:6.0f} ms")
    draw(delays, ears)


def draw(delays: list[float | None], ears: list[Ear]) -> None:
    fastest = min(delay for delay in delays if delay is not None)
    seconds = [n * FRAME_MS / 1000 for n in range(FRAMES)]
    with plt.rc_context(STYLE):
        figure, (top, below) = plt.subplots(
            2, 1, figsize=(9, 5.6), sharex=True, height_ratios=[4, 1], layout="constrained"
        )
        there = [(t, d - fastest) for t, d in zip(seconds, delays, strict=True) if d is not None]
        top.scatter(*zip(*there, strict=True), s=2, color=QUIET, alpha=0.5, label="packets")
        for ear, colour in zip(ears, COLOURS, strict=False):
            top.plot(seconds, ear.delay_ms, color=colour, label=ear.name, lw=1.6)
        top.set_ylim(0, 220)
        top.set_ylabel("ms behind the fastest packet")
        top.legend(
            ncols=4, loc="lower left", bbox_to_anchor=(-0.01, 1.0), markerscale=4, borderaxespad=0.1
        )
        top.set_title("A bad network, and how long each buffer waits for it", pad=26)
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
        below.set_xlabel("seconds; a stroke is a frame that was made up")
        figure.savefig("bad-network.png")


if __name__ == "__main__":
    main()
