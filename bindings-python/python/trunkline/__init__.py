"""Call routing, IVR and telephony media: the engines that run in the PBX.

- :mod:`trunkline.acd`: who gets which call
- :mod:`trunkline.calendar`, :mod:`trunkline.admission`: working hours, and who gets in
- :mod:`trunkline.outbound`: calling out through a list of contacts
- :mod:`trunkline.ivr`: the caller's dialogue
- :mod:`trunkline.sim`: experiments with a call centre, and how many agents it takes
- :mod:`trunkline.media`: G.711 and the other sounds of a telephone line
- :mod:`trunkline.rtp`: packets of sound, their reports, and how good a call sounds
- :mod:`trunkline.record`: calls in files
- :mod:`trunkline.aio`: engines driven by asyncio

Nothing here owns a thread, a socket or a clock. Engines are fed, drained, and say when they want
to be called again; time is a number handed in, in milliseconds since the Unix epoch.
"""

from . import acd, admission, calendar, ivr, media, outbound, record, rtp, sim
from ._native import Error, __version__

__all__ = [
    "Error",
    "__version__",
    "acd",
    "admission",
    "calendar",
    "ivr",
    "media",
    "outbound",
    "record",
    "rtp",
    "sim",
]
