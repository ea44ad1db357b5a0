"""The sounds of a telephone line, as functions over buffers.

PCM goes in as any contiguous buffer of signed 16-bit integers in the machine's byte order
(``array('h')``, a NumPy ``int16`` array, a ``memoryview`` cast to ``'h'``), codes as any contiguous
buffer of bytes. Neither is copied on its way in. PCM comes out as ``array('h')``, which NumPy takes
without a copy (``numpy.asarray``), codes as ``bytes``.

>>> from trunkline.media import DtmfDetector, dtmf_tone, g711_decode, g711_encode
>>> line = g711_decode(g711_encode(dtmf_tone("5")))
>>> detector = DtmfDetector()
>>> [(event.kind, event.key) for event in detector.listen(line) + detector.reset()]
[('down', '5'), ('up', '5')]
"""

from ._native import (
    DtmfDetector,
    KeyEvent,
    Law,
    MediaError,
    dtmf_tone,
    g711_decode,
    g711_decode_into,
    g711_encode,
    g711_encode_into,
)

__all__ = [
    "DtmfDetector",
    "KeyEvent",
    "Law",
    "MediaError",
    "dtmf_tone",
    "g711_decode",
    "g711_decode_into",
    "g711_encode",
    "g711_encode_into",
]
