"""How long an order takes whose construction, activation and check run side by side (the patent), beside their sum.

The network is simulated and keeps to a script; the construction is a crew that finishes after a while. A check is
measured again after whatever it checked, so the shortest possible is the longer of construction and activation, and
one check.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from benchmarks.running import gateway, network
from domain.values import MemberId, Role
from gateway.auth import Tokens
from gateway.client import GraphQLClient
from gateway.demo import evidence
from schema.node import decode_id

WORLD: Final = """mutation {
  saveDistrict(input: {code: "410105", name: "金水区", prefecture: "郑州市"}) { __typename }
  saveCrew(input: {districtCode: "410105", name: "金水区集客施工班组"}) { ... on CrewSaved { crew { id } } } }"""
MEMBER: Final = """mutation($crew: ID!) { saveMember(input: {crewId: $crew, name: "李工", phone: "13800001234"}) {
  ... on MemberSaved { member { id } } } }"""
INTAKE: Final = (
    "mutation($o: [OrderInput!]!) { intakeOrders(input: {orders: $o}) { results { __typename } } }"
)
ITEM: Final = "query($n: String!) { order(number: $n) { workItem { id evidence { name kind choices } } } }"
DONE: Final = """mutation($i: ID!, $e: JSON) { claimWorkItem(input: {itemId: $i}) { __typename }
  submitReceipt(input: {items: [{itemId: $i, evidence: $e}]}) { results { __typename } } }"""
ORDER: Final = "query($n: String!) { order(number: $n) { state receivedAt closedAt } }"
LONGEST_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Mix:
    """How long each part takes by itself, in seconds."""

    construction: float
    activation: float
    check: float

    @property
    def longest(self) -> float:
        return max(self.construction, self.activation, self.check)

    @property
    def total(self) -> float:
        return self.construction + self.activation + self.check


MIXES: Final = (Mix(4, 1, 0.5), Mix(1, 4, 0.5), Mix(2, 2, 0.5), Mix(3, 3, 1))


async def run(mix: Mix, orders: int) -> list[float]:
    """Seconds from intake to completion, for each order."""
    rules = [
        {"kind": "ACTIVATION", "delay_seconds": mix.activation},
        {"kind": "QUALITY_CHECK", "delay_seconds": mix.check},
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (
            network(folder, rules) as nms,
            gateway(folder, nms_url=nms) as (url, secret),
        ):
            return await _play(url, Tokens(secret), mix, orders)


async def _play(url: str, tokens: Tokens, mix: Mix, orders: int) -> list[float]:
    async with GraphQLClient(url, tokens.issue(Role.ADMIN, hours=1)) as admin:
        crew = (await admin.execute(WORLD))["saveCrew"]["crew"]["id"]
        member = (await admin.execute(MEMBER, {"crew": crew}))["saveMember"]["member"]["id"]
        own = decode_id(member)
        token = tokens.issue(Role.CREW, member=MemberId(own[1]) if own else None, hours=1)
        numbers = [f"P-{n}" for n in range(orders)]
        async with (
            GraphQLClient(url, tokens.issue(Role.UPSTREAM, hours=1)) as upstream,
            GraphQLClient(url, token) as crew_member,
        ):
            await upstream.execute(INTAKE, {"o": [_order(number, n) for n, number in enumerate(numbers)]})
            await asyncio.sleep(mix.construction)
            await asyncio.gather(*(_construct(crew_member, number) for number in numbers))
            return [await _seconds(admin, number) for number in numbers]


def _order(number: str, house: int) -> dict[str, Any]:
    return {
        "number": number,
        "action": "ACTIVATION",
        "product": "ENT_BROADBAND",
        "customer": {"number": f"K-{house}", "name": "豫新商贸"},
        "address": {"text": f"金水区文化路{house + 1}号", "districtCode": "410105"},
        "activationData": {"subscribedRateMbps": 100},
    }


async def _construct(crew: GraphQLClient, number: str) -> None:
    item = (await crew.execute(ITEM, {"n": number}))["order"]["workItem"]
    await crew.execute(DONE, {"i": item["id"], "e": evidence([{**e} for e in item["evidence"]])})


async def _seconds(client: GraphQLClient, number: str) -> float:
    async with asyncio.timeout(LONGEST_SECONDS):
        while True:
            order = (await client.execute(ORDER, {"n": number}))["order"]
            if order["state"] == "COMPLETED":
                closed, received = (
                    datetime.fromisoformat(order[name]) for name in ("closedAt", "receivedAt")
                )
                return (closed - received).total_seconds()
            await asyncio.sleep(0.1)


def main() -> None:
    """Run every mix, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=20, help="orders taken in at once (default 20)")
    options = parser.parse_args()
    print("| construction | activation | check | longest | sum | median | slowest |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for place, mix in enumerate(MIXES, 1):
        print(f"{place} of {len(MIXES)}", file=sys.stderr)
        taken = asyncio.run(run(mix, options.orders))
        figures = (mix.construction, mix.activation, mix.check, mix.longest, mix.total)
        shown = " | ".join(f"{figure:g}" for figure in figures)
        print(f"| {shown} | {statistics.median(taken):.2f} | {max(taken):.2f} |", flush=True)


if __name__ == "__main__":
    main()
