"""Work that the gateway alone has rules for: orders taken in, and receipts of what was built."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import orjson

from benchmarks.contenders import Running
from benchmarks.groups import Groups, bodies, item
from benchmarks.load.posts import Poster, post
from benchmarks.plans import INTAKE, orders
from benchmarks.work import CLAIM, CONNECTIONS, DEADLINE, Figures, posted

EVIDENCE: Final = (
    """query($id: ID!) { node(id: $id) { ... on WorkItem { evidence { name kind choices } } } }"""
)
RECEIPT: Final = """mutation($items: [ItemReceiptInput!]!) { submitReceipt(input: {items: $items}) {
  results { __typename ... on ReceiptAccepted { receipt { id outcome } item { id state } } } } }"""
SEEN: Final = {"TEXT": "seen", "NUMBER": 4, "BOOLEAN": True, "PHOTO": "photo-1"}


async def intake(server: Running, groups: int, together: int) -> Figures:
    """Takes in so many new groups of three orders, in batches of ``together`` groups; figures are of one order."""
    headers = [f"Authorization: {server.upstream}"]
    first = time.time_ns() // 1_000_000
    await post(
        server.address,
        headers,
        bodies(INTAKE, _batches(first, together * 2, together)),
        seconds=DEADLINE,
        connections=1,
    )
    batches = _batches(first + together * 2, groups, together)
    figures = await posted(server, headers, bodies(INTAKE, batches), DEADLINE, connections=1)
    shares = figures["count"] / (groups * 3)
    return figures | {name: round(figures[name] * shares, 2) for name in ("cpu_us", "database_us")}


def _batches(first: int, groups: int, together: int) -> Iterator[dict[str, Any]]:
    for begin in range(first, first + groups, together):
        last = min(begin + together, first + groups)
        yield {"o": [order for number in range(begin, last) for order in orders(number)]}


async def receipts(server: Running, groups: Groups, count: int) -> Figures:
    """Receipts one item of so many groups, each claimed just before."""
    headers = [f"Authorization: {server.crew}"]
    items = [item(number, 0) for number in groups.deal(count)]
    claims = bodies(CLAIM, ({"id": id_} for id_ in items))
    await post(server.address, headers, claims, seconds=DEADLINE, connections=CONNECTIONS)
    evidence = await _evidence(server, items[0])
    forms = ({"items": [{"itemId": id_, "evidence": evidence}]} for id_ in items)
    return await posted(server, headers, bodies(RECEIPT, forms), DEADLINE)


async def _evidence(server: Running, id_: str) -> Mapping[str, Any]:
    """Something of the right kind for all that the item asks for."""
    poster = await Poster.connected(server.address, [f"Authorization: {server.crew}"])
    try:
        (asked,) = bodies(EVIDENCE, [{"id": id_}])
        told = orjson.loads((await poster.send(asked)).partition(b"\r\n\r\n")[2])
    finally:
        poster.close()
    required: Iterable[Mapping[str, Any]] = told["data"]["node"]["evidence"]
    return {own["name"]: own["choices"][0] if own["choices"] else SEEN[own["kind"]] for own in required}
