"""A million calls leave nothing behind: reference counts and memory stay flat."""

from __future__ import annotations

import gc
import sys
from array import array
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from trunkline.acd import AcdError, Engine, Joined
from trunkline.ivr import CompileError, Flow, Session, compile
from trunkline.media import (
    DtmfDetector,
    JitterBuffer,
    g711_decode,
    g711_decode_into,
    g711_encode,
    g711_encode_into,
)

CODES = bytes(i % 256 for i in range(160))
PCM = array("h", range(160))
OUT = np.zeros(160, np.int16)
ROOM = bytearray(160)
FLOW = Flow(
    compile(
        "name: a\nlanguages: [en]\nstart: b\nnodes:\n  b: { type: play, prompt: Hello., next: hangup }"
    )[0]
)


def resident() -> int:
    """Bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def sound(times: int) -> None:
    for _ in range(times):
        g711_encode(PCM)
        g711_decode(CODES)
        g711_decode_into(CODES, OUT)
        g711_encode_into(PCM, ROOM)


def refused(times: int) -> None:
    engine = Engine()
    for _ in range(times):
        with pytest.raises(BufferError):
            g711_decode(PCM)
        try:
            engine.hangup(0, 99)
        except AcdError as error:
            assert error.code == "no_call"


def network(times: int) -> None:
    buffer, detector = JitterBuffer(), DtmfDetector()
    for n in range(times):
        buffer.insert(
            CODES, sequence=n % 65536, timestamp=n * 160 % 2**32, arrival_us=n * 20_000, ssrc=1
        )
        pcm, _ = buffer.pull(n * 20_000)
        detector.listen(pcm)


def calls(times: int) -> None:
    engine = Engine()
    queue = engine.add_queue()
    for n in range(times):
        engine.arrive(n * 10, queue, tag=n)
        [joined] = [output for output in engine if isinstance(output, Joined)]
        engine.hangup(n * 10 + 5, joined.call)
        list(engine)
    assert engine.queue_counters(queue).abandoned == times


def dialogues(times: int) -> None:
    for n in range(times):
        session = Session(FLOW, now=n)
        session.start(n)
        list(session)
        if n % 50 == 0:
            with pytest.raises(CompileError):
                compile("nodes: 7")


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
@pytest.mark.parametrize(
    ("work", "times", "inputs"),
    [
        (sound, 150_000, (PCM, CODES, OUT, ROOM)),
        (network, 70_000, (CODES,)),
        (calls, 40_000, ()),
        (dialogues, 15_000, (FLOW,)),
        (refused, 10_000, (PCM,)),
    ],
    ids=lambda of: of.__name__ if callable(of) else "",
)
def test_nothing_stays(work: Callable[[int], None], times: int, inputs: tuple[object, ...]) -> None:
    work(times // 10)
    gc.collect()
    held, before = [sys.getrefcount(of) for of in inputs], resident()
    blocks = sys.getallocatedblocks()
    work(times)
    gc.collect()
    assert [sys.getrefcount(of) for of in inputs] == held
    assert abs(sys.getallocatedblocks() - blocks) < 1000
    # A leak of ten bytes a call would show.
    assert resident() - before < 10 * times + 500_000
