"""Reference data through the schema, and the groups which wait for it."""

from __future__ import annotations

from typing import Any

import pytest

from domain.access import Actor
from schema.node import decode_id, encode_id
from tests.resolvers.office import ADMIN, DISPATCHER, Office, order

SAVE_DISTRICT = """mutation($i: SaveDistrictInput!) { saveDistrict(input: $i) { __typename ... on Refusal { code }
  ... on InvalidInput { problems { path message } } ... on DistrictSaved { district { id code aliases crew { name } }
  clientMutationId } } }"""
SAVE_CREW = """mutation($i: SaveCrewInput!) { saveCrew(input: $i) { __typename ... on Refusal { code message }
  ... on DistrictHasCrew { crew { id name } } ... on InvalidInput { problems { path } }
  ... on CrewSaved { crew { id name contractor leader { name } district { code } members { name } } } } }"""
SAVE_MEMBER = """mutation($i: SaveMemberInput!) { saveMember(input: $i) { __typename ... on Refusal { code }
  ... on MemberSaved { member { id name phone active skills crew { name } } } } }"""
REZONE = """mutation($m: [CrewMoveInput!]!) { rezoneCrews(input: {moves: $m}) { __typename ... on Refusal { code }
  ... on CrewsRezoned { tasksMoved crews { district { code } } } } }"""
TASK = '{ order(number: "N1") { state hold { cause } workItem { state claimant { name } task { crew { name } } } } }'
PINGYU = {"code": "411723", "name": "平舆县", "prefecture": "驻马店市"}
PINGYU_DOOR = "驻马店市平舆县健康路12号"


async def save(office: Office, document: str, **given: Any) -> dict[str, Any]:
    data = await office.ask(ADMIN, document, i=given)
    (answer,) = data.values()
    found: dict[str, Any] = answer
    return found


@pytest.mark.usefixtures("people")
async def test_a_crew_for_its_district_releases_what_waited_for_one(office: Office) -> None:
    await save(office, SAVE_DISTRICT, **PINGYU)
    await office.take_in(order("N1", PINGYU_DOOR))
    before = await office.ask(DISPATCHER, TASK)

    saved = await save(office, SAVE_CREW, districtCode="411723", name="平舆班组", contractor="中通服")

    after = await office.ask(DISPATCHER, TASK)
    assert before["order"]["hold"] == {"cause": "NO_CREW"}
    assert saved["crew"]["district"] == {"code": "411723"}
    assert after["order"]["hold"] is None
    assert after["order"]["workItem"]["task"]["crew"] == {"name": "平舆班组"}


@pytest.mark.usefixtures("people")
async def test_a_district_or_an_alias_releases_what_nobody_could_place(office: Office) -> None:
    await office.take_in(order("N1", "郑东新区商务外环路1号"))
    before = await office.ask(DISPATCHER, TASK)

    await save(office, SAVE_DISTRICT, code="410105", name="金水区", prefecture="郑州市", aliases=["郑东新区"])

    after = await office.ask(DISPATCHER, TASK)
    assert before["order"]["hold"] == {"cause": "NO_DISTRICT"}
    assert after["order"]["workItem"]["task"]["crew"] == {"name": "410105班组"}


RESOLVE = """mutation($i: ResolveHoldInput!) { resolveHold(input: $i) { __typename ... on Refusal { code }
  ... on InvalidInput { problems { path } } ... on HoldResolved { groups { tasks { crew { name } } } } } }"""


@pytest.mark.usefixtures("people")
async def test_a_name_that_a_decision_teaches_places_the_next_order(office: Office) -> None:
    await office.take_in(order("N1", "龙子湖大学城1号"), order("N2", "龙子湖大学城2号"))
    held = await office.ask(DISPATCHER, '{ order(number: "N1") { workItem { task { id } } } }')
    given = {
        "id": held["order"]["workItem"]["task"]["id"],
        "resolution": "SET_DISTRICT",
        "districtCode": "410105",
        "learnAlias": "龙子湖",
    }

    resolved = await office.ask(DISPATCHER, RESOLVE, i=given)

    other = await office.ask(DISPATCHER, TASK.replace("N1", "N2"))
    assert resolved["resolveHold"]["groups"] == [{"tasks": [{"crew": {"name": "410105班组"}}]}]
    assert other["order"]["workItem"]["task"]["crew"] == {"name": "410105班组"}


@pytest.mark.usefixtures("people")
async def test_a_name_that_means_another_district_is_not_learned(office: Office) -> None:
    await save(office, SAVE_DISTRICT, code="410103", name="二七区", prefecture="郑州市", aliases=["老城"])
    given = {
        "id": encode_id("Task", "1/N1/t1"),
        "resolution": "SET_DISTRICT",
        "districtCode": "410105",
        "learnAlias": "老城",
    }

    data = await office.ask(DISPATCHER, RESOLVE, i=given)

    assert data["resolveHold"] == {
        "__typename": "InvalidInput",
        "code": "INVALID_INPUT",
        "problems": [{"path": ["learnAlias"]}],
    }


async def test_a_second_crew_is_refused_with_the_one_that_is_there(
    office: Office, people: dict[str, Actor]
) -> None:
    refused = await save(office, SAVE_CREW, districtCode="410105", name="金水二班")

    assert refused["code"] == "DISTRICT_HAS_CREW"
    assert refused["crew"] == {"id": encode_id("Crew", str(people["Li"].scope.crew)), "name": "410105班组"}


