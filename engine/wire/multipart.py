"""Apollo's multipart subscriptions: parts of one response, each with a payload; a heartbeat is an empty object."""

from __future__ import annotations

from typing import Final

from engine.operations import Answer

_BOUNDARY: Final = b"\r\n--graphql"
_HEADER: Final = b"\r\nContent-Type: application/json\r\n\r\n"


class Multipart:
    """The form of a multipart subscription. Each part ends with its boundary, so that a client can read it at once."""

    content_type = b"multipart/mixed;boundary=graphql;subscriptionSpec=1.0"
    opening = _BOUNDARY
    heartbeat = _HEADER + b"{}" + _BOUNDARY
    closing = b"--\r\n"

    def update(self, answer: Answer) -> bytes:
        """One answer."""
        return b'%b{"payload":%b}%b' % (_HEADER, answer.body, _BOUNDARY)

    def failure(self, body: bytes) -> bytes:
        """An error of the transport, and the end."""
        return b'%b{"payload":null,%b%b%b' % (_HEADER, body[1:], _BOUNDARY, self.closing)
