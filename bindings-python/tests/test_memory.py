"""A million calls of every kind leave nothing behind: reference counts and memory stay flat."""

from __future__ import annotations

import gc
import itertools
import sys
from array import array
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trunkline
from trunkline import _dialogue, _native, acd, ivr, media, record, rtp, sim
from trunkline.acd import AcdError, Connected, Engine, Joined, Offer
from trunkline.admission import Door
from trunkline.calendar import Calendar
from trunkline.ivr import CompileError, Flow, IvrError, Session
from trunkline.media import (
    Concealer,
    DtmfDetector,
    JitterBuffer,
    MediaError,
    OpusDecoder,
    OpusEncoder,
    Resampler,
    ToneDetector,
    Vad,
)
from trunkline.outbound import Campaign, CampaignError
from trunkline.record import Channel, Reader, RecordError, Writer

CODES = bytes(i % 256 for i in range(160))
PCM = array("h", range(160))
ARRAY = np.arange(160, dtype=np.int16)
OUT = np.zeros(160, np.int16)
ROOM = bytearray(160)
DOCUMENT = """
name: a
languages: [en]
start: b
nodes:
  b: { type: menu, prompt: Press one., options: { 1: c }, on: { noinput: hangup, nomatch: hangup } }
  c: { type: play, prompt: Goodbye., next: hangup }
"""
PROGRAM = ivr.compile(DOCUMENT)[0]
FLOW = Flow(PROGRAM)
SCENARIO = "flow: a.yaml\nscenarios:\n  - name: bye\n    steps:\n      - hangup\n"
CENTRE = sim.Centre(
    queues=[{}],
    streams=[{"calls_per_hour": [60.0], "handle": 60}],
    groups=[{"agents": 2, "queues": [(0, {})]}],
    length_s=600,
    keep_calls=True,
)
INPUTS = (CODES, PCM, ARRAY, OUT, ROOM, DOCUMENT, PROGRAM, FLOW, SCENARIO, CENTRE)
"""What is handed in again and again."""
CLASSES = tuple(
    value
    for module in (_native, _dialogue, acd, ivr, media, record, rtp, sim)
    for value in vars(module).values()
    if isinstance(value, type) and value.__module__.startswith("trunkline")
)
"""Every object holds its class, so that one that stays is seen here too."""

Call = Callable[[], object]
Kinds = dict[str, tuple[int, Call]]
"""How many times, and what."""


def refused(kind: type[Exception], call: Call) -> Call:
    def tried() -> None:
        try:
            call()
        except kind:
            return
        raise AssertionError("it was not refused")

    return tried


def sounds() -> Kinds:
    keys, tones, vad, concealer = DtmfDetector(), ToneDetector(), Vad(), Concealer()
    encoder, decoder = OpusEncoder(), OpusDecoder()
    bridge, agc, fade = media.Bridge(), media.Agc(), media.Fade(-6)
    keyless, noise = media.DtmfSuppressor(), media.ComfortNoise()
    faxes, people, beeps = media.FaxDetector(), media.AnswerDetector(), media.BeepDetector()
    packet, resampler = encoder.encode(PCM), Resampler(8000, 16000)
    buffer, beat = JitterBuffer(), itertools.count()

    def in_place() -> None:
        agc.process(OUT)
        fade.apply(OUT)
        keyless.process(OUT)

    def pause() -> None:
        noise.update(media.describe_noise(PCM))
        noise.fill()

    def frame() -> None:
        n = next(beat)
        buffer.insert(
            CODES, sequence=n % 65536, timestamp=n * 160 % 2**32, arrival_us=n * 20_000, ssrc=1
        )
        buffer.pull(n * 20_000)
        buffer.pull_into(n * 20_000 + 10_000, OUT)

    return {
        "g711_encode": (120_000, lambda: media.g711_encode(PCM)),
        "g711_encode array": (30_000, lambda: media.g711_encode(ARRAY)),
        "g711_decode": (100_000, lambda: media.g711_decode(CODES)),
        "g711_encode_into": (110_000, lambda: media.g711_encode_into(PCM, ROOM)),
        "g711_decode_into": (100_000, lambda: media.g711_decode_into(CODES, OUT)),
        "g711 refused": (10_000, refused(BufferError, lambda: media.g711_decode(PCM))),
        "g711 no buffer": (10_000, refused(TypeError, lambda: media.g711_decode(7))),  # type: ignore[arg-type]
        "g711 lengths": (
            10_000,
            refused(ValueError, lambda: media.g711_encode_into(PCM[:3], ROOM)),
        ),
        "dtmf_tone": (10_000, lambda: media.dtmf_tone("5", 160)),
        "DtmfDetector": (10_000, DtmfDetector),
        "listen for keys": (10_000, lambda: keys.listen(PCM) + keys.reset()),
        "tone": (10_000, lambda: media.tone("busy", 160)),
        "no tone": (10_000, refused(ValueError, lambda: media.tone("moo"))),
        "listen for tones": (10_000, lambda: (tones.listen(PCM), tones.present)),
        "vad": (30_000, lambda: (vad.heard(PCM), vad.noise, vad.is_active)),
        "received": (10_000, lambda: concealer.received(OUT)),
        "conceal": (2_000, lambda: concealer.conceal(160)),
        "resampler": (2_000, lambda: resampler.process(PCM) + resampler.finish()),
        "resample": (500, lambda: media.resample(PCM, 8000, 16000)),
        "opus encode": (2_000, lambda: encoder.encode(PCM)),
        "opus decode": (5_000, lambda: decoder.decode(packet)),
        "opus recover": (5_000, lambda: decoder.recover(packet)),
        "opus refused": (10_000, refused(MediaError, lambda: encoder.encode(PCM[:7]))),
        "mix": (10_000, lambda: media.mix([PCM, ARRAY])),
        "bridge": (5_000, lambda: bridge.mix(PCM, PCM, PCM)),
        "in place": (10_000, in_place),
        "comfort noise": (5_000, pause),
        "who answers": (5_000, lambda: (faxes.listen(PCM), people.listen(PCM), beeps.listen(PCM))),
        "jitter buffer": (20_000, frame),
        "jitter stats": (20_000, lambda: (buffer.stats, repr(buffer.stats))),
    }


