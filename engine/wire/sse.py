"""Server-sent events: the protocol of graphql-sse, distinct connections mode.

``id`` is the cursor of an update. A client that comes back with it as ``Last-Event-ID``, as ``EventSource`` does by
itself, goes on behind that update. Lines end with LF. When this side ends a stream it says no ``complete``: to a client
that is a lost connection, and it comes back.
"""

from __future__ import annotations

from typing import Final

from engine.operations import Answer

LAST_EVENT_ID: Final = b"last-event-id"


class Events:
    """The form of server-sent events."""

    content_type = b"text/event-stream; charset=utf-8"
    opening = b":\n\n"
    heartbeat = b":\n\n"
    closing = b"event: complete\ndata:\n\n"  # EventSource drops an event without a line of data

    def update(self, answer: Answer) -> bytes:
        """One answer; its JSON has no line breaks."""
        place = b"id: %b\n" % answer.cursor.encode() if answer.cursor is not None else b""
        return b"%bevent: next\ndata: %b\n\n" % (place, answer.body)

    def failure(self, body: bytes) -> bytes:
        """Nothing: the client is to come back."""
        del body
        return b""
