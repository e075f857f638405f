"""The limit: no GraphQL at all. One statement that answers with bytes, over bare ASGI; one frame, sent to all.

It reads what it is asked by the name of the operation and nothing else, checks nobody, and knows no rule.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

import asyncpg
import orjson

from benchmarks.peers.limit_statements import CHANGE, FOLLOWED, GROUP, PAGE, UPDATE

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

followers: Final[dict[str, set[Send]]] = defaultdict(set)
state: Final[dict[str, Any]] = {}
ACKNOWLEDGED: Final = '{"type":"connection_ack"}'
PONG: Final = '{"type":"pong"}'


async def app(scope: Message, receive: Receive, send: Send) -> None:
    """An ASGI application."""
    serve = {"lifespan": _lifespan, "http": _answer, "websocket": _follow}[scope["type"]]
    await serve(receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    await receive()
    async with asyncpg.create_pool(os.environ["DATABASE"], min_size=10, max_size=10) as pool:
        state["pool"] = pool
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "lifespan.shutdown.complete"})


async def _answer(receive: Receive, send: Send) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message["body"], message.get("more_body", False)
    asked = orjson.loads(body)
    answer = (await _answered(asked["query"], asked.get("variables") or {})).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


async def _answered(query: str, variables: dict[str, Any]) -> str:
    if query.startswith("query Group"):
        return str(await state["pool"].fetchval(GROUP, variables["key"]))
    if query.startswith("query Page"):
        return str(await state["pool"].fetchval(PAGE, variables["first"]))
    if query.startswith("mutation"):
        return await _changed(variables["id"], claim=query.startswith("mutation Claim"))
    return '{"data":{}}'


async def _changed(id_: str, *, claim: bool) -> str:
    row = await state["pool"].fetchrow(CHANGE, id_, "CLAIMED" if claim else "OPEN")
    if row is None:
        return '{"data":{"claimWorkItem":{"__typename":"AlreadyClaimed"}}}'
    if followers.get(row["group_id"]):
        await _publish(row["visit_id"], "ITEM_CLAIMED" if claim else "ITEM_RELEASED")
    name, kind = ("claimWorkItem", "WorkItemClaimed") if claim else ("releaseWorkItem", "WorkItemReleased")
    return f'{{"data":{{"{name}":{{"__typename":"{kind}","item":{row["body"]}}}}}}}'


async def _publish(visit: str, kind: str) -> None:
    row = await state["pool"].fetchrow(UPDATE, visit, kind)
    text = f'{{"id":"1","type":"next","payload":{{"data":{{"groupUpdates":{row["body"]}}}}}}}'
    for send in list(followers[row["id"]]):
        await send({"type": "websocket.send", "text": text})


async def _follow(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept", "subprotocol": "graphql-transport-ws"})
    group = None
    while (message := await receive())["type"] != "websocket.disconnect":
        told = orjson.loads(message["text"])
        if told["type"] == "connection_init":
            await send({"type": "websocket.send", "text": ACKNOWLEDGED})
        elif told["type"] == "ping":
            await send({"type": "websocket.send", "text": PONG})
        elif told["type"] == "subscribe":
            group = await state["pool"].fetchval(FOLLOWED, told["payload"]["variables"]["key"])
            followers[group].add(send)
    if group is not None:
        followers[group].discard(send)