async def test_a_repeated_creation_makes_nothing_twice(office: Office, people: dict[str, Actor]) -> None:
    await save(office, SAVE_DISTRICT, **PINGYU)
    crew = {"districtCode": "411723", "name": "平舆班组", "clientMutationId": "c-1"}
    who = {
        "crewId": encode_id("Crew", str(people["Li"].scope.crew)),
        "name": "Xu",
        "phone": "13900000000",
        "skills": ["fibre"],
        "clientMutationId": "m-1",
    }

    first, again = [await save(office, SAVE_MEMBER, **who) for _ in range(2)]
    made, same = [await save(office, SAVE_CREW, **crew) for _ in range(2)]
    other = await save(office, SAVE_CREW, **{**crew, "clientMutationId": "c-2"})

    assert first == again
    assert made == same
    assert made["crew"]["name"] == "平舆班组"
    assert other["code"] == "DISTRICT_HAS_CREW"
    assert first["member"] == {
        "id": first["member"]["id"],
        "name": "Xu",
        "phone": "13900000000",
        "active": True,
        "skills": ["fibre"],
        "crew": {"name": "410105班组"},
    }


async def test_who_is_disabled_gives_up_what_is_claimed(office: Office, people: dict[str, Actor]) -> None:
    await office.take_in(order("N1"))
    item = await office.ask(people["Li"], '{ order(number: "N1") { workItem { id } } }')
    claim = "mutation($id: ID!) { claimWorkItem(input: {itemId: $id}) { __typename } }"
    await office.ask(people["Li"], claim, id=item["order"]["workItem"]["id"])
    li = {
        "id": encode_id("Member", people["Li"].subject),
        "crewId": encode_id("Crew", str(people["Li"].scope.crew)),
        "name": "Li",
        "phone": "1",
        "active": False,
    }

    await save(office, SAVE_MEMBER, **li)

    after = await office.ask(DISPATCHER, TASK)
    assert after["order"]["workItem"]["state"] == "OPEN"


async def test_two_crews_change_places_and_their_open_visits_with_them(
    office: Office, people: dict[str, Actor]
) -> None:
    await office.take_in(order("N1"))
    crews = {name: encode_id("Crew", str(people[name].scope.crew)) for name in ("Li", "Sun")}
    swap = [
        {"crewId": crews["Li"], "districtCode": "410103"},
        {"crewId": crews["Sun"], "districtCode": "410105"},
    ]

    data = await office.ask(ADMIN, REZONE, m=swap)
    alone = await office.ask(ADMIN, REZONE, m=swap[1:])
    taken = await office.ask(ADMIN, REZONE, m=[{"crewId": crews["Li"], "districtCode": "410105"}])

    after = await office.ask(DISPATCHER, TASK)
    assert data["rezoneCrews"]["tasksMoved"] == 1
    assert [c["district"]["code"] for c in data["rezoneCrews"]["crews"]] == ["410103", "410105"]
    assert after["order"]["workItem"]["task"]["crew"] == {"name": "410103班组"}
    assert alone["rezoneCrews"]["__typename"] == "CrewsRezoned"
    assert taken["rezoneCrews"]["code"] == "DISTRICT_HAS_CREW"


@pytest.mark.parametrize(
    ("document", "given", "code"),
    [
        (SAVE_CREW, {"id": "no id", "districtCode": "410105", "name": "x"}, "NOT_FOUND"),
        (SAVE_CREW, {"districtCode": "999999", "name": "x"}, "INVALID_INPUT"),
        (SAVE_MEMBER, {"crewId": encode_id("Task", "x"), "name": "x", "phone": "1"}, "NOT_FOUND"),
        (SAVE_MEMBER, {"crewId": encode_id("Crew", "x"), "name": "x", "phone": "1"}, "NOT_FOUND"),
        (SAVE_DISTRICT, {"code": "1", "name": "x", "prefecture": "y"}, "INVALID_INPUT"),
    ],
)
async def test_what_cannot_be_saved_is_refused(
    office: Office, document: str, given: dict[str, Any], code: str
) -> None:
    assert (await save(office, document, **given))["code"] == code


SAVE_PRODUCT = """mutation($i: SaveProductInput!) { saveProduct(input: $i) { __typename ... on Refusal { code }
  ... on ProductSaved { product { id code name lineBearing lineRank rules { action subTasks evidence { name } }
  thresholds { metric lower } } } } }"""


@pytest.mark.usefixtures("people")
async def test_a_product_is_made_and_orders_of_it_are_taken(office: Office) -> None:
    saved = await save(
        office,
        SAVE_PRODUCT,
        code="VOICE",
        name="Voice line",
        nameZh="语音专线",
        lineBearing=True,
        lineRank=30,
        rules=[{"action": "ACTIVATION", "subTasks": ["CONSTRUCTION"], "evidence": []}],
        thresholds=[{"metric": "mos", "unit": "1", "lower": 4.0}],
    )
    refused = await save(office, SAVE_PRODUCT, code="FAX")

    (accepted,) = await office.take_in(order("N1", product="VOICE"))
    assert decode_id(saved["product"]["id"]) == ("Product", "VOICE")
    assert saved["product"]["rules"] == [
        {"action": "ACTIVATION", "subTasks": ["CONSTRUCTION"], "evidence": []}
    ]
    assert accepted["__typename"] == "OrderAccepted"
    assert refused["code"] == "INVALID_INPUT"
