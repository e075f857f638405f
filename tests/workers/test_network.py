"""Every open attempt is sent once, looked for when nobody knows, and its answer written down."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from domain.commands import ReportSubTask
from domain.network import Finished, NetworkUnavailableError
from domain.orders import Order, SubTask
from domain.outbox import Topic
from domain.values import JeopardyLevel, ReportOutcome, SubTaskId, SubTaskKind, Verdict
from gateway.workers.courier import Pace
from persistence.postgresql import UNAVAILABLE
from tests.contracts.trade import UPSTREAM, Gateway, order
from tests.workers.scripted import DOWN, GOOD, Desk, ScriptedNetwork, under_way

NOT_READY = Finished(ReportOutcome.NOT_READY, failure="a test is running")


async def order_of(one: Gateway, number: str = "N1") -> Order:
    found: Order = (await one.group(f"1/{number}")).orders[number]
    return found


async def part(one: Gateway, kind: str = "ACTIVATION", number: str = "N1") -> SubTask:
    return (await order_of(one, number)).sub_task(SubTaskKind(kind))


async def test_both_parts_are_sent_at_once_and_their_answers_written_down(one: Gateway) -> None:
    desk = Desk(one)
    await one.take_in(order("N1", activationData={"vlan": 1}, checkData={"server": "zz"}))

    await desk.work()

    assert [desk.network.verbs(key) for key in ("N1#A1", "N1#Q1")] == [["send"], ["send"]]
    assert desk.network.requests["N1#A1"].data == {"vlan": 1}
    assert desk.network.requests["N1#Q1"].data == {"server": "zz"}
    assert (await part(one)).verdict is Verdict.SUCCEEDED
    assert (await part(one)).attempts[0].service == "s-1"


async def test_what_is_under_way_is_looked_for_later_and_not_sent_again(one: Gateway) -> None:
    desk = Desk(one)
    desk.network.sends["N1#A1"] = [under_way(monitor="m-1")]
    desk.network.looks["N1#A1"] = [under_way(monitor="m-1"), GOOD]
    await one.take_in(order("N1"))

    await desk.work()
    one.clock.move(seconds=59)
    early = await desk.work()
    one.clock.move(seconds=1)
    await desk.work()
    one.clock.move(seconds=60)
    await desk.work()

    assert "N1#A1" not in early
    assert desk.network.verbs("N1#A1") == ["send", "look", "look"]
    assert desk.network.requests["N1#A1"].remote == {"monitor": "m-1"}
    assert (await part(one)).verdict is Verdict.SUCCEEDED


async def test_a_callback_brings_the_next_look_forward(one: Gateway) -> None:
    desk = Desk(one)
    desk.network.sends["N1#A1"] = [under_way(monitor="m-1")]
    desk.network.looks["N1#A1"] = [GOOD]
    await one.take_in(order("N1"))
    await desk.work()
    one.clock.move(seconds=2)

    await desk.outbox.hasten("N1#A1", one.clock())
    await desk.work()

    assert (await part(one)).verdict is Verdict.SUCCEEDED


async def test_a_callback_during_the_sending_is_not_lost(one: Gateway) -> None:
    desk = Desk(one)
    desk.network.sends["N1#A1"] = [under_way(monitor="m-1")]
    desk.network.looks["N1#A1"] = [GOOD]
    desk.network.blocked["N1#A1"] = asyncio.Event()
    await one.take_in(order("N1"))
    working = asyncio.create_task(desk.work())
    while ("send", "N1#A1") not in desk.network.asked:
        await asyncio.sleep(0.01)
    one.clock.move(seconds=1)

    await desk.outbox.hasten("N1#A1", one.clock())
    desk.network.blocked["N1#A1"].set()
    await working

    assert (await part(one)).verdict is Verdict.SUCCEEDED


async def test_what_a_dead_process_held_is_looked_for_before_it_is_sent(one: Gateway) -> None:
    desk = Desk(one)
    await one.take_in(order("N1"))
    await desk.outbox.take(Topic.NETWORK, one.clock(), desk.until(30), 10)  # and the process dies
    desk.network.looks["N1#A1"] = [GOOD]
    one.clock.move(seconds=30)

    await desk.work()

    assert desk.network.verbs("N1#A1") == ["look"]
    assert desk.network.verbs("N1#Q1") == ["look", "send"]


async def test_without_an_answer_it_is_looked_for_and_then_sent_once_more_under_the_same_key(
    one: Gateway,
) -> None:
    desk = Desk(one)
    desk.network.sends["N1#A1"] = [DOWN]
    desk.network.looks["N1#A1"] = [DOWN, None]
    await one.take_in(order("N1"))

    await desk.work()
    unsettled = await part(one)
    for seconds in (1, 2, 4):
        one.clock.move(seconds=seconds)
        await desk.work()

    assert (unsettled.verdict, unsettled.attempts[0].failure) == (Verdict.INCONCLUSIVE, "HTTP 503")
    assert desk.network.verbs("N1#A1") == ["send", "look", "look", "send"]
    settled = await part(one)
    assert (settled.verdict, len(settled.attempts)) == (Verdict.SUCCEEDED, 1)


async def test_an_answer_without_a_result_is_a_new_attempt_after_a_pause(one: Gateway) -> None:
    desk = Desk(one)
    desk.network.sends["N1#Q1"] = [NOT_READY]
    desk.network.sends["N1#A1"] = [under_way(monitor="m-1")]
    await one.take_in(order("N1"))

    await desk.work()
    one.clock.move(seconds=30)
    await desk.work()

    found = await part(one, "QUALITY_CHECK")
    assert desk.network.verbs("N1#Q2") == ["send"]
    assert [attempt.verdict for attempt in found.attempts] == [Verdict.INCONCLUSIVE, Verdict.SUCCEEDED]


async def test_a_callback_in_the_pause_after_an_answer_without_a_result_does_not_shorten_it(
    one: Gateway,
) -> None:
    desk = Desk(one)
    desk.network.sends["N1#Q1"] = [NOT_READY]
    desk.network.sends["N1#A1"] = [under_way(monitor="m-1")]
    await one.take_in(order("N1"))
    await desk.work()
    one.clock.move(seconds=5)

    await desk.outbox.hasten("N1#Q1", one.clock())
    await desk.outbox_once()
    one.clock.move(seconds=25)
    await desk.work()

    assert desk.network.verbs("N1#Q2") == ["send"]


async def test_what_never_ends_is_given_up_and_made_again(one: Gateway) -> None:
    desk = Desk(one)
    never = under_way(monitor="m-1")
    desk.network.sends["N1#A1"] = [never]
    desk.network.looks["N1#A1"] = [never] * 50
    await one.take_in(order("N1"))

    for _ in range(20):
        await desk.work()
        one.clock.move(seconds=60)

    attempts = (await part(one)).attempts
    assert attempts[0].failure is not None
    assert attempts[0].failure.startswith("no result within")
    assert desk.network.verbs("N1#A2") == ["send"]
    assert desk.network.verbs("N1#A1").count("look") <= 6


async def test_what_the_network_forgot_is_a_new_attempt(one: Gateway) -> None:
    desk = Desk(one)
    desk.network.sends["N1#A1"] = [under_way(monitor="m-1")]
    await one.take_in(order("N1"))
    await desk.work()
    one.clock.move(seconds=60)

    await desk.work()
    one.clock.move(seconds=30)
    await desk.work()

    assert desk.network.verbs("N1#A2") == ["send"]


async def test_a_refused_field_is_repaired_and_sent_under_a_new_key(one: Gateway) -> None:
    desk = Desk(one)
    await one.take_in(order("X", activationData={"olt": 1, "port": "0/3/7", "vlan": 2101}))
    await desk.work()
    desk.network.sends["N1#A1"] = [
        Finished(ReportOutcome.FAILED, failure="not allowed", refused_fields=("vlan",))
    ]
    await one.take_in(order("N1", activationData={"olt": 1, "port": "0/3/7", "vlan": 2999}))

    await desk.work()

    found = await part(one)
    assert desk.network.requests["N1#A2"].data["vlan"] == 2101
    assert (found.verdict, found.attempts[1].repairs[0].source) == (Verdict.SUCCEEDED, "order X attempt 1")


async def test_a_suspension_names_the_service_that_was_activated_before(one: Gateway) -> None:
    desk = Desk(one)
    desk.network.sends["N1#A1"] = [Finished(ReportOutcome.SUCCEEDED, service="s-77")]
    await one.take_in(order("N1"))
    await desk.work()

    await one.take_in(order("S1", action="SUSPEND"))
    await desk.work()

    asked = desk.network.requests["S1#A1"]
    assert (asked.action, asked.service, asked.data) == ("suspend", "s-77", {})


async def test_a_service_that_upstream_names_goes_before_what_we_know(one: Gateway) -> None:
    desk = Desk(one)

    await one.take_in(order("S1", action="SUSPEND", activationData={"serviceId": "s-5"}))
    await desk.work()

    assert desk.network.requests["S1#A1"].service == "s-5"


async def test_a_suspension_that_nobody_answers_becomes_urgent_and_is_still_tried(one: Gateway) -> None:
    desk = Desk(one)
    desk.network.sends["N1#A1"] = [DOWN]
    desk.network.looks["N1#A1"] = [DOWN, DOWN, GOOD]
    await one.take_in(order("N1", action="SUSPEND"))

    for _ in range(3):
        await desk.work()
        one.clock.move(seconds=10)
    alarmed = await order_of(one)
    await desk.work()

    assert alarmed.jeopardy is not None
    assert alarmed.jeopardy.level is JeopardyLevel.CRITICAL
    assert len((await one.group("1/N1")).items) == 1
    assert (await part(one)).verdict is Verdict.SUCCEEDED


async def test_what_was_not_even_asked_is_reported_for_what_is_urgent_alone(one: Gateway) -> None:
    desk = Desk(one)
    closed = NetworkUnavailableError("not asked until 12:05", asked=False, after_seconds=5)
    desk.network.sends["N1#A1"] = [closed]
    desk.network.sends["S1#A1"] = [closed]
    await one.take_in(order("N1"), order("S1", action="SUSPEND"))

    await desk.work()

    assert (await part(one)).verdict is None
    assert (await part(one, number="S1")).verdict is Verdict.INCONCLUSIVE
    one.clock.move(seconds=4)
    assert await desk.work() == []


async def test_an_unusable_answer_settles_nothing_and_says_why(one: Gateway) -> None:
    desk = Desk(one)
    desk.network.sends["N1#A1"] = [Finished(ReportOutcome.FAILED, failure="not\0allowed")]
    await one.take_in(order("N1"))

    await desk.work()

    found = await part(one)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.attempts[0].failure is not None
    assert found.attempts[0].failure.startswith("the answer is not usable")


async def test_a_result_from_elsewhere_leaves_nothing_to_ask(one: Gateway) -> None:
    desk = Desk(one)
    await one.take_in(order("N1"))
    held = await desk.outbox.take(Topic.NETWORK, one.clock(), desk.until(30), 10)
    said = ReportSubTask(SubTaskId("N1/ACTIVATION"), 1, "e1", ReportOutcome.SUCCEEDED)
    await one.store.execute(said, UPSTREAM)

    for errand in held:
        await desk.desk.carry(errand, desk.until(30))

    assert desk.network.verbs("N1#A1") == []
    assert desk.network.verbs("N1#Q1") == ["send"]


async def test_an_answer_is_written_down_though_the_database_is_away_for_a_moment(
    one: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, execute = Desk(one), one.store.execute
    await one.take_in(order("N1", action="RESUME"))
    away = [UNAVAILABLE[0]("gone")]

    async def sometimes(*values: Any) -> Any:
        if away:
            raise away.pop()
        return await execute(*values)

    monkeypatch.setattr(one.store, "execute", sometimes)
    await desk.work()

    assert (await order_of(one)).closed_at is not None
    assert desk.network.verbs("N1#A1") == ["send"]


async def test_two_couriers_share_what_there_is_and_nothing_is_sent_twice(one: Gateway) -> None:
    network = ScriptedNetwork()
    couriers = [Desk(one, network, Pace(interval_seconds=0.05)).courier for _ in range(2)]
    await one.take_in(*(order(f"N{n}") for n in range(15)))

    for courier in couriers:
        await courier.start()
    async with asyncio.timeout(20):
        while await one.rows("SELECT id FROM outbox WHERE topic = 'NETWORK'"):
            await asyncio.sleep(0.02)
    for courier in couriers:
        await courier.stop()

    assert {("send", f"N{n}#{kind}1") for n in range(15) for kind in "AQ"} <= set(network.asked)
    assert len(network.asked) == len(set(network.asked))


async def test_a_suspension_does_not_wait_for_slow_answers_to_others(one: Gateway) -> None:
    desk = Desk(one, pace=Pace(at_once=4, kept_for_urgent=2, interval_seconds=0.05))
    await one.take_in(*(order(f"N{n}") for n in range(4)))
    for n in range(4):
        for kind in "AQ":
            desk.network.blocked[f"N{n}#{kind}1"] = asyncio.Event()
    await desk.courier.start()
    while len(desk.network.asked) < 2:
        await asyncio.sleep(0.01)

    one.clock.move(seconds=1)
    await one.take_in(order("S1", action="SUSPEND"))
    desk.courier.ring()

    async with asyncio.timeout(5):
        while ("send", "S1#A1") not in desk.network.asked:
            await asyncio.sleep(0.01)
    await desk.courier.stop()


async def test_a_stop_gives_back_what_is_not_finished(one: Gateway) -> None:
    desk = Desk(one, pace=Pace(interval_seconds=0.05))
    await one.take_in(order("N1"))
    desk.network.blocked = {"N1#A1": asyncio.Event(), "N1#Q1": asyncio.Event()}
    await desk.courier.start()
    while len(desk.network.asked) < 2:
        await asyncio.sleep(0.01)

    await desk.courier.stop()

    desk.network.blocked.clear()
    assert {"N1#A1", "N1#Q1"} <= {*await desk.work()}
    assert desk.network.verbs("N1#A1") == ["send", "look", "send"]
