"""Districts, crews, members and products: one crew to a district, ids that tell nothing, and who must look again."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.access import SYSTEM
from domain.addresses import DistrictNames
from domain.commands import RefreshGroup
from domain.orders import Jeopardy
from domain.ports import Saved
from domain.refusals import DistrictHasCrew, InvalidInput, NotFound
from domain.values import CrewId, DistrictCode, HoldCause, MemberId, OrderNumber, ProductCode
from domain.world import Policy
from persistence import concerned
from persistence.store import SqlStore
from tests.contracts.trade import ERQI, JINSHUI, Gateway, claim, crew, member, order

NOWHERE = {"text": "火星路1号", "districtCode": None}


async def test_the_world_holds_what_was_saved(one: Gateway, other: Gateway) -> None:
    crew_id, [li] = await one.crew_with("Li")
    saved = replace(crew("金水区班组", known=crew_id), contractor="某公司", leader=li.scope.member)
    assert isinstance(await one.reference.save_crew(saved), Saved)

    world = await other.store.world()

    assert world.crews == {crew_id: saved}
    assert world.crew_of(DistrictCode("410105")) == saved
    assert [m.name for m in world.active_members_of(crew_id)] == ["Li"]
    assert world.districts[DistrictCode("410105")] == JINSHUI
    assert "INTERNET_LINE" in world.products


async def test_a_process_sees_the_change_of_another_at_its_next_look(one: Gateway, other: Gateway) -> None:
    before = await other.store.world()

    await one.reference.save_districts([DistrictNames("410122", "中牟县", "郑州市")])

    after = await other.store.world()
    assert "410122" in after.districts
    assert after.version == before.version + 1
    assert await other.store.world() is after


async def test_all_who_ask_at_once_are_answered_by_one_statement_or_two(
    one: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    await one.store.world()
    asked, fetch = 0, one.database.fetch

    async def counted(statement: str, *values: Any) -> Any:
        nonlocal asked
        asked += 1
        return await fetch(statement, *values)

    monkeypatch.setattr(one.database, "fetch", counted)

    await asyncio.gather(*(one.store.world() for _ in range(50)))

    assert 1 <= asked <= 2


async def test_nobody_is_answered_by_a_statement_that_began_before_he_asked(
    one: Gateway, other: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, fetch = await one.store.world(), one.database.fetch
    read, go_on = asyncio.Event(), asyncio.Event()

    async def slow(statement: str, *values: Any) -> Any:
        rows = await fetch(statement, *values)
        read.set()
        await go_on.wait()
        return rows

    monkeypatch.setattr(one.database, "fetch", slow)
    first = asyncio.create_task(one.store.world())
    await read.wait()
    await other.reference.save_districts([DistrictNames("410122", "中牟县", "郑州市")])
    second = asyncio.create_task(one.store.world())
    await asyncio.sleep(0)
    go_on.set()

    assert await first is before
    assert "410122" in (await second).districts


async def test_the_policy_of_the_process_is_part_of_its_world(one: Gateway) -> None:
    policy = Policy(default_fusion_minutes=7)

    store = SqlStore(one.database, one.bell, policy)

    assert (await store.world()).policy.patience("STANDARD") == timedelta(minutes=7)


async def test_a_district_has_one_crew_and_the_refusal_names_it(one: Gateway) -> None:
    first, _ = await one.crew_with()

    refused = await one.reference.save_crew(crew("another"))

    assert isinstance(refused, DistrictHasCrew)
    assert refused.crew == first
    assert list((await one.store.world()).crews) == [first]


async def test_two_crews_made_at_once_for_one_district_are_one(one: Gateway, other: Gateway) -> None:
    made = await asyncio.gather(
        *((one, other)[n % 2].reference.save_crew(crew(f"crew {n}")) for n in range(6))
    )

    assert [type(answer) for answer in made].count(Saved) == 1
    assert [type(answer) for answer in made].count(DistrictHasCrew) == 5


async def test_crews_change_places(one: Gateway) -> None:
    a, _ = await one.crew_with(district="410105")
    b, _ = await one.crew_with(district="410103")

    moved = await one.reference.rezone({a: DistrictCode("410103"), b: DistrictCode("410105")})

    assert isinstance(moved, Saved)
    crews = (await one.store.world()).crews
    assert (crews[a].district_code, crews[b].district_code) == ("410103", "410105")


async def test_a_move_into_the_district_of_a_crew_that_stays_is_refused_whole(one: Gateway) -> None:
    a, _ = await one.crew_with(district="410105")
    b, _ = await one.crew_with(district="410103")
    before = await one.store.world()

    refused = await one.reference.rezone({a: DistrictCode("410103")})
    twice = await one.reference.rezone({a: DistrictCode("410103"), b: DistrictCode("410103")})
    unknown = await one.reference.rezone({CrewId("c-none"): DistrictCode("410103")})
    nowhere = await one.reference.rezone({a: DistrictCode("999999")})

    assert isinstance(refused, DistrictHasCrew)
    assert refused.crew == b
    assert isinstance(twice, DistrictHasCrew)
    assert isinstance(unknown, NotFound)
    assert isinstance(nowhere, InvalidInput)
    assert await one.store.world() is before


async def test_a_leader_is_a_member_and_who_leaves_leads_no_more(one: Gateway) -> None:
    a, [li] = await one.crew_with("Li", district="410105")
    b, _ = await one.crew_with(district="410103")
    leader = li.scope.member
    assert leader is not None
    stranger = await one.reference.save_crew(replace(crew(known=b, district="410103"), leader=leader))
    await one.reference.save_crew(replace(crew(known=a), leader=leader))

    await one.reference.save_member(member("Li", b, leader))

    assert isinstance(stranger, InvalidInput)
    assert (await one.store.world()).crews[a].leader is None


@pytest.mark.parametrize("unknown", ["crew", "member", "member's crew", "district"])
async def test_what_is_not_there_is_not_found(one: Gateway, unknown: str) -> None:
    crew_id, _ = await one.crew_with()
    reference = one.reference

    answers = {
        "crew": reference.save_crew(crew(known="c-none", district="410103")),
        "member": reference.save_member(member("Li", crew_id, "m-none")),
        "member's crew": reference.save_member(member("Li", "c-none")),
        "district": reference.learn_alias(DistrictCode("999999"), "火星"),
    }
    answer = await answers.pop(unknown)
    for unused in answers.values():
        unused.close()

    assert isinstance(answer, NotFound)


async def test_ids_of_crews_and_members_tell_nothing_and_are_short(one: Gateway) -> None:
    crew_id, members = await one.crew_with(*(f"member {n}" for n in range(20)))

    ids = {crew_id, *(who.subject for who in members)}

    assert len(ids) == 21
    assert max(map(len, ids)) <= 12
    assert not any("member" in id_ for id_ in ids)


async def test_an_alias_is_learnt_once_and_the_groups_without_district_look_again(one: Gateway) -> None:
    await one.take_in(order("N1", address=NOWHERE), order("N2"))

    saved = await one.reference.learn_alias(DistrictCode("410105"), "火星路")
    await one.reference.learn_alias(DistrictCode("410105"), "火星路")

    assert isinstance(saved, Saved)
    assert saved.groups == ["1/N1"]
    assert (await one.store.world()).districts[DistrictCode("410105")].aliases == ("金水", "火星路")


async def test_a_new_crew_gets_the_work_that_waited_for_it(one: Gateway) -> None:
    await one.take_in(order("N1"))
    [held] = (await one.group("1/N1")).tasks.values()

    saved = await one.reference.save_crew(crew())
    assert isinstance(saved, Saved)
    for group in saved.groups:
        await one.store.execute(RefreshGroup(group), SYSTEM)

    [task] = (await one.group("1/N1")).tasks.values()
    assert held.hold.cause is HoldCause.NO_CREW
    assert task.hold is None
    assert task.crew == saved.ids[0]


async def test_work_of_a_member_who_leaves_is_free_again(one: Gateway) -> None:
    crew_id, [li, _] = await one.crew_with("Li", "Zhao")
    await one.take_in(order("N1"), order("N2"))
    await one.store.execute(claim("N1"), li)

    saved = await one.reference.save_member(member("Li", crew_id, li.subject, active=False))
    assert isinstance(saved, Saved)
    for group in saved.groups:
        await one.store.execute(RefreshGroup(group), SYSTEM)

    assert saved.groups == ["1/N1"]
    assert (await one.group("1/N1")).items[claim("N1").item].claimant is None


async def test_the_work_of_a_crew_is_in_jeopardy_while_it_has_nobody(one: Gateway) -> None:
    empty, _ = await one.crew_with(district="410103")
    crew_id, [li] = await one.crew_with("Li")
    await one.take_in(order("N1"))

    left = await one.reference.save_member(member("Li", empty, li.subject))
    alone = await after(one, left)
    came = await one.reference.save_member(member("Zhao", crew_id))
    manned = await after(one, came)
    second = await one.reference.save_member(member("Wang", crew_id))

    assert alone is not None
    assert alone.message.startswith("NO_MEMBER")
    assert manned is None
    assert isinstance(second, Saved)
    assert second.groups == []


async def after(one: Gateway, saved: object) -> Jeopardy | None:
    """The jeopardy of N1 when the groups which a change concerns have looked again."""
    assert isinstance(saved, Saved)
    for group in saved.groups:
        await one.store.execute(RefreshGroup(group), SYSTEM)
    jeopardy: Jeopardy | None = (await one.group("1/N1")).orders[OrderNumber("N1")].jeopardy
    return jeopardy


async def test_groups_that_a_change_left_behind_are_found_until_they_looked_again(one: Gateway) -> None:
    await one.take_in(order("N1"))
    assert await concerned.stranded(one.database) == []
    await one.crew_with("Li")  # and the process died before it sent the commands

    stranded = await concerned.stranded(one.database)
    for group in stranded:
        await one.store.execute(RefreshGroup(group), SYSTEM)

    assert stranded == ["1/N1"]
    assert await concerned.stranded(one.database) == []


async def test_a_product_is_changed_by_its_code(one: Gateway) -> None:
    product = (await one.store.world()).products[ProductCode("CAMERA")]
    changed = replace(product, name="Camera 2", rules=product.rules[:1], thresholds=())

    await one.reference.save_product(changed)

    assert (await one.store.world()).products[ProductCode("CAMERA")] == changed


async def test_districts_and_members_are_changed_in_place(one: Gateway) -> None:
    crew_id, [li] = await one.crew_with("Li")

    await one.reference.save_districts([replace(ERQI, aliases=("二七",))])
    await one.reference.save_member(replace(member("Li Wei", crew_id, li.subject), skills=()))

    world = await one.store.world()
    assert world.districts[DistrictCode("410103")].aliases == ("二七",)
    assert world.members[MemberId(li.subject)].name == "Li Wei"
    assert len(world.members) == 1
