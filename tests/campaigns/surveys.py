"""Writers: each takes in a survey, has three people race for it, and receipts it, however often it must ask."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.campaigns.clients import BrokenPromiseError, insist
from tests.wire.trade import CREWS, INTAKE, REFUSED, Trade, evidence_for, order

PAUSE_SECONDS = 0.2
"""Between two surveys of a writer: the campaign is about order, not about load."""
RACERS = CREWS["410105"]
ITEM = """query($n: String!) { order(number: $n) {
  workItem { id evidence { name kind choices required } } } }"""
CLAIM = f"""mutation($id: ID!, $name: String!) {{ claimWorkItem(input: {{itemId: $id, clientMutationId: $name}}) {{
  {REFUSED} ... on AlreadyClaimed {{ claimant {{ id }} }}
  ... on WorkItemClaimed {{ item {{ claimant {{ id }} }} }} }} }}"""
RECEIPT = f"""mutation($items: [ItemReceiptInput!]!, $name: String!) {{
  submitReceipt(input: {{items: $items, clientMutationId: $name}}) {{ results {{ {REFUSED}
  ... on ReceiptAccepted {{ receipt {{ kind }} }} }} }} }}"""


@dataclass
class Told:
    """What the gateways acknowledged, by the number of the order."""

    orders: list[str] = field(default_factory=list)
    winners: dict[str, str] = field(default_factory=dict)
    receipts: list[str] = field(default_factory=list)

    @property
    def commands(self) -> int:
        """How many in all."""
        return len(self.orders) + len(self.winners) + len(self.receipts)


class Surveyor:
    """One writer. A survey has both its receipts as soon as its one item is receipted."""

    def __init__(self, name: str, trade: Trade, told: Told) -> None:
        self._name = name
        self._trade = trade
        self._told = told

    async def run(self, stop: asyncio.Event) -> None:
        """One survey after the other, until it is told to stop; the last one is finished."""
        number = 0
        while not stop.is_set():
            number += 1
            await self._survey(f"{self._name}-{number}", f"金水区文化路{number % 900 + 1}号")
            await asyncio.sleep(PAUSE_SECONDS)

    async def _survey(self, number: str, place: str) -> None:
        given = order(number, "CAMERA", place, action="SURVEY")
        [answer] = (await insist(self._trade.upstream, INTAKE, orders=[given]))["results"]
        _expect(answer, "OrderAccepted")
        self._told.orders.append(number)
        item = (await insist(self._trade.dispatcher, ITEM, n=number))["workItem"]
        winner = await self._race(number, item["id"])
        self._told.winners[number] = winner
        name = next(name for name, id_ in self._trade.members.items() if id_ == winner)
        receipt = {"itemId": item["id"], "evidence": evidence_for(item)}
        done = await insist(self._trade.crew(name), RECEIPT, items=[receipt], name=f"r-{number}")
        _expect(done["results"][0], "ReceiptAccepted")
        self._told.receipts.append(number)

    async def _race(self, number: str, item: str) -> str:
        """Who won, by what all of them were told."""
        asked = (insist(self._trade.crew(name), CLAIM, id=item, name=f"c-{number}-{name}") for name in RACERS)
        answers = await asyncio.gather(*asked)
        kinds = Counter(answer["__typename"] for answer in answers)
        if kinds != {"WorkItemClaimed": 1, "AlreadyClaimed": len(RACERS) - 1}:
            raise BrokenPromiseError(f"the claims of {number} were answered {dict(kinds)}")
        claimants = {(answer.get("item") or answer)["claimant"]["id"] for answer in answers}
        if len(claimants) > 1:
            raise BrokenPromiseError(f"{number} has several claimants: {claimants}")
        return str(claimants.pop())


def callers(urls: list[str], known: Trade, first: int) -> Trade:
    """Callers of their own, who begin with another gateway than their neighbours."""
    turned = urls[first % len(urls) :] + urls[: first % len(urls)]
    trade = Trade(turned)
    trade.members, trade.crews = known.members, known.crews
    return trade


def _expect(answer: dict[str, Any], kind: str) -> None:
    if answer["__typename"] != kind:
        raise BrokenPromiseError(f"instead of {kind}: {answer}")
