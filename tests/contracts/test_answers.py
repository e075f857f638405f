"""A clientMutationId that comes again gets its first answer again, for seven days."""

import asyncio
from dataclasses import replace

import pytest

from domain.commands import ReportSubTask, ReturnWorkItem
from domain.ports import KeyReusedError, RepeatKey
from domain.refusals import NotFound
from domain.values import ReasonCode, ReportOutcome, UpdateKind
from tests.contracts.trade import DISPATCHER, UPSTREAM, Gateway, claim, order, sub_task


async def test_a_repeated_command_gets_its_first_answer_and_the_groups_of_today(one: Gateway) -> None:
    _, [li] = await one.crew_with("Li")
    await one.take_in(order("N1"))
    key = RepeatKey("crew:li", "claimWorkItem", "c\0-1" * 999, "digest")
    first = await one.store.execute(claim("N1"), li, key)
    await one.store.execute(ReturnWorkItem(claim("N1").item, ReasonCode.CUSTOMER_REFUSED), li)

    again = await one.store.execute(claim("N1"), li, key)

    assert again.refusal is None
    assert again.refs == first.refs
    assert again.group == await one.group("1/N1")
    assert again.group.revision > first.group.revision


async def test_a_key_with_another_input_is_refused(one: Gateway) -> None:
    key = RepeatKey("upstream:esop", "intakeOrders", "c-1", "digest")
    await one.store.execute(order("N1"), UPSTREAM, key)

    with pytest.raises(KeyReusedError, match="'c-1' was used with another input"):
        await one.store.execute(order("N2"), UPSTREAM, replace(key, digest="another"))

    assert await one.rows("SELECT number FROM orders") == ["N1"]


async def test_keys_of_two_callers_do_not_meet(one: Gateway) -> None:
    key = RepeatKey("upstream:esop", "intakeOrders", "c-1", "digest")
    await one.store.execute(order("N1"), UPSTREAM, key)

    outcome = await one.store.execute(order("N2"), UPSTREAM, replace(key, caller="upstream:crm"))

    assert outcome.refs.order == "N2"


async def test_the_same_key_sent_many_times_at_once_acts_once(one: Gateway, other: Gateway) -> None:
    await one.take_in(order("N1"))
    report = ReportSubTask(sub_task("N1", "ACTIVATION"), 1, "e-1", ReportOutcome.FAILED, failure="vlan")
    key = RepeatKey("nms:1", "reportSubTask", "c-1", "digest")

    outcomes = await asyncio.gather(*(
        (one, other)[n % 2].store.execute(report, DISPATCHER, key) for n in range(10)
    ))  # fmt: skip

    assert len({outcome.refs for outcome in outcomes}) == 1
    assert await one.rows("SELECT count(*) FROM answers") == [1]
    found = await one.log.read(0, 100, kinds=[UpdateKind.SUB_TASK_FINISHED])
    assert len(found) == 1


async def test_a_refused_command_may_succeed_later_under_its_key(one: Gateway) -> None:
    _, [li] = await one.crew_with("Li")
    key = RepeatKey("crew:li", "claimWorkItem", "c-1", "digest")
    refused = await one.store.execute(claim("N1"), li, key)
    await one.take_in(order("N1"))

    outcome = await one.store.execute(claim("N1"), li, key)

    assert isinstance(refused.refusal, NotFound)
    assert outcome.refusal is None


async def test_a_command_that_changes_nothing_still_has_its_answer_kept(one: Gateway) -> None:
    await one.take_in(order("N1"))
    key = RepeatKey("upstream:esop", "intakeOrders", "c-1", "digest")
    first = await one.store.execute(order("N1"), UPSTREAM, key)
    await one.take_in(order("N1", requirement="second floor"))

    again = await one.store.execute(order("N1"), UPSTREAM, key)

    assert first.refs.duplicate
    assert again.refs == first.refs


async def test_an_answer_is_forgotten_after_seven_days(one: Gateway) -> None:
    key = RepeatKey("upstream:esop", "intakeOrders", "c-1", "digest")
    await one.store.execute(order("N1"), UPSTREAM, key)
    one.clock.move(days=7, seconds=1)

    outcome = await one.store.execute(order("N2"), UPSTREAM, replace(key, digest="another"))

    assert outcome.refs.order == "N2"
    assert await one.rows("SELECT digest FROM answers") == ["another"]


async def test_forgetting_leaves_the_answers_that_still_count(one: Gateway) -> None:
    key = RepeatKey("upstream:esop", "intakeOrders", "old", "digest")
    await one.store.execute(order("N1"), UPSTREAM, key)
    one.clock.move(days=6)
    await one.store.execute(order("N2"), UPSTREAM, replace(key, client_mutation_id="new"))
    one.clock.move(days=2)

    await one.store.forget_answers()

    assert await one.rows("SELECT count(*) FROM answers") == [1]
