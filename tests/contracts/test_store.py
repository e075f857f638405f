"""What a command leaves behind: the group, what it is found by, its lines of the log, and a first answer."""

import asyncio
import json
from typing import Any

from domain.commands import Command, ResolveHold, ReturnWorkItem, Wake
from domain.decisions import Decision, Done, Groups
from domain.gathering import withdraw
from domain.groups import Group
from domain.journal import Context, Journal
from domain.progress import group_state, visits_saved
from domain.refusals import NotFound, OrderConflict
from domain.values import GroupId, HoldResolution, OrderNumber, ReasonCode, UpdateKind
from persistence.projection import part_rows
from persistence.store import SqlStore
from tests.contracts.trade import DISPATCHER, NOON, UPSTREAM, Gateway, claim, order

CAMERA = {"product": "CAMERA"}


async def test_the_group_that_was_answered_is_the_group_that_is_read(one: Gateway) -> None:
    _, [li] = await one.crew_with("Li")
    await one.take_in(order("N1", "N2", key="FK-1"), order("N2", "N1", key="FK-1", **CAMERA))

    outcome = await one.store.execute(claim("N1"), li)

    assert outcome.group == await one.group("1/FK-1")
    assert outcome.group.items[claim("N1").item].claimant == li.scope.member


async def test_a_missing_group_is_not_there_and_a_name_no_database_can_hold_neither(one: Gateway) -> None:
    await one.take_in(order("N1"))

    found = await one.groups.groups([GroupId("1/N1"), GroupId("1/N2"), GroupId("1/N\0"), GroupId("1/\ud800")])
    refused = await one.store.execute(claim("N\0"), DISPATCHER)

    assert list(found) == ["1/N1"]
    assert isinstance(refused.refusal, NotFound)


async def test_lines_of_the_log_have_the_groups_revisions_without_gaps(one: Gateway) -> None:
    await one.take_in(order("N1", "N2", key="FK-1"), order("N2", "N1", key="FK-1", **CAMERA))

    entries = await one.log.read(0, 100)

    group = await one.group("1/FK-1")
    assert [entry.revision for entry in entries] == list(range(1, group.revision + 1))
    assert entries[0].kind is UpdateKind.GROUP_CREATED
    assert entries[0].at == NOON
    assert entries[0].actor == "upstream:esop"
    assert {entry.group for entry in entries} == {"1/FK-1"}


async def test_no_personal_data_enters_the_log(one: Gateway) -> None:
    await one.take_in(order("N1"))

    lines = [json.dumps(await one.rows("SELECT detail, actor FROM entries"), ensure_ascii=False)]

    assert not [word for word in ("河南", "王经理", "139", "文化路") if word in lines[0]]


async def test_rows_for_finding_follow_the_group_after_every_command(one: Gateway) -> None:
    _, [li] = await one.crew_with("Li")
    for command, actor in (
        (order("N1", "N2", key="FK-1"), UPSTREAM),
        (order("N2", "N1", key="FK-1", **CAMERA), UPSTREAM),
        (claim("N1"), li),
        (ReturnWorkItem(claim("N1").item, ReasonCode.CUSTOMER_REFUSED), li),
    ):
        outcome = await one.store.execute(command, actor)

        assert outcome.refusal is None
        assert await _found(one) == _expected(outcome.group)


async def _found(one: Gateway) -> dict[str, list[Any]]:
    return {
        "group": await one.rows("SELECT id, state, revision, visits_saved FROM fusion_group"),
        "orders": await one.rows("SELECT number, state, step, claimant_id, crew_id, visits FROM orders ORDER BY 1"),
        "tasks": await one.rows("SELECT id, seq, state, crew_id FROM tasks ORDER BY 1"),
        "items": await one.rows("SELECT id, task_id, state, claimant_id FROM work_items ORDER BY 1"),
        "receipts": await one.rows("SELECT id, kind, outcome, delivery FROM receipts ORDER BY 1"),
    }  # fmt: skip


def _expected(group: Group) -> dict[str, list[Any]]:
    rows = part_rows(group)
    picked = {
        "orders": ("number", "state", "step", "claimant_id", "crew_id", "visits"),
        "tasks": ("id", "seq", "state", "crew_id"),
        "items": ("id", "task_id", "state", "claimant_id"),
        "receipts": ("id", "kind", "outcome", "delivery"),
    }
    tables = {name: rows["work_items" if name == "items" else name] for name in picked}
    found = {
        name: sorted(tuple(row[c] for c in columns) for row in tables[name].values())
        for name, columns in picked.items()
    }
    own = (group.id, group_state(group), group.revision, visits_saved(group))
    return {"group": [own], **found}


async def test_the_same_order_again_writes_nothing_and_rings_no_bell(one: Gateway) -> None:
    await one.take_in(order("N1"))
    rings, entries = one.bell.rings, await one.log.read(0, 100)

    outcome = await one.store.execute(order("N1"), UPSTREAM)

    assert outcome.refs.duplicate
    assert one.bell.rings == rings
    assert await one.log.read(0, 100) == entries
    assert await one.rows("SELECT status FROM exchanges") == ["ACCEPTED"]


