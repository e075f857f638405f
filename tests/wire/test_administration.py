"""Two administrators at once lose nothing of each other, and a change asked for again is made once."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from tests.wire.trade import REFUSED, Trade

MEMBER = f"""mutation($i: SaveMemberInput!) {{ saveMember(input: $i) {{ {REFUSED}
  ... on MemberSaved {{ clientMutationId member {{ id name }} }} }} }}"""
CREW = f"mutation($i: SaveCrewInput!) {{ saveCrew(input: $i) {{ {REFUSED} }} }}"
DISTRICT = f"mutation($i: SaveDistrictInput!) {{ saveDistrict(input: $i) {{ {REFUSED} }} }}"
REZONE = f"""mutation($i: RezoneCrewsInput!) {{ rezoneCrews(input: $i) {{ {REFUSED}
  ... on CrewsRezoned {{ tasksMoved crews {{ district {{ code }} }} }} }} }}"""


async def crew_of(trade: Trade, code: str) -> dict[str, Any]:
    document = "query($c: String!) { crew(districtCode: $c) { contractor leader { name } members { name } } }"
    found: dict[str, Any] = await trade.admin.one(document, c=code)
    return found


async def test_a_member_asked_for_eight_times_at_once_is_made_once(trade: Trade) -> None:
    for place in range(12):
        name = f"Hu{place}"
        given = {"crewId": trade.crews["410105"], "name": name, "phone": f"138111122{place:02}"}

        asked = (trade.admin.one(MEMBER, i={**given, "clientMutationId": name}) for _ in range(8))
        answers = await asyncio.gather(*asked)

        assert len({answer["member"]["id"] for answer in answers}) == 1
    names = Counter(m["name"] for m in (await crew_of(trade, "410105"))["members"])
    assert all(names[f"Hu{place}"] == 1 for place in range(12))


async def test_the_same_client_mutation_id_with_another_input_is_refused(trade: Trade) -> None:
    given = {"crewId": trade.crews["410105"], "name": "Hu", "phone": "13811112222", "clientMutationId": "m-1"}
    await trade.admin.one(MEMBER, i=given)

    body = await trade.admin.raw(MEMBER, i={**given, "name": "He"})

    assert body["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert "He" not in [m["name"] for m in (await crew_of(trade, "410105"))["members"]]


async def test_two_changes_of_one_crew_at_once_are_both_kept(trade: Trade) -> None:
    crew = {"id": trade.crews["410105"], "districtCode": "410105", "name": "金水班组"}

    for _ in range(5):
        await asyncio.gather(
            trade.admin.one(CREW, i={**crew, "contractor": "中通服"}),
            trade.admin.one(CREW, i={**crew, "leaderId": trade.members["Li"]}),
        )
        found = await crew_of(trade, "410105")
        assert (found["contractor"], found["leader"]["name"]) == ("中通服", "Li")
        await trade.admin.one(CREW, i={**crew, "contractor": "豫中代维", "leaderId": trade.members["Wang"]})


async def test_one_name_asked_for_two_districts_at_once_means_one(trade: Trade) -> None:
    first = {"code": "410105", "name": "金水区", "prefecture": "郑州市", "aliases": ["东区"]}
    second = {"code": "410103", "name": "二七区", "prefecture": "郑州市", "aliases": ["东区"]}

    answers = await asyncio.gather(*(trade.admin.one(DISTRICT, i=given) for given in (first, second)))

    assert Counter(answer["__typename"] for answer in answers) == {"DistrictSaved": 1, "InvalidInput": 1}


async def test_crews_that_were_told_twice_to_change_places_did_it_once(trade: Trade) -> None:
    a, b = trade.crews["410105"], trade.crews["410103"]
    moves = [{"crewId": a, "districtCode": "410103"}, {"crewId": b, "districtCode": "410105"}]

    first = await trade.admin.one(REZONE, i={"moves": moves, "clientMutationId": "z-1"})
    again = await trade.admin.one(REZONE, i={"moves": moves, "clientMutationId": "z-1"})

    assert first == again
    assert [crew["district"]["code"] for crew in first["crews"]] == ["410103", "410105"]
