"""The ledger as it is printed, and what is said of each receipt that is to be sent again."""

from __future__ import annotations

import io
from typing import Any

from gateway.receipts import LIST, receipts
from schema.node import encode_id


class Scripted:
    """A gateway's client: gives the ledger in pages of two, and replays what it knows."""

    def __init__(self, *nodes: dict[str, Any]) -> None:
        self.nodes = nodes
        self.asked: list[dict[str, Any]] = []

    async def execute(self, document: str, variables: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(variables)
        return {"receipts": self._page(variables["after"])} if document == LIST else self._replay(variables)

    def _page(self, after: str | None) -> dict[str, Any]:
        start = int(after or 0)
        edges = [{"node": node} for node in self.nodes[start : start + 2]]
        info = {"hasNextPage": start + 2 < len(self.nodes), "endCursor": str(start + 2)}
        return {"edges": edges, "pageInfo": info}

    def _replay(self, variables: dict[str, Any]) -> dict[str, Any]:
        ids, known = variables["input"]["ids"], {node["id"] for node in self.nodes}
        found = [{"id": id_, "delivery": "PENDING"} for id_ in ids if id_ in known]
        return {"replayReceipts": {"receipts": found, "notFound": [i for i in ids if i not in known]}}


def node(number: str, kind: str = "COMPLETION", delivery: str = "DEAD", **more: Any) -> dict[str, Any]:
    return {
        "id": encode_id("Receipt", f"{number}/1/{kind}"),
        "order": {"number": number},
        "kind": kind,
        "attempt": 1,
        "delivery": delivery,
        "deliveryAttempts": 12,
        "at": "2026-11-23T12:00:00Z",
        "failure": "HTTP 503",
        **more,
    }


async def printed(client: Scripted, **wishes: Any) -> tuple[int, list[str]]:
    out = io.StringIO()
    code = await receipts(client, out=out, **wishes)  # type: ignore[arg-type]  # all of a client that it uses
    return code, out.getvalue().splitlines()


async def test_the_ledger_is_a_table_of_all_its_pages() -> None:
    client = Scripted(
        node("N1"), node("HA-ESOP-20261123-000002", "CONSTRUCTION", "PENDING", failure=None), node("N3")
    )

    code, lines = await printed(client)

    assert (code, len(client.asked)) == (0, 2)
    assert lines == [
        "ORDER                    KIND          ATTEMPT  DELIVERY  TRIES  AT                    LAST FAILURE",
        "N1                       COMPLETION    1        DEAD      12     2026-11-23T12:00:00Z  HTTP 503",
        "HA-ESOP-20261123-000002  CONSTRUCTION  1        PENDING   12     2026-11-23T12:00:00Z",
        "N3                       COMPLETION    1        DEAD      12     2026-11-23T12:00:00Z  HTTP 503",
        "3 receipts.",
    ]


async def test_only_what_is_wanted_is_asked_for() -> None:
    client = Scripted(node("N1"))

    await printed(client, delivery="dead", order="N1")

    assert client.asked[0]["filter"] == {"deliveries": ["DEAD"], "orderNumbers": ["N1"]}


async def test_what_would_steer_a_terminal_is_not_printed() -> None:
    _, lines = await printed(Scripted(node("N\x1b[2J1")))

    assert "\x1b" not in "".join(lines)


async def test_all_dead_letters_are_sent_again_those_of_one_order_in_their_turn() -> None:
    client = Scripted(node("N2"), node("N1", "COMPLETION"), node("N1", "CONSTRUCTION"))

    code, lines = await printed(client, dead=True)

    assert client.asked[0]["filter"] == {"deliveries": ["DEAD"], "orderNumbers": None}
    assert (code, lines) == (
        0,
        [
            "N1/1/CONSTRUCTION: is sent again",
            "N1/1/COMPLETION: is sent again",
            "N2/1/COMPLETION: is sent again",
        ],
    )


async def test_more_than_the_gateway_takes_at_once_are_sent_again_in_several_requests() -> None:
    client = Scripted(*(node(f"N{n}") for n in range(501)))

    code, lines = await printed(client, dead=True)

    assert (code, len(lines)) == (0, 501)
    assert [len(v["input"]["ids"]) for v in client.asked if "input" in v] == [500, 1]


async def test_without_dead_letters_that_is_said() -> None:
    assert await printed(Scripted(), dead=True) == (0, ["No dead letters."])
