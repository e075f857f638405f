"""Feeds: what comes first, what follows, who may follow, and how a client comes back."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from domain.access import Actor
from domain.ports import Cursor
from schema.node import encode_id
from schema.scalars import write_cursor
from tests.resolvers.office import (
    ADMIN,
    DISPATCHER,
    NMS,
    UPSTREAM,
    Office,
    fused,
    order,
)

GROUP = """subscription($key: String!, $round: Int, $after: Cursor) {
  groupUpdates(key: $key, round: $round, after: $after) { cursor revision kind actor detail
  group { key state revision customer { name } } order { number state } item { state } task { id } } }"""
CREW = """subscription($id: ID!, $after: Cursor) { crewUpdates(crewId: $id, after: $after) {
  cursor kind group { key } item { claimant { name phone } } } }"""
ALL = """subscription($filter: UpdateFilter, $after: Cursor) { updates(filter: $filter, after: $after) {
  cursor revision kind group { key } } }"""
RECEIPTS = (
    "subscription($after: Cursor) { receipts(after: $after) { cursor receipt { id kind order { number } } } }"
)
CLAIM = "mutation($id: ID!) { claimWorkItem(input: {itemId: $id}) { __typename } }"
GOOD = {"serial": "C-1", "channel_count": 4, "picture_test": True}
FORM = """mutation($id: ID!, $e: JSON) { submitReceipt(input: {items: [{itemId: $id, evidence: $e}]}) {
  results { __typename } } }"""


class Follower:
    """A subscriber whose answers wait to be looked at."""

    def __init__(
        self, office: Office, actor: Actor, document: str, *, conflating: bool = False, **variables: Any
    ) -> None:
        self._feed = office.follow(actor, document, conflating=conflating, **variables)

    async def next(self) -> Any:
        """The next update; an error fails the test."""
        async with asyncio.timeout(5):
            result = await anext(self._feed)
        assert "errors" not in result, result
        return next(iter(result["data"].values()))

    async def take(self, count: int) -> list[Any]:
        """The next updates."""
        return [await self.next() for _ in range(count)]

    async def refusal(self) -> str:
        """The code of the error with which the feed ends."""
        async with asyncio.timeout(5):
            result = await anext(self._feed)
        (error,) = result["errors"]
        return str(error["extensions"]["code"])

    async def is_silent(self) -> bool:
        """Whether nothing more comes in a while."""
        try:
            async with asyncio.timeout(0.5):
                await anext(self._feed)
        except TimeoutError:
            return True
        return False


async def item_of(office: Office, number: str) -> str:
    data = await office.ask(DISPATCHER, f'{{ order(number: "{number}") {{ workItem {{ id }} }} }}')
    return str(data["order"]["workItem"]["id"])


async def test_a_group_is_followed_from_a_snapshot_without_a_gap(
    office: Office, people: dict[str, Actor]
) -> None:
    await office.take_in(order("N1"))
    follower = Follower(office, people["Zhao"], GROUP, key="N1")

    snapshot = await follower.next()
    await office.ask(people["Li"], CLAIM, id=await item_of(office, "N1"))
    claimed = await follower.next()

    assert (snapshot["kind"], snapshot["revision"]) == ("SNAPSHOT", snapshot["group"]["revision"])
    assert (snapshot["group"]["state"], snapshot["order"]) == ("DISPATCHED", None)
    assert (claimed["kind"], claimed["revision"]) == ("ITEM_CLAIMED", snapshot["revision"] + 1)
    assert claimed["group"]["state"] == "IN_PROGRESS"
    assert claimed["item"] == {"state": "CLAIMED"}
    assert claimed["actor"] == f"crew:{people['Li'].subject}"


async def test_each_update_shows_the_state_that_it_left_and_no_earlier_one(
    office: Office, people: dict[str, Actor]
) -> None:
    await office.take_in(order("N1"))
    follower = Follower(office, DISPATCHER, GROUP, key="N1")
    await follower.next()

    await office.ask(people["Li"], CLAIM, id=await item_of(office, "N1"))
    first = await follower.next()
    while (await follower.next())["kind"] != "FIRST_CONTACT_CHANGED":
        pass
    await office.ask(people["Li"], FORM, id=await item_of(office, "N1"), e=GOOD)
    while (done := await follower.next())["kind"] != "ITEM_DONE":
        pass

    assert first["item"]["state"] == "CLAIMED"
    assert done["item"]["state"] == "DONE"


@pytest.mark.usefixtures("people")
async def test_who_comes_back_with_a_cursor_misses_nothing_and_sees_nothing_twice(office: Office) -> None:
    await office.take_in(order("N1", fusion=fused("FK-1", "N2")))
    first = Follower(office, DISPATCHER, GROUP, key="FK-1")
    snapshot = await first.next()
    await office.take_in(order("N2", fusion=fused("FK-1", "N1")))

    again = Follower(office, DISPATCHER, GROUP, key="FK-1", after=snapshot["cursor"])
    missed = await again.take(3)
    third = Follower(office, DISPATCHER, GROUP, key="FK-1", after=missed[1]["cursor"])

    revisions = [snapshot["revision"] + n for n in (1, 2, 3)]
    assert [update["revision"] for update in missed] == revisions
    assert (await third.next())["revision"] == revisions[2]


async def test_a_feed_is_refused_where_there_is_nothing_to_see(
    office: Office, people: dict[str, Actor]
) -> None:
    await office.take_in(order("N1"))

    assert await Follower(office, DISPATCHER, GROUP, key="N9").refusal() == "NOT_FOUND"
    assert await Follower(office, DISPATCHER, GROUP, key="N1", round=2).refusal() == "NOT_FOUND"
    assert await Follower(office, people["Sun"], GROUP, key="N1").refusal() == "NOT_FOUND"


@pytest.mark.usefixtures("people")
async def test_a_cursor_of_another_log_or_of_the_future_is_expired(office: Office) -> None:
    await office.take_in(order("N1"))
    epoch = await office.services.log.epoch()
    foreign, future = write_cursor(Cursor("other", 1)), write_cursor(Cursor(epoch, 10_000))

    for cursor in (foreign, future):
        assert await Follower(office, DISPATCHER, GROUP, key="N1", after=cursor).refusal() == "CURSOR_EXPIRED"
        assert await Follower(office, DISPATCHER, ALL, after=cursor).refusal() == "CURSOR_EXPIRED"
    assert await Follower(office, DISPATCHER, ALL, after="no cursor").refusal() == "BAD_USER_INPUT"


async def test_a_crew_follows_its_groups_and_no_other_crew(office: Office, people: dict[str, Actor]) -> None:
    own = encode_id("Crew", str(people["Li"].scope.crew))
    follower = Follower(office, people["Li"], CREW, id=own)
    snapshot = await follower.next()

    await office.take_in(order("W1", "郑州市二七区大学路40号"))
    await office.take_in(order("N1"))
    first = await follower.next()

    assert (snapshot["kind"], snapshot["group"]) == ("SNAPSHOT", None)
    assert first["group"] == {"key": "N1"}
    assert await Follower(office, people["Sun"], CREW, id=own).refusal() == "NOT_FOUND"
    for unknown in ("no id", encode_id("Crew", "x"), encode_id("Member", "x")):
        assert await Follower(office, DISPATCHER, CREW, id=unknown).refusal() == "NOT_FOUND"


@pytest.mark.usefixtures("people")
async def test_a_dashboard_follows_what_its_filter_lets_through(office: Office) -> None:
    chosen = {"kinds": ["ORDER_ACKNOWLEDGED"], "products": ["ENT_BROADBAND"]}
    follower = Follower(office, DISPATCHER, ALL, filter=chosen)
    await follower.next()

    await office.take_in(order("N1"), order("N2", product="ENT_BROADBAND"))
    update = await follower.next()

    assert (update["kind"], update["group"]["key"]) == ("ORDER_ACKNOWLEDGED", "N2")
    assert await follower.is_silent()


async def test_upstream_follows_receipts_from_now_on_or_from_a_cursor(
    office: Office, people: dict[str, Actor]
) -> None:
    await office.take_in(order("N1"), order("N2", action="SURVEY", product="ENT_BROADBAND"))
    items = {number: await item_of(office, number) for number in ("N1", "N2")}
    start = await Follower(office, UPSTREAM, ALL).next()
    for id_ in items.values():
        await office.ask(people["Li"], CLAIM, id=id_)
    await office.ask(people["Li"], FORM, id=items["N1"], e=GOOD)
    live = Follower(office, UPSTREAM, RECEIPTS)
    waiting = asyncio.create_task(live.next())
    await asyncio.sleep(0.1)

    survey = {"feasibility": "FEASIBLE", "access_point": "OLT-1", "photo": "p-1"}
    await office.ask(people["Li"], FORM, id=items["N2"], e=survey)

    assert (await waiting)["receipt"]["order"]["number"] == "N2"
    back = Follower(office, UPSTREAM, RECEIPTS, after=start["cursor"])
    assert [(r["receipt"]["order"]["number"], r["receipt"]["kind"]) for r in await back.take(3)] == [
        ("N1", "CONSTRUCTION"),
        ("N2", "CONSTRUCTION"),
        ("N2", "COMPLETION"),
    ]
    assert await Follower(office, NMS, RECEIPTS).refusal() == "FORBIDDEN"
    assert await Follower(office, people["Li"], RECEIPTS).refusal() == "FORBIDDEN"


POLL = """query($filter: UpdateFilter, $after: Cursor, $first: Int) {
  events(filter: $filter, after: $after, first: $first) { edges { cursor node { cursor kind revision } }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
OF_GROUP = """query($after: Cursor, $first: Int) { fusionGroup(key: "N1") { events(after: $after, first: $first) {
  edges { cursor node { kind revision } } pageInfo { hasNextPage endCursor } } } }"""


@pytest.mark.usefixtures("people")
async def test_who_polls_reads_the_same_feed(office: Office) -> None:
    await office.take_in(order("N1"))
    everything = await office.ask(DISPATCHER, POLL)
    pages: list[Any] = []
    after, more = None, True
    while more:
        page = (await office.ask(DISPATCHER, POLL, after=after, first=2))["events"]
        pages += page["edges"]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]

    assert pages == everything["events"]["edges"]
    assert [edge["cursor"] for edge in pages] == [edge["node"]["cursor"] for edge in pages]
    follower = Follower(office, DISPATCHER, ALL, after=pages[0]["cursor"])
    assert (await follower.next())["revision"] == pages[1]["node"]["revision"]
    empty = (await office.ask(DISPATCHER, POLL, after=after))["events"]
    assert empty["edges"] == []
    assert empty["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": True,
        "startCursor": None,
        "endCursor": after,
    }


@pytest.mark.usefixtures("people")
async def test_a_filter_that_lets_nothing_through_still_says_where_reading_ended(office: Office) -> None:
    await office.take_in(order("N1"))
    head = await office.services.log.head()

    page = (await office.ask(DISPATCHER, POLL, filter={"kinds": ["RECEIPT_DEAD"]}))["events"]
    none = (await office.ask(DISPATCHER, POLL, first=0))["events"]

    epoch = await office.services.log.epoch()
    assert page["pageInfo"]["endCursor"] == write_cursor(Cursor(epoch, head))
    assert (none["edges"], none["pageInfo"]["endCursor"]) == ([], write_cursor(Cursor(epoch, 0)))
    assert await office.refusal(DISPATCHER, POLL, first=1001) == "BAD_USER_INPUT"


@pytest.mark.usefixtures("people")
async def test_a_group_tells_its_own_events_page_by_page(office: Office) -> None:
    await office.take_in(order("N1"), order("N2"))

    first = (await office.ask(ADMIN, OF_GROUP, first=2))["fusionGroup"]["events"]
    rest = (await office.ask(ADMIN, OF_GROUP, after=first["pageInfo"]["endCursor"]))["fusionGroup"]["events"]

    revisions = [edge["node"]["revision"] for edge in first["edges"] + rest["edges"]]
    assert revisions == list(range(1, len(revisions) + 1))
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)
    other = write_cursor(Cursor("other", 1))
    assert await office.refusal(ADMIN, OF_GROUP, after=other) == "CURSOR_EXPIRED"
