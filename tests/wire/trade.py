"""The trade as its clients speak it: what the worked examples need, in the words of the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Self

from domain.values import Role
from tests.wire.processes import Client

DISTRICTS = (("410105", "金水区"), ("410103", "二七区"), ("411723", "平舆县"))
PREFECTURES = {"411723": "驻马店市"}
CREWS = {"410105": ("Wang", "Zhao", "Li"), "410103": ("Sun", "Qian")}

SAVE_DISTRICT = "mutation($i: SaveDistrictInput!) { saveDistrict(input: $i) { __typename } }"
SAVE_CREW = (
    "mutation($i: SaveCrewInput!) { saveCrew(input: $i) { __typename ... on CrewSaved { crew { id } } } }"
)
SAVE_MEMBER = """mutation($i: SaveMemberInput!) { saveMember(input: $i) {
  __typename ... on MemberSaved { member { id } } } }"""
REFUSED = "__typename ... on Refusal { code message }"
INTAKE = f"""mutation($orders: [OrderInput!]!) {{ intakeOrders(input: {{orders: $orders}}) {{ results {{ {REFUSED}
  ... on InvalidOrder {{ number problems {{ path message }} }} ... on OrderConflict {{ differs }}
  ... on OrderAccepted {{ duplicate amended warnings
    order {{ number state group {{ key round state }} }} }} }} }} }}"""
GROUP = """query($key: String!, $round: Int) { fusionGroup(key: $key, round: $round) {
  key round state explain revision visitsSaved partialDispatch missingNumbers expectedNumbers hold { cause }
  firstContact { member { name phone } reason }
  tasks { id state crew { id district { code } } hold { cause } appointment { id startsAt }
    firstContact { member { name } } follows { id }
    items { id state order { number } claimant { name phone } version } }
  orders { number state step handler { name } jeopardy { level message } hold { cause }
    workItem { id state version evidence { name kind choices required } recovery { serial outcome } }
    receipts { kind outcome delivery }
    subTasks { id kind execution verdict stale attempts(last: 1) { number sent } } } } }"""


def order(number: str, product: str, text: str, **more: Any) -> dict[str, Any]:
    """An OrderInput with what the test does not care about filled in."""
    base: dict[str, Any] = {
        "number": number,
        "action": "ACTIVATION",
        "product": product,
        "customer": {
            "number": "K1",
            "name": "豫新商贸",
            "contactName": "张经理",
            "contactPhone": "13900001234",
        },
        "address": {"text": text},
    }
    return base | more


def fused(key: str, *others: str, count: int | None = None) -> dict[str, Any]:
    """A FusionInput which names the others."""
    return {
        "key": key,
        "relatedCount": len(others) if count is None else count,
        "relatedNumbers": list(others),
    }


def evidence_for(item: dict[str, Any]) -> dict[str, Any]:
    """Something of the right kind for each requirement of an item."""
    values = {"TEXT": "seen", "NUMBER": 4, "BOOLEAN": True, "PHOTO": "photo-1"}
    return {
        e["name"]: e["choices"][0] if e["kind"] == "CHOICE" else values[e["kind"]] for e in item["evidence"]
    }


class Trade:
    """Callers of every role, over one or more gateways which they ask in turn."""

    def __init__(self, urls: list[str]) -> None:
        self.urls = urls
        self.members: dict[str, str] = {}
        self.crews: dict[str, str] = {}
        self._clients: dict[str, Client] = {}

    async def prepare(self) -> Self:
        """Three districts, one of them without a crew, and five people."""
        for code, name in DISTRICTS:
            given = {"code": code, "name": name, "prefecture": PREFECTURES.get(code, "郑州市")}
            await self.admin.ask(SAVE_DISTRICT, i=given)
        for code, names in CREWS.items():
            await self.add_crew(code, *names)
        return self

    async def prepare_callers(self, known: Self) -> Self:
        """The people of another trade over the same database."""
        self.members, self.crews = known.members, known.crews
        return self

    async def add_crew(self, code: str, *names: str) -> str:
        """A crew whose first member leads it."""
        crew = {"districtCode": code, "name": f"{code}集客施工班组"}
        made = await self.admin.one(SAVE_CREW, i=crew)
        self.crews[code] = made["crew"]["id"]
        for place, name in enumerate(names):
            phone = f"138{code[-4:]}{place:04}"
            member = {"crewId": self.crews[code], "name": name, "phone": phone}
            self.members[name] = (await self.admin.one(SAVE_MEMBER, i=member))["member"]["id"]
        if names:
            await self.admin.ask(
                SAVE_CREW, i={**crew, "id": self.crews[code], "leaderId": self.members[names[0]]}
            )
        return self.crews[code]

    def client(self, role: Role, name: str | None = None) -> Client:
        """The caller of that role or that member."""
        key = f"{role}:{name}"
        if key not in self._clients:
            self._clients[key] = Client(self.urls, role, self.members[name] if name else None)
        return self._clients[key]

    @property
    def admin(self) -> Client:
        return self.client(Role.ADMIN)

    @property
    def dispatcher(self) -> Client:
        return self.client(Role.DISPATCHER)

    @property
    def upstream(self) -> Client:
        return self.client(Role.UPSTREAM)

    @property
    def nms(self) -> Client:
        return self.client(Role.NMS)

    def crew(self, name: str) -> Client:
        """A crew member by name."""
        return self.client(Role.CREW, name)

    async def intake(self, *orders: dict[str, Any]) -> list[dict[str, Any]]:
        """Upstream's orders; each with its own answer."""
        results: list[dict[str, Any]] = (await self.upstream.one(INTAKE, orders=list(orders)))["results"]
        return results

    async def group(
        self, key: str, round_: int | None = None, caller: Client | None = None
    ) -> dict[str, Any]:
        """A group as a dispatcher, or another caller, sees it."""
        found: dict[str, Any] = await (caller or self.dispatcher).one(GROUP, key=key, round=round_)
        return found

    async def item(self, key: str, number: str) -> dict[str, Any]:
        """The work item of an order."""
        return next(o["workItem"] for o in (await self.group(key))["orders"] if o["number"] == number)

    async def claim(self, name: str, item: str) -> dict[str, Any]:
        """A member claims an item."""
        document = f"""mutation($id: ID!) {{ claimWorkItem(input: {{itemId: $id}}) {{ {REFUSED}
          ... on AlreadyClaimed {{ claimant {{ name }} claimedAt }}
          ... on WorkItemClaimed {{ item {{ id state claimant {{ name }} }} }} }} }}"""
        answer: dict[str, Any] = await self.crew(name).one(document, id=item)
        return answer

    async def book(self, name: str, task: str, **more: Any) -> dict[str, Any]:
        """A member books an appointment for tomorrow, two hours long."""
        start = datetime.now(UTC) + timedelta(days=1)
        window = {"startsAt": start.isoformat(), "endsAt": (start + timedelta(hours=2)).isoformat()}
        document = f"""mutation($i: BookAppointmentInput!) {{ bookAppointment(input: $i) {{ {REFUSED}
          ... on FirstContactPending {{ waitsFor {{ order {{ number }} }} }}
          ... on AppointmentBooked {{ appointment {{ id state bookedBy {{ name }} }} }} }} }}"""
        answer: dict[str, Any] = await self.crew(name).one(document, i={"taskId": task, **window, **more})
        return answer

    async def receipt(self, name: str, item: dict[str, Any], **more: Any) -> dict[str, Any]:
        """A member receipts one item, with all its evidence unless told otherwise."""
        given = {"itemId": item["id"], "evidence": evidence_for(item), **more}
        document = f"""mutation($items: [ItemReceiptInput!]!) {{ submitReceipt(input: {{items: $items}}) {{ results {{
          {REFUSED} ... on EvidenceMissing {{ missing }} ... on RecoveryIncomplete {{ open }}
          ... on SerialMismatch {{ unexpected }} ... on StaleVersion {{ current }}
          ... on InvalidInput {{ problems {{ path message }} }}
          ... on ReceiptAccepted {{ receipt {{ kind outcome delivery by {{ name }} }} item {{ state }} }} }} }} }}"""
        results = (await self.crew(name).one(document, items=[given]))["results"]
        answer: dict[str, Any] = results[0]
        return answer

    async def report(
        self, part: dict[str, Any], outcome: str = "SUCCEEDED", event: str | None = None
    ) -> dict[str, Any]:
        """The network answers for the present attempt of a sub-task."""
        attempt = part["attempts"][-1]["number"]
        given = {
            "subTaskId": part["id"],
            "attempt": attempt,
            "eventId": event or f"{part['id']}#{attempt}#{outcome}",
            "outcome": outcome,
        }
        document = f"""mutation($i: ReportSubTaskInput!) {{ reportSubTask(input: $i) {{ {REFUSED}
          ... on SubTaskReported {{ counted subTask {{ execution verdict }} }} }} }}"""
        answer: dict[str, Any] = await self.nms.one(document, i=given)
        return answer

    async def answer_network(self, key: str, *kinds: str) -> None:
        """Everything that the network has to answer for a group succeeds, activation before check."""
        for kind in kinds or ("ACTIVATION", "QUALITY_CHECK"):
            for one in (await self.group(key))["orders"]:
                for part in one["subTasks"]:
                    if part["kind"] == kind and part["execution"] == "IN_PROGRESS":
                        await self.report(part)

    async def close(self) -> None:
        """Close every connection."""
        for client in self._clients.values():
            await client.close()
