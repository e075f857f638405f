"""Having callbacks sent to us: the hub which every TM Forum API has. Registered again at each start, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from domain.network import NetworkUnavailableError
from gateway.adapters.answers import id_of
from gateway.adapters.tmf_client import TmfClient

_CONFLICT: Final = 409


class Hub:
    """The hub of one API."""

    def __init__(self, client: TmfClient, path: str, events: tuple[str, ...], callback: str) -> None:
        self._client = client
        self._path = f"{path.rstrip('/')}/hub"
        self._events = events
        self._wanted = {"callback": callback, "query": f"eventType={','.join(events)}"}

    async def subscribe(self) -> None:
        """Register our callback where it is not. Raises NetworkUnavailableError with the system's words."""
        if any(self._is_ours(one) for one in await self._listeners()):
            return
        reply = await self._client.post(self._path, self._wanted)
        if reply.status == _CONFLICT:  # it takes one listener only: ours
            for id_ in filter(None, map(id_of, await self._listeners())):
                await self._client.delete(f"{self._path}/{quote(id_, safe='')}")
            reply = await self._client.post(self._path, self._wanted)
        if not reply.ok:
            text = f"the hub {self._path} takes no listener: HTTP {reply.status}"
            raise NetworkUnavailableError(f"{text} {str(reply.body or '')[:200]}".rstrip())

    async def _listeners(self) -> list[Mapping[str, Any]]:
        """Who is registered; none where the system does not tell."""
        reply = await self._client.get(self._path)
        listed = reply.body if reply.ok and isinstance(reply.body, list) else []
        return [one for one in listed if isinstance(one, Mapping)]

    def _is_ours(self, listener: Mapping[str, Any]) -> bool:
        """Whether all that we want comes to us; systems write queries in their own way, or do not show them."""
        query = listener.get("query")
        wanted = not query or all(name in str(query) for name in self._events)
        return listener.get("callback") == self._wanted["callback"] and wanted
