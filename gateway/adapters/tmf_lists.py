"""Reading a collection: that something is not in it is known only from the whole of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from domain.network import NetworkUnavailableError
from gateway.adapters.tmf_client import Reply
from gateway.adapters.tmf_errors import unexpected

_PARTIAL: Final = 206

Thing = Mapping[str, Any]


def mine_in(reply: Reply, path: str, is_mine: Callable[[Thing], bool]) -> list[Thing]:
    """What of a collection is ours. Raises NetworkUnavailableError where it does not say: absence follows from nothing.

    Systems that know no filter answer with everything, so each thing is looked at again here.
    """
    if not reply.ok:
        raise unexpected(f"GET {path}", reply)
    if reply.body is not None and not isinstance(reply.body, list):
        raise NetworkUnavailableError(f"GET {path} got {str(reply.body)[:200]}, which is no list")
    found = [one for one in reply.body or () if isinstance(one, Mapping) and is_mine(one)]
    if not found and reply.status == _PARTIAL:
        raise NetworkUnavailableError(f"GET {path} got a part of the list alone, and nothing of ours in it")
    return found
