"""One work item has one claimant, whatever the race; the same order sent n times is one order."""

from __future__ import annotations

import asyncio
from collections import Counter

from tests.wire.trade import Trade, fused, order

EVENTS = """query($key: String!) { fusionGroup(key: $key) {
  events(first: 200) { edges { node { kind revision } } } } }"""


async def test_fifty_claims_at_once_have_one_winner_whom_all_others_are_told(pair_trade: Trade) -> None:
    trade = pair_trade
    names = [f"M{place:02}" for place in range(50)]
    await trade.add_crew("411723", *names)
    await trade.intake(order("N1", "ENT_BROADBAND", "驻马店市平舆县健康路9号"))
    item = (await trade.item("N1", "N1"))["id"]

    answers = await asyncio.gather(*(trade.claim(name, item) for name in names))

    assert Counter(a["__typename"] for a in answers) == {"WorkItemClaimed": 1, "AlreadyClaimed": 49}
    winner = next(a["item"]["claimant"]["name"] for a in answers if "item" in a)
    assert {a["claimant"]["name"] for a in answers if "claimant" in a} == {winner}
    events = (await trade.dispatcher.one(EVENTS, key="N1"))["events"]["edges"]
    kinds = Counter(e["node"]["kind"] for e in events)
    assert (kinds["ITEM_CLAIMED"], kinds["FIRST_CONTACT_CHANGED"]) == (1, 1)
    assert [e["node"]["revision"] for e in events] == list(range(1, len(events) + 1))


async def test_one_order_sent_twenty_times_at_once_is_one_order(trade: Trade) -> None:
    same = order("N1", "CAMERA", "金水区文化路85号")

    answers = await asyncio.gather(*(trade.intake(same) for _ in range(20)))

    assert Counter(answer["duplicate"] for [answer] in answers) == {False: 1, True: 19}


async def test_orders_of_a_key_that_arrive_at_once_make_one_group(trade: Trade) -> None:
    numbers = [f"N{place}" for place in range(1, 9)]
    orders = [
        order(own, "CAMERA", "金水区文化路85号", fusion=fused("FK-9", *(n for n in numbers if n != own)))
        for own in numbers
    ]

    await asyncio.gather(*(trade.intake(one) for one in orders))

    group = await trade.group("FK-9")
    assert group["round"] == 1
    assert [one["number"] for one in group["orders"]] == numbers
    [task] = group["tasks"]
    assert len(task["items"]) == 8
