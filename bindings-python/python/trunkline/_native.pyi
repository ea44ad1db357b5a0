from array import array
from typing import ClassVar, final

from typing_extensions import Buffer

__all__ = [
    "__version__",
    "Error",
    "MediaError",
    "Law",
    "g711_encode",
    "g711_decode",
    "g711_encode_into",
    "g711_decode_into",
]

__version__: str

class Error(Exception): ...
class MediaError(Error): ...

@final
class Law:
    MU: ClassVar[Law]
    A: ClassVar[Law]
    def __int__(self) -> int: ...

def g711_encode(pcm: Buffer, law: Law = ...) -> bytes: ...
def g711_decode(codes: Buffer, law: Law = ...) -> array[int]: ...
def g711_encode_into(pcm: Buffer, out: Buffer, law: Law = ...) -> None: ...
def g711_decode_into(codes: Buffer, out: Buffer, law: Law = ...) -> None: ...
