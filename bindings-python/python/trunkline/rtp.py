"""RTP and RTCP (RFC 3550), telephone events (RFC 4733), and what they say of a call.

>>> from trunkline.rtp import Packet, Receiver, Sender
>>> sender = Sender(0x1234_5678, first_sequence=65_535)
>>> datagrams = [sender.send(8, n * 160, bytes([0xD5]) * 160, marker=n == 0) for n in range(3)]
>>> receiver = Receiver()
>>> for n, datagram in enumerate(datagrams):
...     arrival = receiver.receive(Packet.parse(datagram), n * 20_000)
>>> arrival.sequence, receiver.statistics.received, receiver.statistics.lost
(131073, 3, 0)

Nothing here opens a socket: datagrams come in and go out as bytes. How good a call sounds is said by
the E-model:

>>> from trunkline.rtp import quality
>>> r, mos = quality(delay_ms=150, loss=0.01)
>>> round(mos, 2)
4.32
"""

from __future__ import annotations

from enum import StrEnum

from ._native import (
    Arrival,
    EventReceiver,
    EventSender,
    EventSignal,
    MediaError,
    Packet,
    Receiver,
    ReceptionReport,
    Sender,
    SenderInfo,
    StreamStatistics,
    is_rtcp,
    parse_rtcp,
    round_trip_s,
    rtcp_compound,
)
from ._native import quality_of as quality


class Discard(StrEnum):
    """Why a packet is not part of a stream."""

    PROBATION = "probation"
    """Its source has not shown enough packets in sequence yet."""
    DUPLICATE = "duplicate"
    """It has been here before."""
    JUMP = "jump"
    """Its number is far from the stream's; the next one may confirm that the stream has jumped."""
    OTHER_SOURCE = "other_source"
    """It comes from another source while one is established."""


__all__ = [
    "Arrival",
    "Discard",
    "EventReceiver",
    "EventSender",
    "EventSignal",
    "MediaError",
    "Packet",
    "Receiver",
    "ReceptionReport",
    "Sender",
    "SenderInfo",
    "StreamStatistics",
    "is_rtcp",
    "parse_rtcp",
    "quality",
    "round_trip_s",
    "rtcp_compound",
]
