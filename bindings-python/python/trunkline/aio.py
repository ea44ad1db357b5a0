"""Engines driven by asyncio.

The engines have no clock; :class:`Driver` gives them one. It calls ``tick`` when the deadline has
come, and hands out what the engine says as an asynchronous iterator:

>>> import asyncio
>>> from trunkline.acd import Engine, Offer
>>> from trunkline.aio import Driver
>>> async def main():
...     async with Driver(Engine()) as centre:
...         sales = centre.engine.add_queue()
...         ann = centre.engine.add_agent(tag=101)
...         centre.engine.join_queue(ann, sales)
...         centre.tell("set_agent_state", ann, "available")
...         centre.tell("arrive", sales, tag=7)
...         async for output in centre:
...             if isinstance(output, Offer):
...                 return output.agent_tag
>>> asyncio.run(main())
101

Everything happens in the thread of the event loop. Time is ms since the Unix epoch unless ``now``
says otherwise; a test hands in its own clock and moves it, see :class:`FakeClock`.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

Out = TypeVar("Out", covariant=True)


class Passive(Protocol[Out]):
    """What a driver drives: :class:`trunkline.acd.Engine`, :class:`trunkline.ivr.Session`."""

    @property
    def deadline(self) -> int | None:
        """When it wants ``tick`` at the latest, in ms."""

    def tick(self, now: int) -> None:
        """Time has passed."""

    def __iter__(self) -> Iterator[Out]:
        """The outputs there are."""


class Handle(Protocol):
    """Something that will happen."""

    def cancel(self) -> None:
        """It will not."""


class Clock(Protocol):
    """Where a driver's time comes from."""

    def now(self) -> int:
        """Milliseconds since the Unix epoch; never goes back."""

    def call_at(self, when: int, do: Callable[[], None]) -> Handle:
        """Do something at this time."""


class SystemClock:
    """The computer's clock, held to never going back, and the running event loop's timers."""

    def __init__(self) -> None:
        # The monotonic clock runs from here on: somebody may set the other one.
        self._zero = time.time_ns() // 1_000_000 - int(time.monotonic() * 1000)

    def __repr__(self) -> str:
        return f"SystemClock(now={self.now()})"

    def now(self) -> int:
        """Milliseconds since the Unix epoch."""
        return self._zero + int(time.monotonic() * 1000)

    def call_at(self, when: int, do: Callable[[], None]) -> Handle:
        """Do something at this time."""
        seconds = max(0, when - self.now()) / 1000
        # A timer may fire a little early by the millisecond it is rounded to.
        return asyncio.get_running_loop().call_later(seconds + 0.001, do)


class FakeClock:
    """A clock for tests, which stands until it is moved.

    >>> clock = FakeClock(1000)
    >>> heard = []
    >>> handle = clock.call_at(1500, lambda: heard.append(clock.now()))
    >>> clock.advance(2000)
    >>> heard, clock.now()
    ([1500], 3000)
    """

    def __init__(self, now: int = 0) -> None:
        self._now = now
        self._timers: list[tuple[int, int, _Timer]] = []
        self._count = itertools.count()

    def __repr__(self) -> str:
        return f"FakeClock({self._now})"

    def now(self) -> int:
        """Where it stands."""
        return self._now

    def call_at(self, when: int, do: Callable[[], None]) -> Handle:
        """Do something when the clock is moved to this time or over it."""
        timer = _Timer(do)
        heapq.heappush(self._timers, (max(when, self._now), next(self._count), timer))
        return timer

    def advance(self, ms: int) -> None:
        """Move the clock, stopping wherever something was to be done."""
        until = self._now + ms
        while self._timers and self._timers[0][0] <= until:
            self._now, _, timer = heapq.heappop(self._timers)
            timer.run()
        self._now = until


class _Timer:
    def __init__(self, do: Callable[[], None]) -> None:
        self._do: Callable[[], None] | None = do

    def cancel(self) -> None:
        self._do = None

    def run(self) -> None:
        if self._do is not None:
            self._do()


class Driver(Generic[Out]):
    """Drives one engine or session: an asynchronous context manager and iterator.

    Tell the engine things by :meth:`tell`, or by methods of ``engine`` followed by :meth:`drain`.
    The iterator ends when the driver is closed, which it is at the end of the context.
    """

    def __init__(self, engine: Passive[Out], clock: Clock | None = None) -> None:
        self.engine: Any = engine
        """What is driven."""
        self.clock = clock or SystemClock()
        """Its time."""
        self._outputs: deque[Out] = deque()
        self._there = asyncio.Event()
        self._timer: Handle | None = None
        self._due: int | None = None
        self._closed = False
        self._error: BaseException | None = None

    def __repr__(self) -> str:
        return f"Driver({self.engine!r}, due={self._due}, closed={self._closed})"

    async def __aenter__(self) -> Self:
        self.drain()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def tell(self, method: str, *args: Any, **options: Any) -> Any:
        """Call a method of the engine that takes the time first, with the time it is now; returns
        what it returns. What it refuses, it raises."""
        self._catch_up()
        result = getattr(self.engine, method)(self.clock.now(), *args, **options)
        self.drain()
        return result

    def drain(self) -> None:
        """Take what the engine says, and see when it wants to be called again."""
        self._outputs.extend(self.engine)
        if self._outputs:
            self._there.set()
        due = self.engine.deadline
        if due == self._due or self._closed:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._due = due
        self._timer = None if due is None else self.clock.call_at(due, self._wake)

    def close(self) -> None:
        """Drive no more; the iterator ends behind what is there already."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._due = None
        self._closed = True
        self._there.set()

    def _catch_up(self) -> None:
        """Deadlines that have come are kept before anything newer is told."""
        due = self.engine.deadline
        if due is not None and due <= self.clock.now():
            self._due = None
            self.engine.tick(self.clock.now())
            self.drain()

    def _wake(self) -> None:
        self._timer = self._due = None
        try:
            self._catch_up()
            self.drain()
        except Exception as error:  # nobody is there who could catch it: the iterator raises it
            self._error = error
            self.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Out:
        while not self._outputs:
            if self._error is not None:
                raise self._error
            if self._closed:
                raise StopAsyncIteration
            self._there.clear()
            await self._there.wait()
        return self._outputs.popleft()


__all__ = ["Clock", "Driver", "FakeClock", "Handle", "Passive", "SystemClock"]
