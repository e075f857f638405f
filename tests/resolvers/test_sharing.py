"""Who shares an update with whom: the same selection and the same rights, whoever they are; never anybody else."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from domain.access import Actor, Scope
from domain.values import Role
from resolvers.context import Context
from tests.resolvers.office import ADMIN, DISPATCHER, EXECUTOR, NMS, UPSTREAM, Office, fused, order
from tests.resolvers.test_subscriptions import CLAIM, Follower, item_of

VIEWER = Actor(Scope(Role.VIEWER), "wall")
SHOWN = """{ key state explain customer { name contactPhone } firstContact { member { name phone } }
  orders { number customer { name contactPhone } address { text } handler { name phone } receipts { kind } }
  tasks { id crew { members { name phone } } items { claimant { name phone } } } }"""
GROUP = f"""subscription($key: String!, $after: Cursor, $first: Int = 1) {{
  groupUpdates(key: $key, after: $after) {{ cursor kind group {SHOWN}
    order {{ exchanges(first: $first) {{ edges {{ node {{ id }} }} }} }} }} }}"""
QUERY = f"query($key: String!) {{ fusionGroup(key: $key) {SHOWN} }}"
ALL = "subscription($filter: UpdateFilter) { updates(filter: $filter) { cursor kind } }"


async def shared(count: int) -> None:
    """Wait until so many followers share."""
    async with asyncio.timeout(5):
        while EXECUTOR.channels.members != count:
            await asyncio.sleep(0.005)


async def waiting(followers: list[Follower]) -> list[asyncio.Future[Any]]:
    """The next update of each, once all of them have caught up."""
    updates: list[asyncio.Future[Any]] = [asyncio.ensure_future(one.next()) for one in followers]
    await shared(len(followers))
    return updates


async def test_two_scopes_never_share_and_each_sees_what_it_may_ask_for(
    office: Office, people: dict[str, Actor]
) -> None:
    await office.take_in(order("N1", fusion=fused("FK-1", "N2")), order("N2", fusion=fused("FK-1", "N1")))
    actors = [DISPATCHER, ADMIN, VIEWER, UPSTREAM, NMS, people["Li"], people["Zhao"], people["Wang"]]
    followers = [Follower(office, actor, GROUP, key="FK-1") for actor in actors for _ in range(2)]
    for one in followers:
        assert (await one.next())["kind"] == "SNAPSHOT"
    updates = await waiting(followers)
    scopes = {actor.scope for actor in actors}
    assert len(EXECUTOR.channels) == len(scopes) == len(actors)

    await office.ask(people["Li"], CLAIM, id=await item_of(office, "N1"))

    told = [(await one)["group"] for one in updates]
    asked = [(await office.ask(actor, QUERY, key="FK-1"))["fusionGroup"] for actor in actors]
    assert told == [one for one in asked for _ in range(2)]
    assert len({str(one) for one in asked}) > 2  # they do not all see the same


async def test_one_execution_serves_all_who_share(
    office: Office, people: dict[str, Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.take_in(order("N1"))
    followers = [Follower(office, Actor(DISPATCHER.scope, f"desk-{n}"), GROUP, key="N1") for n in range(20)]
    for one in followers:
        await one.next()
    updates = await waiting(followers)
    contexts: Counter[str] = Counter()
    worlds = Context.world

    async def counted(self: Context) -> Any:
        contexts[str(self.actor)] += 1
        return await worlds(self)

    monkeypatch.setattr(Context, "world", counted)
    await office.ask(people["Li"], CLAIM, id=await item_of(office, "N1"))

    kinds = {(await one)["kind"] for one in updates}

    assert kinds == {"ITEM_CLAIMED"}
    assert sum(1 for actor in contexts if actor.startswith("dispatcher:desk-")) == 1


async def test_where_each_began_keeps_nobody_apart_but_what_each_selects_does(office: Office) -> None:
    await office.take_in(order("N1"))
    begun = Follower(office, DISPATCHER, GROUP, key="N1")
    cursor = (await begun.next())["cursor"]
    await office.take_in(order("N1", requirement="call first"))
    missed = (await begun.next())["cursor"]

    others: list[dict[str, Any]] = [{"after": cursor}, {"after": missed}, {"after": missed, "first": 2}]
    followers = [begun, *(Follower(office, DISPATCHER, GROUP, key="N1", **other) for other in others)]
    await followers[1].next()
    updates = await waiting(followers)

    assert len(EXECUTOR.channels) == 2
    await office.take_in(order("N1", requirement="call twice"))
    assert len({(await one)["cursor"] for one in updates}) == 1


@pytest.mark.usefixtures("people")
async def test_another_topic_is_another_feed(office: Office) -> None:
    await office.take_in(order("N1"), order("N2"))
    group = [Follower(office, DISPATCHER, GROUP, key=key) for key in ("N1", "N2")]
    some = [Follower(office, DISPATCHER, ALL, filter={"groupKeys": [key]}) for key in ("N1", "N2", "N2")]
    for one in [*group, *some]:
        await one.next()
    updates = await waiting([*group, *some])

    assert len(EXECUTOR.channels) == 4
    await office.take_in(order("N2", requirement="call first"))
    for place in (1, 3, 4):
        assert (await updates[place])["kind"] == "ORDER_AMENDED"
    assert not updates[0].done()
    assert not updates[2].done()
    for update in updates:
        update.cancel()


async def test_a_dashboard_that_conflates_gets_the_newest_of_each_group(office: Office) -> None:
    await office.take_in(order("N1"), order("N2"))
    start = await Follower(office, DISPATCHER, ALL).next()
    for text in ("a", "b", "c"):
        await office.take_in(order("N1", requirement=text), order("N2", requirement=text))
    document = (
        "subscription($after: Cursor) { updates(after: $after) { group { key } order { requirement } } }"
    )

    follower = Follower(office, DISPATCHER, document, conflating=True, after=start["cursor"])

    newest = [await follower.next() for _ in range(2)]
    assert {(one["group"]["key"], one["order"]["requirement"]) for one in newest} == {
        ("N1", "c"),
        ("N2", "c"),
    }
    assert await follower.is_silent()


@pytest.mark.usefixtures("people")
async def test_conflate_is_true_or_false(office: Office) -> None:
    answer = await office.refused_to_follow(DISPATCHER, ALL, {"conflate": "yes"})

    assert "extensions.conflate must be true or false" in answer
