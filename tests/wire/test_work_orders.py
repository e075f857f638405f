"""A visit read as a TMF697 work order from real processes, beside what GraphQL says of it."""

from __future__ import annotations

from typing import Any

import httpx

from domain.values import Role
from gateway.auth import Tokens
from schema.work_orders import PATH
from tests.schema.published import problems
from tests.wire.processes import Client
from tests.wire.trade import Trade, fused, order

DOOR, ERQI_DOOR = "郑州市金水区文化路85号3号楼502室", "郑州市二七区大学路40号"
WORK_ORDERS = "query { tasks { edges { node { id state workOrder } } } }"


async def got(trade: Trade, caller: Client | None, path: str = PATH, **options: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {caller.token}"} if caller is not None else {}
    async with httpx.AsyncClient(trust_env=False, base_url=trade.urls[-1], headers=headers) as http:
        return await http.request(options.pop("method", "GET"), path, **options)


async def test_a_visit_is_followed_as_a_work_order_from_dispatch_to_claim(trade: Trade) -> None:
    await trade.intake(
        order("N1", "ENT_BROADBAND", DOOR, fusion=fused("FK/1+?", "N2", "N3")),
        order("N2", "CAMERA", DOOR, fusion=fused("FK/1+?", "N1", "N3")),
        order("N3", "CAMERA", ERQI_DOOR, fusion=fused("FK/1+?", "N1", "N2")),
    )
    listed = await got(trade, trade.upstream, params={"externalId": "FK/1+?", "limit": 1})
    (first,) = listed.json()
    await trade.claim("Li", first["workOrderItem"][0]["id"])

    claimed = (await got(trade, trade.upstream, first["href"])).json()

    assert (listed.headers["x-total-count"], listed.headers["x-result-count"]) == ("2", "1")
    assert (first["state"], first["workOrderItem"][0]["state"]) == ("acknowledged", "acknowledged")
    (employee,) = claimed["workOrderItem"][0]["work"]["workforceEmployeeAssignment"]
    assert employee["workforceEmployee"]["name"] == "Li"
    assert claimed["workOrderItem"][0]["state"] == "pending"
    assert problems(claimed) == []
    tasks = (await trade.upstream.one(WORK_ORDERS))["edges"]
    assert claimed in [edge["node"]["workOrder"] for edge in tasks]


async def test_who_may_not_see_it_finds_nothing_and_nobody_is_refused(trade: Trade) -> None:
    await trade.intake(order("N1", "ENT_BROADBAND", DOOR, fusion=fused("FK-1")))
    (seen,) = (await got(trade, trade.dispatcher)).json()

    elsewhere = await got(trade, trade.crew("Sun"), seen["href"])
    network = await got(trade, trade.nms, seen["href"])
    nobody = await got(trade, None, seen["href"])
    forged = await got(trade, None, headers={"Authorization": f"Bearer {Tokens('x' * 40).issue(Role.ADMIN)}"})
    written = await got(trade, trade.admin, seen["href"], method="DELETE")

    statuses = [answer.status_code for answer in (elsewhere, network, nobody, forged, written)]
    assert statuses == [404, 404, 401, 401, 405]
    assert all(answer.json()["@type"] == "Error" for answer in (elsewhere, network, nobody, forged, written))
    assert (await got(trade, trade.crew("Sun"))).json() == []


async def test_a_member_of_the_crew_reads_the_customers_phone_when_it_has_claimed(trade: Trade) -> None:
    await trade.intake(order("N1", "ENT_BROADBAND", DOOR, fusion=fused("FK-1")))
    before = await got(trade, trade.crew("Li"))
    await trade.claim("Li", before.json()[0]["workOrderItem"][0]["id"])

    after = await got(trade, trade.crew("Li"))

    assert ("13900001234" in before.text, "139****1234" in before.text) == (False, True)
    assert ("13900001234" in after.text, "139****1234" in after.text) == (True, False)
