"""Packets, streams, reports, keys beside the sound, and quality."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trunkline import rtp
from trunkline.media import JitterBuffer, MediaError
from trunkline.rtp import (
    Discard,
    EventReceiver,
    EventSender,
    Packet,
    Receiver,
    ReceptionReport,
    Sender,
    SenderInfo,
)

u8, u16, u32 = st.integers(0, 127), st.integers(0, 2**16 - 1), st.integers(0, 2**32 - 1)


@given(
    u8, u16, u32, u32, st.binary(max_size=200), st.booleans(), st.lists(u32, max_size=15),
    st.none() | st.tuples(u16, st.binary(max_size=5).map(lambda of: of * 4)),
)  # fmt: skip
def test_a_packet_comes_back(
    kind: int,
    sequence: int,
    timestamp: int,
    ssrc: int,
    payload: bytes,
    marker: bool,
    csrcs: list[int],
    extension: tuple[int, bytes] | None,
) -> None:
    packet = Packet(
        kind, sequence, timestamp, ssrc, payload, marker=marker, csrcs=csrcs, extension=extension
    )
    datagram = packet.to_bytes()
    assert datagram[0] >> 6 == 2 and datagram[2:4] == sequence.to_bytes(2, "big")
    again = Packet.parse(memoryview(bytearray(datagram)))
    assert again == packet
    assert (bytes(again.payload), again.marker, again.csrcs) == (payload, marker, csrcs)
    assert again.extension == extension


@given(st.binary(max_size=100))
def test_any_bytes_are_a_packet_or_an_error(datagram: bytes) -> None:
    for parse in (Packet.parse, rtp.parse_rtcp):
        try:
            parse(datagram)
        except MediaError as error:
            assert error.code in ("short", "version", "padding", "packet_type")
    rtp.is_rtcp(datagram)


def test_what_is_no_packet() -> None:
    kinds: list[tuple[Any, str, int | None]] = [
        (lambda: Packet.parse(b"\x80"), "short", None),
        (lambda: Packet.parse(b"\x00" * 12), "version", 0),
        (lambda: Packet(200, 0, 0, 0, b"").to_bytes(), "unwritable", None),
        (lambda: Packet(0, 0, 0, 0, b"", csrcs=[1] * 16).to_bytes(), "unwritable", None),
        (lambda: rtp.rtcp_compound(1, "x" * 300), "unwritable", None),
        (lambda: rtp.parse_rtcp(b"\x80\x08\x00\x00"), "packet_type", 8),
        (lambda: EventSender().start(5, 0, 0), "no_duration", None),
    ]
    for parse, code, subject in kinds:
        with pytest.raises(MediaError) as error:
            parse()
        assert (error.value.code, error.value.subject) == (code, subject)
    for wrong in (memoryview(bytearray(40))[::2], "text"):
        with pytest.raises((BufferError, TypeError)):
            Packet.parse(wrong)  # type: ignore[arg-type]


def test_a_stream_from_end_to_end() -> None:
    sender, receiver, buffer = Sender(0xABCD, first_sequence=65_530), Receiver(), JitterBuffer()
    for n in range(100):
        datagram = sender.send(8, n * 160, bytes([0xD5]) * 160, marker=n == 0)
        if n in (40, 41):
            continue  # lost
        packet = Packet.parse(datagram)
        arrival = receiver.receive(packet, n * 20_000)
        assert arrival.discarded is None and arrival.restarted == (n == 0)
        buffer.insert(
            packet.payload, sequence=packet.sequence, timestamp=packet.timestamp,
            arrival_us=n * 20_000, ssrc=packet.ssrc,
        )  # fmt: skip
        again = receiver.receive(packet, n * 20_000)
        assert (again.discarded, again.sequence) == (Discard.DUPLICATE, None)
    assert receiver.ssrc == 0xABCD and sender.packets == 100
    counted = receiver.statistics
    assert (counted.received, counted.lost, counted.duplicates, counted.jitter) == (98, 2, 98, 0)
    stranger = Packet(8, 5, 0, 0x9999, bytes(160))
    assert receiver.receive(stranger, 3_000_000).discarded == Discard.OTHER_SOURCE


def test_reports_make_a_round_trip() -> None:
    sender, receiver = Sender(1), Receiver()
    assert receiver.report(0) is None
    for n in range(10):
        packet = Packet.parse(sender.send(0, n * 160, bytes(160)))
        if n != 5:
            receiver.receive(packet, n * 20_000)
    ntp = 0xB705_2000 << 16
    info = sender.info(ntp, 1600)
    assert (info.packets, info.octets, info.rtp) == (10, 1600, 1600)
    told = rtp.rtcp_compound(1, "phone@example.com", info=info)
    assert rtp.is_rtcp(told) and not rtp.is_rtcp(sender.send(0, 0, b""))
    report, description = rtp.parse_rtcp(told)
    assert (report["kind"], report["ssrc"], report["info"]) == ("sender_report", 1, info)
    assert description["items"] == [(1, 1, b"phone@example.com")]
    receiver.sender_report(1, report["info"], 1_000_000)
    heard = receiver.report(1_500_000)
    assert heard is not None
    assert (heard.ssrc, heard.lost, heard.last_sender_report) == (1, 1, 0xB705_2000)
    assert heard.delay == 65_536 // 2
    back = rtp.parse_rtcp(rtp.rtcp_compound(2, "b", reports=[heard], goodbye="over"))
    assert [of["kind"] for of in back] == ["receiver_report", "description", "goodbye"]
    assert back[0]["reports"] == [heard]
    assert (back[2]["sources"], back[2]["reason"]) == ([2], b"over")
    trip = rtp.round_trip_s(heard, ntp + (3 << 31))  # 1.5 s later
    assert trip == pytest.approx(1.0)
    assert rtp.round_trip_s(ReceptionReport(), ntp) is None
    assert repr(SenderInfo(ntp=5)) == "SenderInfo(ntp=5, rtp=0, packets=0, octets=0)"


@given(st.sets(st.integers(0, 8)))
def test_a_key_is_heard_once_whatever_is_lost(lost: set[int]) -> None:
    sender, receiver = EventSender(), EventReceiver()
    sender.press(11, 0)
    with pytest.raises(MediaError) as busy:
        sender.press(5, 0)
    assert (busy.value.code, busy.value.subject) == ("busy", 11)
    packets: list[tuple[bool, int, bytes]] = []
    signals, clock = [], 0
    while (due := sender.deadline) is not None:
        clock = max(clock, due)
        if clock >= 640 and len(packets) < 5:
            sender.release(800)
        found = sender.poll(clock)
        if found is not None:
            packets.append(found)
        if len(packets) >= 5:
            sender.release(clock)
    for n, (marker, start, payload) in enumerate(packets):
        if n not in lost:
            receiver.receive(Packet(101, n, start, 7, payload, marker=marker), n * 20_000)
            signals += list(receiver)
    while (due := receiver.deadline) is not None:
        receiver.tick(due)
        signals += list(receiver)
    kinds = [(signal.kind, signal.event) for signal in signals]
    everything = set(range(len(packets))) <= lost
    assert kinds == ([] if everything else [("down", 11), ("up", 11)])


def test_quality_falls_with_delay_and_loss() -> None:
    best, mos = rtp.quality()
    assert best == pytest.approx(93.2) and 4.4 < mos < 4.5
    assert rtp.quality(delay_ms=400)[1] < rtp.quality(delay_ms=100)[1]
    lossy = rtp.quality(loss=0.05)
    assert lossy[0] < best
    assert rtp.quality(loss=0.05, concealed=False)[0] < lossy[0]
    assert rtp.quality(loss=0.05, burst=3)[0] < lossy[0]