def routing() -> Kinds:
    engine = Engine(classes=3, profiles=3, steps=4)
    queue, agent, now = engine.add_queue(), engine.add_agent(), itertools.count(1)
    engine.join_queue(agent, queue)
    engine.set_agent_state(0, agent, "available")
    list(engine)
    busy = Engine()
    desk, ann = busy.add_queue(), busy.add_agent()
    busy.join_queue(ann, desk)
    busy.set_agent_state(0, ann, "available")
    busy.arrive(0, desk)
    busy.arrive(0, desk)
    waiting = [output.call for output in busy if isinstance(output, Joined)][1]
    snapshot, limits = busy.snapshot(), acd.Limits(calls=64)
    engine.keep_stats(60_000)

    def call() -> None:
        at = next(now)
        engine.arrive(at, queue, tag=at, priority=1)
        for output in engine:
            if isinstance(output, Offer):
                engine.accept(at, output.offer)
            elif isinstance(output, Connected):
                engine.complete(at, output.call, by="agent")
        engine.tick(at)
        if at % 256 == 0:
            engine.take_call_rows()  # they are kept until somebody asks

    def gone() -> None:
        engine.arrive(next(now), queue)
        [joined, *_] = engine
        assert isinstance(joined, Joined)
        engine.hangup(next(now), joined.call)
        for output in engine:
            assert repr(output) and output == output
        engine.take_call_rows()

    def member() -> None:
        other = engine.add_agent(tag=2, profile=engine.add_profile({3: 1}))
        engine.join_queue(other, queue, penalty=2)
        engine.set_membership(other, queue, level=1)
        engine.leave_queue(other, queue)
        engine.remove_agent(other)

    return {
        "a call": (40_000, call),
        "a caller who hangs up": (20_000, gone),
        "take_call_rows": (500, engine.take_call_rows),
        "traffic_rows": (2_000, engine.traffic_rows),
        "agent_rows": (5_000, engine.agent_rows),
        "a member": (10_000, member),
        "set_queue": (5_000, lambda: engine.set_queue(queue, strategy="custom", terms=["calls"])),
        "set_relaxation": (5_000, lambda: engine.set_relaxation(queue, [{"after_ms": 5}])),
        "add_class": (10_000, lambda: engine.add_class({3: 1})),
        "why_waiting": (20_000, lambda: busy.why_waiting(waiting)),
        "why_idle": (20_000, lambda: busy.why_idle(ann)),
        "next_call": (20_000, lambda: busy.next_call(ann)),
        "numbers": (
            10_000,
            lambda: (
                busy.queue_counters(desk),
                busy.agent_counters(ann),
                busy.staff(desk),
                busy.agent_state(ann),
                busy.call_state(waiting),
                busy.position(waiting),
                busy.estimate_ms(waiting),
                busy.deadline,
                busy.state_hash,
            ),
        ),
        "no call": (20_000, refused(AcdError, lambda: engine.hangup(next(now), 99))),
        "a wrong word": (5_000, refused(ValueError, lambda: engine.add_queue(strategy="best"))),
        "a wrong type": (5_000, refused(TypeError, lambda: engine.add_queue(tag="x"))),  # type: ignore[arg-type]
        "Engine": (300, lambda: Engine(calls=64)),
        "snapshot": (300, lambda: Engine.restore(busy.snapshot())),
        "a wrong snapshot": (300, refused(AcdError, lambda: Engine.restore(snapshot, **limits))),
    }


