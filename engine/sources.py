"""What a subscription's resolver gives whose updates can be shared: events in an order, told to many at once.

A resolver may give any asynchronous iterator. One that gives a ``Source`` lets everybody who follows the same topic
with the same selection and the same rights share one execution of each event.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Hashable
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Placed:
    """An event, where it stands in its order, and what it tells of.

    Of two events of the same ``thing`` the later tells all that the earlier told; null tells of nothing else. ``since``
    is a moment (``time.monotonic``) before the event was found: its answer need show nothing that is younger.
    """

    place: int
    event: Any
    thing: Hashable = None
    since: float | None = None


Heard = Callable[[Placed | None], None]
Stop = Callable[[], None]


class Reading(Protocol):
    """One reader's way from a place to the present. It hears until it is closed."""

    async def missed(self) -> Placed | None:
        """The next event that has happened already; null when none is left.

        Whoever gets null, and listens before anybody else has a turn, misses nothing.
        """
        ...

    async def news(self) -> None:
        """Wait until it is worth while to ask again."""
        ...

    def close(self) -> None:
        """Hear no more."""
        ...


class Source(ABC):
    """The events of a subscription, behind the place ``start``.

    ``topic`` says which: those of one topic are the same to viewers of one scope.
    """

    __slots__ = ()
    topic: Hashable
    start: int

    @abstractmethod
    def read(self, after: int | None = None) -> Reading:
        """All events behind a place; null is the start, with what is told there before them."""

    @abstractmethod
    def listen(self, heard: Heard) -> Stop:
        """Call ``heard`` with each event from now on, until what this gives is called.

        Null says that an event could not be told: it is to be read.
        """

    async def __aiter__(self) -> AsyncIterator[Any]:
        """The events alone, for one reader who shares nothing."""
        reading = self.read()
        try:
            while True:
                if (placed := await reading.missed()) is not None:
                    yield placed.event
                else:
                    await reading.news()
        finally:
            reading.close()
