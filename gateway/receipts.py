"""The ledger of receipts as an operator reads it, and dead letters sent again, by the door that every client uses."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TextIO

from gateway.client import GraphQLClient
from gateway.reports import printable
from schema.node import decode_id, encode_id

MOST_AT_ONCE: Final = 500
"""As many as ``replayReceipts`` takes at once."""

LIST: Final = """
query Receipts($filter: ReceiptFilter, $after: String) {
  receipts(filter: $filter, first: 200, after: $after) {
    edges {
      node { id order { number } kind attempt delivery deliveryAttempts at failure }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""

REPLAY: Final = """
mutation ReplayReceipts($input: ReplayReceiptsInput!) {
  replayReceipts(input: $input) {
    receipts { id delivery }
    notFound
  }
}
"""

HEADINGS: Final = ("ORDER", "KIND", "ATTEMPT", "DELIVERY", "TRIES", "AT", "LAST FAILURE")

Receipt = Mapping[str, Any]


async def receipts(
    client: GraphQLClient,
    *,
    delivery: str | None = None,
    order: str | None = None,
    ids: Sequence[str] | None = None,
    dead: bool = False,
    out: TextIO | None = None,
) -> int:
    """Prints the ledger, or has receipts sent again and prints what became of each; the exit code.

    Args:
        client: The gateway; it is left open.
        delivery: Only receipts so far on their way; every one if absent.
        order: Only those of this order number.
        ids: Receipts to be sent again, as ORDER/ATTEMPT/KIND or as ids of the API.
        dead: Whether all dead letters (of the order) are to be sent again.
        out: Standard output if absent.
    """
    out = out or sys.stdout
    if ids is not None:
        return await _replay(client, [global_id(text) for text in ids], out)
    found = await _ledger(client, "DEAD" if dead else delivery, order)
    if dead:
        return await _replay(client, [receipt["id"] for receipt in sorted(found, key=_turn)], out)
    out.writelines(f"{line}\n" for line in table(found))
    return 0


def global_id(text: str) -> str:
    """The id of the API for what an operator reads in the table, or copies from the API."""
    decoded = decode_id(text)
    return text if decoded is not None and decoded[0] == "Receipt" else encode_id("Receipt", text)


def _turn(receipt: Receipt) -> tuple[str, int, bool]:
    """The receipts of one order go out in the order in which they became final."""
    return receipt["order"]["number"], receipt["attempt"], receipt["kind"] == "COMPLETION"


def table(found: Sequence[Receipt]) -> Iterable[str]:
    """The lines of the ledger, in columns, and how many they are."""
    rows = [HEADINGS, *map(_cells, found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    for row in rows if found else ():
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    yield f"{len(found)} receipt{'' if len(found) == 1 else 's'}."


def _cells(receipt: Receipt) -> tuple[str, ...]:
    cells = (
        receipt["order"]["number"],
        receipt["kind"],
        receipt["attempt"],
        receipt["delivery"],
        receipt["deliveryAttempts"],
        receipt["at"],
        receipt["failure"] or "",
    )
    return tuple(printable(str(cell)) for cell in cells)


async def _ledger(client: GraphQLClient, delivery: str | None, order: str | None) -> list[Receipt]:
    """All of them, page by page."""
    wanted: dict[str, object] = {
        "deliveries": [delivery.upper()] if delivery is not None else None,
        "orderNumbers": [order] if order is not None else None,
    }
    found: list[Receipt] = []
    after = None
    while True:
        page = (await client.execute(LIST, {"filter": wanted, "after": after}))["receipts"]
        found += [edge["node"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


async def _replay(client: GraphQLClient, ids: Sequence[str], out: TextIO) -> int:
    """Those of one order in the order in which they are given; 1 when one was not found."""
    missing = False
    for start in range(0, len(ids), MOST_AT_ONCE):
        given = {"input": {"ids": list(ids[start : start + MOST_AT_ONCE])}}
        answer = (await client.execute(REPLAY, dict(given)))["replayReceipts"]
        found, lost = answer["receipts"], answer["notFound"]
        out.writelines(f"{_shown(receipt['id'])}: {_became(receipt['delivery'])}\n" for receipt in found)
        out.writelines(f"{_shown(id_)}: not found\n" for id_ in lost)
        missing = missing or bool(lost)
    if not ids:
        out.write("No dead letters.\n")
    return 1 if missing else 0


def _became(delivery: str) -> str:
    return "is sent again" if delivery == "PENDING" else f"was not dead; it is {delivery} as before"


def _shown(id_: str) -> str:
    decoded = decode_id(id_)
    return printable(decoded[1] if decoded is not None else id_)