async def test_a_refusal_writes_nothing(one: Gateway) -> None:
    await one.take_in(order("N1"))
    rings, entries = one.bell.rings, await one.log.read(0, 100)

    outcome = await one.store.execute(order("N1", action="SURVEY"), UPSTREAM)

    assert isinstance(outcome.refusal, OrderConflict)
    assert one.bell.rings == rings
    assert await one.log.read(0, 100) == entries


async def test_what_went_over_the_line_is_kept_as_it_was_received(one: Gateway) -> None:
    _, [li] = await one.crew_with("Li")
    strange = {"渠道": "ESOP", "huge": 2**70, "nul": "a\0b", "depth": [[1.5, None]]}
    await one.take_in(order("N1", extra=strange), order("N1", requirement="second floor", extra=strange))
    await one.store.execute(claim("N1"), li)
    await one.store.execute(ReturnWorkItem(claim("N1").item, ReasonCode.CUSTOMER_REFUSED, "said no"), li)

    rows = await one.rows("SELECT direction, kind, status, body FROM exchanges ORDER BY id")

    assert [row[:3] for row in rows] == [
        ("DISPATCH", "ORDER", "ACCEPTED"),
        ("DISPATCH", "ORDER", "AMENDED"),
        ("REPLY", "CONSTRUCTION_RECEIPT", "PENDING"),
        ("REPLY", "COMPLETION_RECEIPT", "PENDING"),
    ]
    assert json.loads(rows[0][3])["extra"] == strange
    assert json.loads(rows[2][3])["reason"] == "CUSTOMER_REFUSED"


async def test_an_order_that_leaves_its_group_is_found_in_the_other_alone(one: Gateway) -> None:
    await one.take_in(order("N1", "N2", key="FK-1"))
    stranger = {"number": "K2", "name": "另一家公司"}
    await one.take_in(order("N2", "N1", key="FK-1", customer=stranger))

    split = ResolveHold(HoldResolution.SPLIT_BY_CUSTOMER, group=GroupId("1/FK-1"))
    outcome = await one.store.execute(split, DISPATCHER)

    assert outcome.refusal is None
    assert await one.rows("SELECT number, group_id FROM orders ORDER BY 1") == [
        ("N1", "1/FK-1"),
        ("N2", "2/FK-1"),
    ]
    assert [*(await one.group("1/FK-1")).orders] == ["N1"]
    assert outcome.groups == await one.groups.groups([*outcome.groups])


async def test_an_order_that_joins_a_group_leaves_none_of_its_rows_behind(one: Gateway) -> None:
    await one.take_in(order("N1", "N2", key="FK-1"))
    lone = order("N2", fusion={"key": "FK-1", "fused": False, "relatedNumbers": ["N1"]})
    await one.take_in(lone)

    outcome = await one.store.execute(ResolveHold(HoldResolution.FUSE, group=GroupId("1/N2")), DISPATCHER)

    assert outcome.refusal is None, outcome.refusal
    assert await one.rows("SELECT DISTINCT group_id FROM orders") == ["1/FK-1"]
    assert await one.rows("SELECT DISTINCT group_id FROM work_items") == ["1/FK-1"]
    assert [*(await one.group("1/N2")).orders] == []


async def test_what_a_rule_takes_out_of_a_group_is_not_found_any_more(one: Gateway) -> None:
    await one.take_in(order("N1", "N2", key="FK-1"), order("N2", "N1", key="FK-1"))

    def withdrawing(command: Command, groups: Groups, context: Context) -> Decision:
        del command
        journal = Journal(groups[GroupId("1/FK-1")], context)
        withdraw(journal, [OrderNumber("N2")])
        return Done((journal,))

    store = SqlStore(one.database, one.bell, clock=one.clock, decide=withdrawing)
    await store.execute(Wake(GroupId("1/FK-1")), DISPATCHER)

    assert await one.rows("SELECT number FROM orders") == ["N1"]
    assert await one.rows("SELECT id FROM work_items") == ["N1/1"]


async def test_groups_are_due_when_time_alone_matters_and_a_deadline_fires_once(
    one: Gateway, other: Gateway
) -> None:
    await one.take_in(order("N1", "N2", key="FK-1"), order("N9", key="FK-9"))
    assert await one.store.due(NOON) == []
    one.clock.move(hours=2)
    other.clock.move(hours=2)

    due = await one.store.due(one.clock())
    await asyncio.gather(*(
        gateway.store.execute(Wake(group), DISPATCHER) for group in due for gateway in (one, other) * 3
    ))  # fmt: skip

    assert due == ["1/FK-1"]
    found = await one.log.read(0, 100, groups=[GroupId("1/FK-1")], kinds=[UpdateKind.GROUP_DEADLINE])
    assert len(found) == 1
    assert await one.store.due(one.clock()) == []