def dialogues() -> Kinds:
    def call() -> None:
        session = Session(FLOW, caller="123", now=1, trace=True)
        session.start(1)
        list(session)
        session.digits(5, "1")
        assert repr(list(session))
        session.hangup(9)
        list(session)

    session = Session(FLOW)
    session.start(0)
    values: dict[str, Any] = {"a": 1, "b": True, "c": "x", "d": Decimal("1.5")}
    return {
        "a dialogue": (10_000, call),
        "answer": (20_000, lambda: session.answer(0, 77, values)),
        "a wrong answer": (5_000, refused(TypeError, lambda: session.answer(0, 77, {"a": 1.5}))),  # type: ignore[dict-item]
        "no key": (10_000, refused(IvrError, lambda: session.digits(0, "x"))),
        "compile": (1_000, lambda: ivr.compile(DOCUMENT)),
        "no flow": (1_000, refused(CompileError, lambda: ivr.compile("nodes: 7"))),
        "Flow": (10_000, lambda: Flow(PROGRAM)),
        "no program": (10_000, refused(IvrError, lambda: Flow(b"x"))),
        "graphs": (2_000, lambda: (FLOW.mermaid(), FLOW.dot(), FLOW.prompts, FLOW.nodes)),
        "scenarios": (1_000, lambda: _native.play_scenarios(FLOW, SCENARIO, "a.ivrtest.yaml")),
        "say": (10_000, lambda: ivr.say("en", "number", 1234)),
    }


def centres() -> Kinds:
    played = CENTRE.run()
    load: Any = {"calls_per_hour": 200, "handle_s": 180}
    return {
        "run": (300, lambda: CENTRE.run().calls),
        "watch": (100, lambda: list(CENTRE.watch(every_s=60))),
        "a report": (3_000, lambda: (played.total, played.intervals, played.calls, played.agents)),
        "service": (10_000, lambda: sim.service(**load, agents=14)),
        "erlang_agents": (2_000, lambda: sim.erlang_agents(**load)),
        "grows for ever": (10_000, refused(ValueError, lambda: sim.service(**load, agents=2))),
        "roster": (2_000, lambda: _native.shift_starts([1, 2, 3, 2], 2)),
    }


def packets() -> Kinds:
    sender, receiver, clock = rtp.Sender(7), rtp.Receiver(), itertools.count(0, 160)
    datagram = sender.send(8, 0, CODES)
    packet = rtp.Packet.parse(datagram)
    told = rtp.rtcp_compound(
        7, "a@b", info=sender.info(1 << 40, 0), reports=[rtp.ReceptionReport(ssrc=1)]
    )

    def key() -> None:
        keys, heard = rtp.EventSender(), rtp.EventReceiver()
        keys.start(5, 0, 160)
        while (due := keys.deadline) is not None:
            found = keys.poll(due)
            if found is not None:
                of = rtp.Packet(101, 0, 0, 7, found[2], marker=found[0])
                heard.receive(of, due * 125)
                list(heard)

    return {
        "send": (10_000, lambda: sender.send(8, next(clock), CODES)),
        "parse": (10_000, lambda: rtp.Packet.parse(datagram)),
        "to_bytes": (10_000, lambda: packet.to_bytes()),
        "receive": (10_000, lambda: receiver.receive(packet, 0)),
        "statistics": (10_000, lambda: (receiver.statistics, receiver.report(5))),
        "parse_rtcp": (5_000, lambda: rtp.parse_rtcp(told)),
        "no packet": (10_000, refused(MediaError, lambda: rtp.Packet.parse(b"x"))),
        "a key": (2_000, key),
        "quality": (10_000, lambda: rtp.quality(delay_ms=100, loss=0.01)),
    }


