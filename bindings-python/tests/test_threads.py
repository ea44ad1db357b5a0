"""Long work lets other threads go on, and objects that several threads share stay whole."""

from __future__ import annotations

import sys
import threading
from array import array
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from trunkline import _native, ivr, record, sim
from trunkline.media import DtmfDetector, Resampler, ToneDetector, Vad, resample
from trunkline.record import Channel, Reader, Writer

MINUTES = array("h", np.random.default_rng(1).integers(-3000, 3000, 8000 * 60, np.int16).tobytes())
MENU = "  m{}: {{ type: menu, prompt: Press one., options: {{ 1: hangup }}, on: {{ noinput: hangup, nomatch: hangup }} }}\n"  # noqa: E501
FLOW = "name: long\nlanguages: [en]\nstart: m0\nnodes:\n" + "".join(map(MENU.format, range(1500)))
LOAD: Any = {"calls_per_hour": 2e5, "handle_s": 360}
CENTRE = sim.Centre(
    queues=[{}],
    streams=[{"calls_per_hour": [2000.0], "handle": 180, "patience": 60}],
    groups=[{"agents": 90, "queues": [(0, {})]}],
    length_s=10 * 3600,
)


def others_ran(work: Callable[[], object], attempts: int = 200) -> bool:
    """Whether another thread ran Python code while this was done, in any of some attempts.

    Many, since a busy machine may give the other thread no processor for as long as the work takes.
    """

    def attempt() -> bool:
        gate, ran = threading.Event(), []

        def other() -> None:
            gate.wait()
            ran.append(1)

        thread = threading.Thread(target=other)
        thread.start()
        gate.set()
        ran_before = len(ran)
        work()
        seen = len(ran) > ran_before
        thread.join()
        return seen

    return any(attempt() for _ in range(attempts))


@pytest.fixture(autouse=True)
def no_switching() -> Iterator[None]:
    """The interpreter never takes its lock from a thread that does not give it away."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    yield
    sys.setswitchinterval(usual)


def made(path: Path, level: str = "live") -> Path:
    with Writer(path, [Channel("a", "pcm16")], level=level) as call:
        call.write(0, 0, MINUTES)
    return path


def test_work_that_keeps_the_lock_would_be_noticed() -> None:
    assert not others_ran(lambda: sum(range(3_000_000)), attempts=5)


@pytest.mark.parametrize(
    "work",
    [
        lambda: ivr.compile(FLOW),
        lambda: CENTRE.run(),
        lambda: next(CENTRE.watch(every_s=36_000)),
        lambda: sim.erlang_b(20_000_000, 1e6),
        lambda: [sim.erlang_agents(**LOAD, patience_s=60) for _ in range(30)],
        lambda: [sim.service(**LOAD, agents=25_000, patience_s=60) for _ in range(500)],
        lambda: _native.shift_starts([n % 1000 for n in range(400_000)], 16),
        lambda: resample(MINUTES, 8000, 16000),
        lambda: Resampler(8000, 16000).process(MINUTES),
        lambda: DtmfDetector().listen(MINUTES),
        lambda: ToneDetector().listen(MINUTES),
        lambda: Vad().heard(MINUTES),
    ],
    ids=[
        "compile", "run", "watch", "erlang_b", "erlang_agents", "service", "shift_starts",
        "resample", "resampler", "dtmf", "tones", "vad",
    ],
)  # fmt: skip
def test_other_threads_go_on(work: Callable[[], object]) -> None:
    assert others_ran(work)


def test_other_threads_go_on_beside_dialogues() -> None:
    program, _ = ivr.compile(FLOW)
    assert others_ran(lambda: ivr.Flow(program))
    flow = ivr.Flow(program)
    assert others_ran(flow.mermaid)
    assert others_ran(flow.dot)
    said = "".join(f"  - name: n{n}\n    steps:\n      - hangup\n" for n in range(3000))
    scenarios = f"flow: x.yaml\nscenarios:\n{said}"
    assert others_ran(lambda: _native.flow_of(scenarios))
    assert others_ran(lambda: _native.play_scenarios(flow, scenarios, "x.ivrtest.yaml"))
    entries = '<entry action="menu-exit" digits="1"/>' * 20_000
    menus = f'<menu name="main" greet-long="hello.wav">{entries}</menu>'

    def imported() -> None:
        try:
            ivr.import_freeswitch(menus)
        except ivr.IvrError:
            pass

    assert others_ran(imported)


def test_other_threads_go_on_beside_files(tmp_path: Path) -> None:
    names = iter(f"{n}.tlr" for n in range(1000))
    assert others_ran(lambda: made(tmp_path / next(names)))
    assert others_ran(lambda: Writer(tmp_path / next(names), [Channel("a")], passphrase="x"))
    path = made(tmp_path / "a.tlr")
    assert others_ran(lambda: record.verify(path))
    assert others_ran(lambda: record.recover(path, tmp_path / next(names)))
    with Reader(path) as call:
        assert others_ran(lambda: call.samples(0))
        assert others_ran(call.array)
        assert others_ran(lambda: call.export_wav(tmp_path / next(names)))
    cut = tmp_path / "cut.tlr"
    cut.write_bytes(path.read_bytes()[:-100])
    assert others_ran(lambda: Reader(cut)), "one that was cut short is read through"


def test_a_recording_is_read_and_written_by_several_threads_at_once(tmp_path: Path) -> None:
    sys.setswitchinterval(1e-5)
    channels = [Channel(name, "pcm16") for name in "abcd"]
    with Writer(tmp_path / "a.tlr", channels) as call, ThreadPoolExecutor(4) as pool:

        def party(channel: int) -> None:
            for at in range(0, 80_000, 800):
                call.write(channel, at, MINUTES[at + channel : at + channel + 800])

        list(pool.map(party, range(4)))
    with Reader(tmp_path / "a.tlr") as whole, ThreadPoolExecutor(4) as pool:
        heard = list(pool.map(lambda at: whole.samples(at % 4), range(16)))
        assert whole.duration_s == 10.0
    for at, pcm in enumerate(heard):
        assert pcm == MINUTES[at % 4 : 80_000 + at % 4]
