"""Having callbacks sent to us: the hub which every TM Forum API has. Registered again at each start, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from domain.network import NetworkUnavailableError
from gateway.adapters.tmf_client import TmfClient

_CONFLICT: Final = 409


class Hub:
    """The hub of one API."""

    def __init__(self, client: TmfClient, path: str, events: tuple[str, ...], callback: str) -> None:
        self._client = client
        self._path = f"{path.rstrip('/')}/hub"
        self._events = events
        self._callback = callback

    async def subscribe(self) -> None:
        """Register our callback where it is not. Raises NetworkUnavailableError with the system's words."""
        if any(one.get("callback") == self._callback for one in await self._listeners()):
            return
        wanted = {"callback": self._callback, "query": ",".join(f"eventType={name}" for name in self._events)}
        reply = await self._client.post(self._path, wanted)
        if reply.status == _CONFLICT:  # it takes one listener only: ours
            for one in await self._listeners():
                await self._client.delete(f"{self._path}/{quote(str(one.get('id')), safe='')}")
            reply = await self._client.post(self._path, wanted)
        if not reply.ok:
            text = f"the hub {self._path} takes no listener: HTTP {reply.status}"
            raise NetworkUnavailableError(f"{text} {str(reply.body)[:200]}")

    async def _listeners(self) -> list[Mapping[str, Any]]:
        """Who is registered; none where the system does not tell."""
        reply = await self._client.get(self._path)
        listed = reply.body if reply.ok and isinstance(reply.body, list) else []
        return [one for one in listed if isinstance(one, Mapping)]