def campaigns() -> Kinds:
    hours = Calendar({"mon-fri": ["9-12", "13-18"]})
    always, at = Calendar({"mon-sun": ["0-24"]}), itertools.count(0, 1000)
    door = Door(barred={1: 2}, per_caller=(3, 60_000))

    def campaign() -> None:
        of = Campaign([always, hours], contacts=8)
        who = of.add(5550100)
        of.staff(0, 1, 1)
        list(of)
        of.answered(1, who, True)
        list(of)
        Campaign.restore(of.snapshot(), [always, hours], contacts=8)

    return {
        "hours": (10_000, lambda: (hours.state(next(at)), hours.next_open(next(at)))),
        "door": (20_000, lambda: (door.judge(1, 2, next(at)), door.judge(next(at), 2, next(at)))),
        "campaign": (500, campaign),
        "no contact": (2_000, refused(CampaignError, lambda: Campaign([]).tries(5))),
        "Calendar": (100, lambda: Calendar({"mon": ["9-12"]})),
    }


def recordings(folder: Path) -> Kinds:
    path, names = folder / "a.tlr", itertools.count()
    with Writer(path, [Channel("x", "pcma")], meta={"queue": "sales"}) as call:
        call.write(0, 0, CODES * 50)
    writer = Writer(folder / "w.tlr", [Channel("x", "pcma"), Channel("y", "pcm16")])
    at, reader = itertools.count(0, 160), Reader(path)

    def write() -> None:
        position = next(at)
        writer.write(0, position, CODES)
        writer.write(1, position, PCM)

    def new() -> None:
        of = folder / f"{next(names)}.tlr"
        with Writer(of, [Channel("x")]) as call:
            call.mark(0, 0, "note")
            call.write(0, 0, CODES)
        of.unlink()

    return {
        "write": (10_000, write),
        "wrong samples": (10_000, refused(BufferError, lambda: writer.write(0, 0, PCM))),
        "backwards": (10_000, refused(RecordError, lambda: writer.write(0, 0, CODES))),
        "Writer": (100, new),
        "Reader": (500, lambda: Reader(path)),
        "samples": (2_000, lambda: reader.samples(0)),
        "slices": (2_000, lambda: reader[0.1:0.5]),
        "what is known": (10_000, lambda: (reader.meta, reader.channels, reader.marks)),
        "picture": (2_000, lambda: reader.picture(0, 50)),
        "verify": (300, lambda: record.verify(path)),
    }


def test_it_is_a_million(tmp_path: Path) -> None:
    kinds = sounds() | packets() | routing() | campaigns() | dialogues() | centres()
    kinds |= recordings(tmp_path)
    assert sum(times for times, _ in kinds.values()) >= 1_000_000


def resident() -> int:
    """Bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def grown(times: int, call: Call) -> int:
    """By how many bytes this process grows by so many calls."""
    before = resident()
    for _ in range(times):
        call()
    gc.collect()
    return resident() - before


def held() -> list[int]:
    """The reference counts of all that is handed in, and of every class."""
    return [sys.getrefcount(of) for of in (*INPUTS, *CLASSES)]


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
@pytest.mark.parametrize(
    "family", [sounds, packets, routing, campaigns, dialogues, centres, recordings]
)
def test_nothing_stays(family: Callable[..., Kinds], tmp_path: Path) -> None:
    kinds = family(tmp_path) if family is recordings else family()
    for name, (times, call) in kinds.items():
        for _ in range(times // 10):
            call()
        gc.collect()
        counts, blocks = held(), sys.getallocatedblocks()
        laps = (grown(times, call) for _ in range(4))
        first = next(laps)
        assert sys.getallocatedblocks() - blocks < 100 + times // 100, name
        after = held()
        moved = [of for of, a, b in zip((*INPUTS, *CLASSES), counts, after, strict=True) if a != b]
        assert moved == [], name
        # A leak of ten bytes a call would show, each time; pages that the system took away and gives
        # back do not.
        room = 10 * times + 1_500_000
        assert first < room or any(lap < room for lap in laps), name


def test_a_leak_would_be_noticed() -> None:
    counts, blocks, kept = held(), sys.getallocatedblocks(), []
    for _ in range(1000):
        kept.append(media.g711_decode(CODES))
        kept.append(memoryview(PCM))  # type: ignore[arg-type]
    assert sys.getallocatedblocks() - blocks > 1000
    assert held() != counts
    assert trunkline.__version__
