"""Visits as TMF697 work orders over REST: the callers, the access and the masking of GraphQL, the manners of TMF630."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from starlette.applications import Starlette

from domain.access import Actor
from gateway.auth import Claims, UnauthenticatedError
from gateway.faults import UnavailableError
from gateway.work_orders import LARGEST_LIMIT, LARGEST_OFFSET, WorkOrders
from resolvers.context import Context
from schema.work_orders import PATH
from tests.resolvers.office import ADMIN, DISPATCHER, NMS, UPSTREAM, VIEWER, Office, member
from tests.resolvers.test_everything import a_day
from tests.schema.published import problems

CALLERS = {"upstream": UPSTREAM, "dispatcher": DISPATCHER, "admin": ADMIN, "viewer": VIEWER, "nms": NMS}
NAMES = [*CALLERS, "Wang", "Li", "Zhao", "Sun"]
Ask = Callable[..., Any]


@pytest.fixture
async def ask(office: Office, people: dict[str, Actor]) -> Ask:
    """Asks as a caller by name; the day of the resolvers' tests has been."""
    await a_day(office, people)
    return asker(office, people)


def asker(office: Office, people: dict[str, Actor]) -> Ask:
    async def authenticate(token: str) -> tuple[Actor, Claims]:
        if token == "outage":  # noqa: S105 - a caller of these tests
            raise UnavailableError from OSError("gone")
        if token not in {**CALLERS, **people}:
            raise UnauthenticatedError("nobody")
        return {**CALLERS, **people}[token], Claims(NMS.scope.role, "", None, 0)

    resource = WorkOrders(authenticate, lambda actor: Context(office.services, actor))
    transport = httpx.ASGITransport(Starlette(routes=resource.routes()))
    client = httpx.AsyncClient(transport=transport, base_url="http://gateway")

    async def ask(
        path: str = "", by: str = "dispatcher", method: str = "GET", **params: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {by}"} if by else {}
        return await client.request(method, path or PATH, params=params or None, headers=headers)

    return ask


def refused(answer: httpx.Response, status: int, code: str) -> str:
    """What a refusal says to mend; it has the form of TMF630."""
    body = answer.json()
    assert (answer.status_code, body["status"], body["code"]) == (status, str(status), code)
    assert set(body) == {"@type", "code", "reason", "message", "status"}
    assert body["@type"] == "Error"
    return str(body["message"])


SHOWN = """{ tasks(orderBy: CREATED_AT_ASC) { edges { node { id workOrder address { text standardId }
  firstContact { member { id phone } } items { order { customer { number name contactName contactPhone } }
  claimant { id name phone } } } } } }"""


@pytest.mark.parametrize("name", NAMES)
async def test_rest_and_graphql_tell_a_caller_the_same(
    office: Office, people: dict[str, Actor], ask: Ask, name: str
) -> None:
    data = await office.ask({**CALLERS, **people}[name], SHOWN)

    listed = await ask(by=name)

    tasks = [edge["node"] for edge in data["tasks"]["edges"]]
    orders = [task["workOrder"] for task in tasks if task["workOrder"] is not None]
    assert listed.status_code == 200
    assert sorted(listed.json(), key=lambda o: str(o["id"])) == sorted(orders, key=lambda o: str(o["id"]))
    assert len(orders) == (0 if name == "nms" else len(tasks))
    for task, order in zip(tasks, orders, strict=False):
        assert problems(order) == []
        assert told(order) == shown(task)
        assert (await ask(order["href"], by=name)).json() == order


def told(order: dict[str, Any]) -> Any:
    """What a work order says of people and of the door."""
    parties = {party["role"]: party for party in order["relatedParty"]}
    employees = [
        [a["workforceEmployee"] for a in item["work"]["workforceEmployeeAssignment"]]
        for item in order["workOrderItem"]
    ]
    return (
        order["place"]["name"],
        (parties["Consumer"]["id"], parties["Consumer"]["name"]),
        (parties["Contact"]["name"], parties["Contact"]["contactMedium"][0]["phoneNumber"]),
        [[(e["id"], e["name"], e["contactMedium"][0]["phoneNumber"]) for e in each] for each in employees],
        parties.get("sellerAppointmentContact", {}).get("id"),
    )


def shown(task: dict[str, Any]) -> Any:
    """The same from the other fields of the visit."""
    customer = task["items"][0]["order"]["customer"]
    claimants = [item["claimant"] for item in task["items"]]
    return (
        task["address"]["text"],
        (customer["number"], customer["name"]),
        (customer["contactName"], customer["contactPhone"]),
        [[(c["id"], c["name"], c["phone"])] if c is not None else [] for c in claimants],
        task["firstContact"]["member"]["id"] if task["firstContact"] is not None else None,
    )


async def test_a_list_comes_in_parts_with_its_length(ask: Ask) -> None:
    first, second, beyond = [await ask(limit=1, offset=offset) for offset in (0, 1, 2)]

    parts = (first, second, beyond)
    assert [len(part.json()) for part in parts] == [1, 1, 0]
    assert {part.headers["x-total-count"] for part in parts} == {"2"}
    assert [part.headers["x-result-count"] for part in parts] == ["1", "1", "0"]
    assert first.json() != second.json()


@pytest.mark.parametrize(
    ("params", "count"),
    [
        ({"state": "pending"}, 0),
        ({"state": "inProgress"}, 1),
        ({"state": "acknowledged, inProgress"}, 2),
        ({"state": "rejected"}, 0),
        ({"externalId": "FK-1"}, 2),
        ({"externalId": "FK-1", "state": "acknowledged"}, 1),
        ({"externalId": "FK-9"}, 0),
        ({"externalId": ""}, 0),
    ],
)
async def test_a_list_is_of_what_was_asked_for(ask: Ask, params: dict[str, str], count: int) -> None:
    answer = await ask(**params)

    assert (len(answer.json()), answer.headers["x-total-count"]) == (count, str(count))


async def test_fields_leave_the_rest_out_but_never_what_names_the_work_order(ask: Ask) -> None:
    (some, _) = (await ask(fields="state, priority,nonsense")).json()
    one = (await ask(some["href"], fields="place")).json()
    bare = (await ask(some["href"], fields="none")).json()

    assert set(some) == {"@type", "id", "href", "state", "priority"}
    assert set(one) == {"@type", "id", "href", "place"}
    assert set(bare) == {"@type", "id", "href"}


@pytest.mark.parametrize(
    "params",
    [
        {"limit": "0"},
        {"limit": LARGEST_LIMIT + 1},
        {"limit": "ten"},
        {"limit": "１"},
        {"limit": ""},
        {"offset": "-1"},
        {"offset": LARGEST_OFFSET + 1},
        {"offset": "9" * 5000},
        {"state": "open"},
        {"state": ""},
        {"priority": "1"},
        {"limit": ["1", "2"]},
    ],
)
async def test_what_cannot_be_asked_is_told_what_can(ask: Ask, params: dict[str, Any]) -> None:
    message = refused(await ask(**params), 400, "BAD_USER_INPUT")

    assert next(iter(params)) in message
    assert len(message) < 300


IDS = [
    "x",
    "VGFzazp4",
    "Task:1/FK-1/t1",
    quote("VGFzazoxL0ZLLTEvdDk=", safe=""),
    "T3JkZXI6TjE=",
    "a/b/c",
    "%00",
    "",
]
"""Nothing, a task of no group, an id that is not encoded, a visit that is not there, an order, no id at all."""


@pytest.mark.parametrize("id_", IDS)
async def test_what_is_no_work_order_is_not_found(ask: Ask, id_: str) -> None:
    refused(await ask(f"{PATH}/{id_}"), 404, "NOT_FOUND")


@pytest.mark.parametrize("by", ["Gao", "nms"])
async def test_what_is_hidden_is_not_found(office: Office, people: dict[str, Actor], by: str) -> None:
    await a_day(office, people)
    ask = asker(office, {**people, "Gao": member("Gao", "a crew elsewhere")})
    shown = (await ask()).json()

    listed = await ask(by=by)

    assert (listed.json(), listed.headers["x-total-count"]) == ([], "0")
    assert len(shown) == 2
    for order in shown:
        refused(await ask(order["href"], by=by), 404, "NOT_FOUND")


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", [PATH, f"{PATH}/VGFzazoxL0ZLLTEvdDE%3D"])
async def test_work_orders_are_for_reading(ask: Ask, method: str, path: str) -> None:
    answer = await ask(path, method=method)

    assert "GraphQL" in refused(answer, 405, "BAD_USER_INPUT")
    assert answer.headers["allow"] == "GET, HEAD"


async def test_the_length_of_a_list_can_be_asked_for_alone(ask: Ask) -> None:
    answer = await ask(method="HEAD", state="inProgress")

    assert (answer.status_code, answer.headers["x-total-count"]) == (200, "1")


@pytest.mark.parametrize("path", [PATH, f"{PATH}/VGFzazoxL0ZLLTEvdDE%3D"])
@pytest.mark.parametrize("by", ["", "stranger"])
async def test_nobody_is_told_to_bring_a_token(ask: Ask, path: str, by: str) -> None:
    answer = await ask(path, by=by)

    refused(answer, 401, "UNAUTHENTICATED")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_an_outage_is_no_fault_and_asks_to_come_back(ask: Ask) -> None:
    answer = await ask(by="outage")

    assert "traceId" in refused(answer, 503, "INTERNAL_SERVER_ERROR")
    assert answer.headers["retry-after"] == "1"


async def test_a_fault_tells_where_the_log_has_it_and_nothing_else(
    office: Office, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr(office.services.reads, "counted_tasks", broken)

    message = refused(await ask(), 500, "INTERNAL_SERVER_ERROR")

    assert "traceId" in message
    assert "hunter2" not in message
