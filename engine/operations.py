"""What a transport asks of the engine, and what it gets: bytes, or a stream of bytes.

A transport knows HTTP, sockets or server-sent events and nothing of schemas; whoever executes knows schemas and nothing
of transports. This page is all that they share.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, Protocol, TypeVar


class Stage(Enum):
    """How far a request came: GraphQL over HTTP answers each with its own status."""

    UNREADABLE = "unreadable"  # no document that parses
    INVALID = "invalid"  # validation, an unknown operation name, variables that do not coerce
    REFUSED = "refused"  # before execution, for who asks: carries an ``extensions.code``
    EXECUTED = "executed"  # there is ``data``, null perhaps


@dataclass(frozen=True, slots=True)
class Request:
    """One GraphQL request, as every transport reads it. ``extensions`` is what the client sent along."""

    document: str
    variables: Mapping[str, Any] | None = None
    operation_name: str | None = None
    extensions: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The response of one operation, or of one update, encoded: ``{"data": …}`` or ``{"errors": …}``.

    ``data`` stands in it exactly if the stage is EXECUTED. Within a stream any other stage is the last answer: the
    stream has failed. ``cursor`` is where a stream stands behind this update, whatever the client selected: a
    transport that has a place for it sends it along, and takes it back as the place to go on from.
    """

    body: bytes
    stage: Stage = Stage.EXECUTED
    cursor: str | None = None


Context_contra = TypeVar("Context_contra", contravariant=True)


class Executor(Protocol, Generic[Context_contra]):
    """Executes documents. One object a process; it keeps what it learned of a document for the next time."""

    def operation_type(self, request: Request) -> str | None:
        """``query``, ``mutation`` or ``subscription``; null when the document does not say which."""
        ...

    async def execute(self, request: Request, context: Context_contra) -> Answer:
        """The answer to a query or a mutation. Never raises for what a client sent."""
        ...

    async def subscribe(
        self, request: Request, new_context: Callable[[], Context_contra]
    ) -> Answer | AsyncIterator[Answer]:
        """A stream of updates, each executed with a context of its own; an Answer when there is none to follow."""
        ...
