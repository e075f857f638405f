"""Signatures of Standard Webhooks: who sent a message, and that nobody changed it on the way.

https://github.com/standard-webhooks/standard-webhooks, version 1: HMAC-SHA256 over ``id.timestamp.body``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Final

PREFIX: Final = "whsec_"
SHORTEST_KEY: Final = 24
LONGEST_KEY: Final = 64


def signing_key(secret: str) -> bytes:
    """The key in a secret ``whsec_<base64>``. Raises ValueError with the remedy, and without the secret."""
    remedy = f"give {PREFIX} and base64, for instance of `openssl rand -base64 32`"
    if not secret.startswith(PREFIX):
        raise ValueError(remedy)
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:
        raise ValueError(remedy) from None
    if not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        raise ValueError(f"holds {len(key)} bytes; give {SHORTEST_KEY} to {LONGEST_KEY}")
    return key


def signature(key: bytes, id_: str, timestamp: int, body: bytes) -> str:
    """The header ``webhook-signature`` of a message. Neither id nor timestamp may hold a full stop."""
    signed = hmac.new(key, f"{id_}.{timestamp}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(signed.digest()).decode()}"
