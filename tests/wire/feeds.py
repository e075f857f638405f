"""A subscriber on the wire: graphql-transport-ws spoken by hand, so that nothing hides what is sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection

UPDATES = """subscription($after: Cursor) { updates(after: $after) {
  cursor revision kind group { key round revision } } }"""
GROUP_UPDATES = """subscription($key: String!, $after: Cursor) { groupUpdates(key: $key, after: $after) {
  cursor revision kind actor group { key state revision orders { number state handler { name phone } } }
  order { number state } } }"""
SECONDS = 30


class RefusedError(Exception):
    """The server answered a subscription with an ``error`` message."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(str(errors))
        self.code = errors[0].get("extensions", {}).get("code")
        self.errors = errors


@asynccontextmanager
async def connected(url: str, token: str | None) -> AsyncIterator[ClientConnection]:
    """A socket after ``connection_init``; whatever the server says to it is the test's business."""
    protocol = websockets.Subprotocol("graphql-transport-ws")
    async with websockets.connect(
        url, subprotocols=[protocol], proxy=None, max_size=None, close_timeout=0.2
    ) as socket:
        payload = {"Authorization": f"Bearer {token}"} if token is not None else None
        await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
        yield socket


async def said(socket: ClientConnection, seconds: float = SECONDS) -> dict[str, Any]:
    """The next message."""
    async with asyncio.timeout(seconds):
        message: dict[str, Any] = json.loads(await socket.recv())
        return message


async def follow(url: str, token: str, document: str, **variables: Any) -> AsyncIterator[dict[str, Any]]:
    """The updates of a subscription; raises RefusedError where the server answers with an error."""
    async with connected(url, token) as socket:
        assert (await said(socket))["type"] == "connection_ack"
        payload = {"query": document, "variables": variables}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        while True:
            message = await said(socket)
            if message["type"] == "error":
                raise RefusedError(message["payload"])
            if message["type"] == "complete":
                return
            if message["payload"].get("errors"):
                raise RefusedError(message["payload"]["errors"])
            yield next(iter(message["payload"]["data"].values()))


class Reader:
    """A subscriber which follows everything and comes back with its cursor, whatever cuts it off."""

    def __init__(self, urls: list[str], token: str, patience: int | None = None) -> None:
        self._urls = urls
        self._token = token
        self._patience = patience
        self.cursor: str | None = None
        self.seen: list[tuple[str, int]] = []
        self.connections = 0

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            url = self._urls[self.connections % len(self._urls)]
            self.connections += 1
            try:
                await self._once(url)
            except (OSError, TimeoutError, websockets.WebSocketException):
                await asyncio.sleep(0.1)

    async def _once(self, url: str) -> None:
        taken = 0
        feed = follow(url, self._token, UPDATES, after=self.cursor)
        async for update in feed:
            self.cursor = update["cursor"]
            if update["kind"] != "SNAPSHOT":
                self.seen.append((f"{update['group']['round']}/{update['group']['key']}", update["revision"]))
                assert update["group"]["revision"] >= update["revision"]
            taken += 1
            if self._patience is not None and taken >= self._patience:
                break
        await feed.aclose()  # type: ignore[attr-defined]  # it is a generator


def gaps(seen: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Where a group's revisions are not 1, 2, 3 … : lost, repeated or out of order."""
    last: dict[str, int] = {}
    wrong = []
    for group, revision in seen:
        if revision != last.get(group, 0) + 1:
            wrong.append((group, revision))
        last[group] = revision
    return wrong
