"""Why a socket is closed: the codes of graphql-transport-ws and of RFC 6455, and a reason that fits in a frame."""

from __future__ import annotations

from typing import Final

BAD_FRAME: Final = 4400
UNAUTHORIZED: Final = 4401
OTHER_PROTOCOL: Final = 4406
INIT_TIMEOUT: Final = 4408
ID_IN_USE: Final = 4409
ALREADY_INITIALISED: Final = 4429
FAULT: Final = 1011
TRY_AGAIN_LATER: Final = 1013
LONGEST_REASON: Final = 123
"""Bytes that fit in a close frame."""


class ClosingError(Exception):
    """The socket is to be closed with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def fitting(reason: str) -> str:
    """As much of a reason as a close frame holds."""
    return reason.encode(errors="replace")[:LONGEST_REASON].decode(errors="ignore")
