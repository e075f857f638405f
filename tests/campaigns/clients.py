"""Callers who do not give up: what was not answered is asked again, elsewhere, until it is."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from tests.wire.processes import Client

AGAIN = frozenset({"INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE"})
"""What a gateway may say while something is away."""
PAUSE_SECONDS = 0.1


class BrokenPromiseError(Exception):
    """Something happened that never may."""


async def insist(client: Client, document: str, **variables: Any) -> Any:
    """The only root field of the first answer that has data."""
    while True:
        try:
            body = await client.raw(document, **variables)
        except (httpx.TransportError, ValueError):
            body = {}
        if body and "errors" not in body:
            return next(iter(body["data"].values()))
        codes = {error.get("extensions", {}).get("code") for error in body.get("errors", ())}
        if not codes <= AGAIN:
            raise BrokenPromiseError(f"{document.split('(', maxsplit=1)[0]} {variables}: {body['errors']}")
        await asyncio.sleep(PAUSE_SECONDS)


async def whole_list(client: Client, document: str) -> list[Any]:
    """Every node of a list that takes ``after``."""
    nodes: list[Any] = []
    after, more = None, True
    while more:
        page = await insist(client, document, after=after)
        nodes += [edge["node"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    return nodes
