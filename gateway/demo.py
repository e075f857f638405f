"""A working day in Henan, played against a running gateway by its own API: every feed moves.

Upstream sells, crews claim and book and go on site, the network answers, receipts come back. Nothing here knows
more than any client does.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.values import Role
from gateway.auth import Tokens
from gateway.client import GatewayUnreachable, GraphQLClient
from gateway.demo_world import CrewAtWork, load_world
from gateway.henan import read_districts
from schema.node import decode_id

PRODUCTS = (
    ("ENT_BROADBAND", "CAMERA"),
    ("INTERNET_LINE", "CLOUD_VIDEO", "CAMERA"),
    ("INTERNET_LINE",),
    ("CAMERA",),
)
ROADS = ("文化路", "花园路", "大学路", "建设路", "人民路", "中原路", "二七路", "经三路")
CUSTOMERS = ("豫新商贸", "黄河科技", "嵩山酒店", "中原物流", "牡丹医药", "龙门文旅", "少林食品", "红旗渠水务")
AT_ONCE = 6
FORBIDDEN_VLAN, FORBIDDEN_SHARE = 2999, 0.15
FIRST_ANSWER_SECONDS, LONGEST_ANSWER_SECONDS = 2.0, 90.0
"""A network management system that says nothing for so long is none; one that does may take its time."""

INTAKE = """mutation($orders: [OrderInput!]!) { intakeOrders(input: {orders: $orders}) { results {
  __typename ... on Refusal { message } ... on OrderAccepted { order { number } } } } }"""
GROUP = """query($key: String!) { fusionGroup(key: $key) { state explain
  tasks { id crew { district { code } } items { id state evidence { name kind choices required } recovery { serial } } }
  orders { number subTasks { id kind execution verdict attempts(last: 1) { number } } } } }"""
CLAIM = (
    """mutation($id: ID!) { claimWorkItem(input: {itemId: $id}) { __typename ... on Refusal { message } } }"""
)
BOOK = """mutation($id: ID!, $from: DateTime!, $to: DateTime!) {
  bookAppointment(input: {taskId: $id, startsAt: $from, endsAt: $to}) { __typename ... on Refusal { message } } }"""
START = """mutation($id: ID!) { startWork(input: {itemId: $id}) { __typename ... on Refusal { message } } }"""
RECEIPT = """mutation($items: [ItemReceiptInput!]!) { submitReceipt(input: {items: $items}) { results {
  __typename ... on Refusal { message } } } }"""
REPORT = """mutation($id: ID!, $attempt: Int!, $event: String!, $outcome: ReportOutcome!) { reportSubTask(input: {
  subTaskId: $id, attempt: $attempt, eventId: $event, outcome: $outcome}) { __typename ... on Refusal { message } } }"""


class Demo:
    """One day. ``speed`` is minutes of the day a minute; ``groups`` null plays without end."""

    def __init__(self, url: str, tokens: Tokens, *, speed: float, groups: int | None, seed: int) -> None:
        self._url = url
        self._tokens = tokens
        self._speed = speed
        self._groups = groups
        self._random = random.Random(seed)
        self._run = f"{datetime.now(UTC):%m%d%H%M%S}"
        self._clients: dict[str, GraphQLClient] = {}
        self.closed = 0

    async def run(self) -> None:
        """Load the world, then play. Raises GatewayUnreachable when there is no gateway."""
        try:
            admin = self._client(Role.ADMIN)
            crews = await load_world(admin, _say)
            _say(f"playing at {self._speed:g} minutes a minute; stop with Ctrl-C")
            await self._play(crews)
        finally:
            for client in self._clients.values():
                await client.__aexit__(None, None, None)

    async def _play(self, crews: Sequence[CrewAtWork]) -> None:
        turns = asyncio.Semaphore(AT_ONCE)
        playing: set[asyncio.Task[None]] = set()
        number = 0
        while self._groups is None or number < self._groups:
            number += 1
            await turns.acquire()
            task = asyncio.create_task(self._group(number, self._random.choice(crews), turns))
            playing.add(task)
            task.add_done_callback(playing.discard)
            await self._minutes(2)
            for done in [task for task in playing if task.done()]:
                done.result()
        await asyncio.gather(*playing)
        _say(f"{self.closed} groups were played to their end")

    async def _group(self, number: int, crew: CrewAtWork, turns: asyncio.Semaphore) -> None:
        """One group from its first order to its last receipt."""
        try:
            key = f"FK-{self._run}-{number:04}"
            products = self._random.choice(PRODUCTS)
            orders = self._orders(key, products, crew)
            upstream = self._client(Role.UPSTREAM)
            for order in self._random.sample(orders, len(orders)):
                await self._ask(upstream, INTAKE, {"orders": [order]})
                await self._minutes(1)
            await self._visit(key, crew)
            await self._network(key)
            group = (await self._client(Role.DISPATCHER).execute(GROUP, {"key": key}))["fusionGroup"]
            self.closed += group["state"] == "COMPLETED"
            _say(f"{key} {group['state'].lower()}: {group['explain']}")
        except GatewayUnreachable as error:
            _say(f"{error} Waiting for it to come back.")
            await asyncio.sleep(2)
        finally:
            turns.release()

    def _orders(self, key: str, products: Sequence[str], crew: CrewAtWork) -> list[dict[str, object]]:
        numbers = [f"HA-ESOP-{key[3:]}-{place}" for place in range(1, len(products) + 1)]
        district = next(d for d in read_districts() if d.code == crew.district_code)
        road, house = self._random.choice(ROADS), self._random.randrange(1, 200)
        name = self._random.choice(CUSTOMERS)
        place = f"河南省{district.prefecture}{district.name}{road}{house}号"
        customer = {
            "number": f"K-{key[3:]}",
            "name": name,
            "contactName": "张经理",
            "contactPhone": "13900001234",
        }
        return [
            {
                "number": own,
                "action": "ACTIVATION",
                "product": product,
                "customer": customer,
                "address": {"text": place, "districtCode": district.code},
                "assuranceLevel": self._random.choice(["AAA", "AA", "A", "STANDARD"]),
                "fusion": _fusion(key, own, numbers),
                "activationData": {"subscribedRateMbps": 100, "olt": "HA-OLT-1", "vlan": self._vlan()},
                "checkData": {"server": "zz-1", "durationS": 20},
            }
            for own, product in zip(numbers, products, strict=True)
        ]

    def _vlan(self) -> int:
        """Now and then one that the simulated network refuses, once there is a history to repair it from."""
        forbidden = self.closed > 0 and self._random.random() < FORBIDDEN_SHARE
        return FORBIDDEN_VLAN if forbidden else 2100 + self._random.randrange(100)

    async def _visit(self, key: str, crew: CrewAtWork) -> None:
        """Claim in any order, let the first contact book, go on site, receipt each item by itself."""
        group = (await self._client(Role.DISPATCHER).execute(GROUP, {"key": key}))["fusionGroup"]
        for task in group["tasks"]:
            claims = {item["id"]: self._random.choice(crew.members) for item in task["items"]}
            for item in self._random.sample(sorted(claims), len(claims)):
                await self._ask(self._member(claims[item]), CLAIM, {"id": item})
                await self._minutes(1)
            await self._book(task["id"], sorted(set(claims.values())))
            for item in task["items"]:
                member = self._member(claims[item["id"]])
                await self._ask(member, START, {"id": item["id"]})
                await self._minutes(5)
                receipt = {"itemId": item["id"], "evidence": evidence(item["evidence"])}
                await self._ask(member, RECEIPT, {"items": [receipt]})

    async def _book(self, task: str, members: Sequence[str]) -> None:
        """Whoever turns out to be the first contact calls the customer; the others are told that they are not."""
        start = datetime.now(UTC) + timedelta(hours=2)
        window = {"from": start.isoformat(), "to": (start + timedelta(hours=2)).isoformat()}
        for member in members:
            if await self._ask(self._member(member), BOOK, {"id": task, **window}, patient=True):
                return

    async def _network(self, key: str) -> None:
        """Wait for the network management system's results; where it says nothing, play it until none is open."""
        if await self._answered(key):
            return
        nms = self._client(Role.NMS)
        for _ in range(4):
            group = (await nms.execute(GROUP, {"key": key}))["fusionGroup"]
            parts = [part for order in group["orders"] for part in order["subTasks"]]
            running = [p for p in parts if p["kind"] != "CONSTRUCTION" and p["execution"] == "IN_PROGRESS"]
            if not running:
                return
            for part in sorted(running, key=lambda p: str(p["kind"])):
                attempt = part["attempts"][-1]["number"]
                event = f"{part['id']}#{attempt}"
                report = {"id": part["id"], "attempt": attempt, "event": event, "outcome": "SUCCEEDED"}
                await self._ask(nms, REPORT, report)

    async def _answered(self, key: str) -> bool:
        """Whether a real system settles activation and check of every order; false when it says nothing."""
        began = time.monotonic()
        while (waited := time.monotonic() - began) < LONGEST_ANSWER_SECONDS:
            group = (await self._client(Role.NMS).execute(GROUP, {"key": key}))["fusionGroup"]
            parts = [part for order in group["orders"] for part in order["subTasks"]]
            asked = [part for part in parts if part["kind"] != "CONSTRUCTION" and part["attempts"]]
            if all(part["execution"] != "IN_PROGRESS" for part in asked):
                return True
            silent = all(part["verdict"] is None and part["attempts"][-1]["number"] == 1 for part in asked)
            if silent and waited >= FIRST_ANSWER_SECONDS:
                return False
            await asyncio.sleep(0.25)
        return False

    async def _ask(
        self, client: GraphQLClient, document: str, variables: dict[str, object], *, patient: bool = False
    ) -> bool:
        """Whether it was done; a refusal is said aloud unless it was to be expected."""
        answer = next(iter((await client.execute(document, variables)).values()))
        refusals = [r for r in answer.get("results", [answer]) if "message" in r]
        for refusal in refusals if not patient else ():
            _say(f"refused: {refusal['__typename']}: {refusal['message']}")
        return not refusals

    def _member(self, member: str) -> GraphQLClient:
        decoded = decode_id(member)
        return self._client(Role.CREW, decoded[1] if decoded is not None else member)

    def _client(self, role: Role, member: str | None = None) -> GraphQLClient:
        name = f"{role}:{member}"
        if name not in self._clients:
            token = self._tokens.issue(role, member=member, subject=member or "demo", hours=24)
            self._clients[name] = GraphQLClient(self._url, token)
        return self._clients[name]

    async def _minutes(self, minutes: float) -> None:
        """Minutes of the day."""
        await asyncio.sleep(minutes * 60 / self._speed * self._random.uniform(0.5, 1.5))


def _fusion(key: str, own: str, numbers: Sequence[str]) -> dict[str, object]:
    others = [number for number in numbers if number != own]
    return {"key": key, "relatedCount": len(others), "relatedNumbers": others}


def evidence(requirements: Sequence[dict[str, Any]]) -> dict[str, object]:
    """Plausible evidence for each requirement."""
    values: dict[str, object] = {"TEXT": "现场已确认", "NUMBER": 4, "BOOLEAN": True, "PHOTO": "photo-0001"}
    return {r["name"]: r["choices"][0] if r["kind"] == "CHOICE" else values[r["kind"]] for r in requirements}


def _say(text: str) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S} {text}", file=sys.stderr, flush=True)
