"""What a process holds of groups spares it work, and never lets anybody see or decide by something old."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from domain.access import Actor, Scope
from domain.commands import ClaimWorkItem, ReleaseWorkItem, ReturnWorkItem
from domain.filters import OrderFilter, OrderSort, ReceiptFilter, TaskFilter, TaskSort
from domain.groups import Group
from domain.pages import Window
from domain.ports import RepeatKey
from domain.refusals import AlreadyClaimed
from domain.tasks import WorkItem
from domain.values import GroupId, ItemId, ReasonCode, Role
from persistence.documents import dump_group
from persistence.held import Held
from persistence.reads import SqlReads
from tests.contracts.trade import Gateway, order

ITEM = ItemId("N1/1")


@pytest.fixture
async def crew(one: Gateway) -> list[Actor]:
    """Two members of the crew that has the order N1."""
    _, members = await one.crew_with("Li", "Zhao")
    await one.take_in(order("N1"))
    return members


def counted(one: Gateway, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements which this process sends from now on."""
    sent: list[str] = []
    fetch = one.database.fetch

    async def noted(statement: str, *values: Any) -> Any:
        sent.append(statement)
        return await fetch(statement, *values)

    monkeypatch.setattr(one.database, "fetch", noted)
    return sent


async def test_a_command_on_what_is_held_reads_nothing(
    one: Gateway, crew: list[Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = counted(one, monkeypatch)

    outcome = await one.store.execute(ClaimWorkItem(ITEM), crew[0])

    assert outcome.refusal is None
    assert [statement for statement in sent if statement.lstrip().startswith(("SELECT", "WITH wanted"))] == []


async def test_a_refusal_never_comes_of_something_old(
    one: Gateway, other: Gateway, crew: list[Actor]
) -> None:
    await other.store.execute(ClaimWorkItem(ITEM), crew[0])
    await one.group("1/N1")
    await other.store.execute(ReleaseWorkItem(ITEM), crew[0])

    outcome = await one.store.execute(ClaimWorkItem(ITEM), crew[1])

    assert outcome.refusal is None
    assert (await other.group("1/N1")).items[ITEM].claimant == crew[1].scope.member


async def test_nothing_is_written_over_what_another_process_wrote(
    one: Gateway, other: Gateway, crew: list[Actor]
) -> None:
    await one.group("1/N1")
    await other.store.execute(ClaimWorkItem(ITEM), crew[0])

    outcome = await one.store.execute(ClaimWorkItem(ITEM), crew[1])

    assert isinstance(outcome.refusal, AlreadyClaimed)
    assert (await one.group("1/N1")).items[ITEM].claimant == crew[0].scope.member


async def test_nothing_is_decided_in_a_world_that_has_changed(
    one: Gateway, other: Gateway, crew: list[Actor]
) -> None:
    await one.store.world()
    member = (await other.store.world()).members[crew[0].scope.member]  # type: ignore[index]  # it is a member
    await other.reference.save_member(replace(member, active=False))

    await one.store.execute(ClaimWorkItem(ITEM), crew[0])

    assert await _known_version(one) == (await other.store.world()).version


async def _known_version(one: Gateway) -> int:
    """The version of the world in which a process decided last."""
    last = one.store._atlas.last  # noqa: SLF001 - a read would renew it
    assert last is not None
    return last.version


async def test_the_same_again_is_answered_as_the_first_time_by_another_process(
    one: Gateway, other: Gateway, crew: list[Actor]
) -> None:
    repeat = RepeatKey("crew:Li", "claimWorkItem", "again", "digest")
    first = await other.store.execute(ClaimWorkItem(ITEM), crew[0], repeat)
    await other.store.execute(ReleaseWorkItem(ITEM), crew[0])
    await one.group("1/N1")

    again = await one.store.execute(ClaimWorkItem(ITEM), crew[0], repeat)

    assert again.refs == first.refs
    assert (await one.group("1/N1")).items[ITEM].claimant is None


async def test_every_read_shows_what_another_process_wrote(
    one: Gateway, other: Gateway, crew: list[Actor]
) -> None:
    reads, name = SqlReads(one.database), GroupId("1/N1")
    before = (await reads.groups_of_keys([("N1", None)]))["N1", None]
    await other.store.execute(ClaimWorkItem(ITEM), crew[0])

    by_key = (await reads.groups_of_keys([("N1", 1)]))["N1", 1]
    by_id = (await reads.groups([name]))[name]

    assert by_key is by_id
    assert by_key.revision > before.revision


async def test_what_is_held_is_brought_once(one: Gateway, crew: list[Actor]) -> None:
    assert crew
    first, again = await one.group("1/N1"), await one.group("1/N1")
    one.database.held._of_bodies.clear()  # noqa: SLF001 - were the document brought, it would be another object now

    assert first is again is await one.group("1/N1")


async def test_a_group_at_a_revision_that_is_not_held_yet_is_read(
    one: Gateway, other: Gateway, crew: list[Actor]
) -> None:
    held = await one.group("1/N1")
    await other.store.execute(ClaimWorkItem(ITEM), crew[0])

    old = await one.groups.groups_since({held.id: held.revision})
    new = await one.groups.groups_since({held.id: held.revision + 1})

    assert old[held.id] is held
    assert new[held.id].revision > held.revision
    assert await one.groups.groups_since({GroupId("1/none"): 1}) == {}


async def test_many_at_once_have_one_winner(one: Gateway, other: Gateway, crew: list[Actor]) -> None:
    await asyncio.gather(one.group("1/N1"), other.group("1/N1"))

    claims = [
        process.store.execute(ClaimWorkItem(ITEM), member) for process in (one, other) for member in crew
    ]
    outcomes = await asyncio.gather(*claims)

    winners = {
        outcome.groups[GroupId("1/N1")].items[ITEM].claimant for outcome in outcomes if not outcome.refusal
    }
    assert len(winners) == 1


async def test_little_is_held_and_the_last_used_stays(one: Gateway, crew: list[Actor]) -> None:
    assert crew
    group = await one.group("1/N1")
    held = Held(most=2)
    for name in ("1/A", "1/B", "1/C"):
        held.keep(replace(group, id=GroupId(name), key=name[2:]), 5)
        held.expected(["1/A"])

    assert [held.group(GroupId(name)) is not None for name in ("1/A", "1/B", "1/C")] == [True, False, True]
    assert len(held.expected(keys=["A", "B", "C"]).groups) == 2
    assert held.groups_of([GroupId("1/A"), GroupId("1/B")], []) is None


async def test_lists_bring_what_another_process_changed_and_nothing_else(
    one: Gateway, other: Gateway, crew: list[Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    reads, rows = SqlReads(one.database), list[Any]()
    await one.take_in(order("N2"))
    await other.store.execute(ClaimWorkItem(ItemId("N2/1")), crew[1])
    await other.store.execute(ReturnWorkItem(ItemId("N2/1"), ReasonCode.CUSTOMER_REFUSED), crew[1])
    await _listed(reads, crew[0])
    await other.store.execute(ClaimWorkItem(ITEM), crew[0])
    fetch = one.database.fetch

    async def noted(statement: str, *values: Any) -> Any:
        found = await fetch(statement, *values)
        rows.extend(found)
        return found

    monkeypatch.setattr(one.database, "fetch", noted)

    listed = await _listed(reads, crew[0])

    assert [item.claimant for item in listed["N1"]] == [crew[0].scope.member] * 3
    assert {row["id"] for row in rows if row["body"] is not None} == {"1/N1"}
    assert len(listed["N2"]) == 4


async def _listed(reads: SqlReads, who: Actor) -> dict[str, list[WorkItem]]:
    """The items of each order, once for each list that shows it."""
    everything, window = Scope(Role.DISPATCHER), Window(10)
    assert who.scope.crew is not None
    orders = await reads.orders(OrderFilter(), OrderSort.NUMBER_ASC, window, everything)
    tasks = await reads.tasks(TaskFilter(), TaskSort.CREATED_AT_DESC, window, everything)
    mine = await reads.tasks_of_crews([who.scope.crew], TaskFilter(), window, everything)
    ledger = await reads.receipts(ReceiptFilter(), window)
    shown: list[list[Group]] = [
        [edge.node.in_group for edge in ledger.edges],
        [edge.node.group.row for edge in orders.edges],
        *([edge.node.group.row for edge in page.edges] for page in (tasks, mine[who.scope.crew])),
    ]
    found: dict[str, list[WorkItem]] = {}
    for groups in shown:
        for group in {group.id: group for group in groups}.values():
            found.setdefault(group.key, []).extend(group.items.values())
    return found


async def test_what_is_held_is_bounded_in_characters(one: Gateway, crew: list[Actor]) -> None:
    assert crew
    group = await one.group("1/N1")
    held = Held(characters=20)

    for name in "ABC":
        held.keep(replace(group, id=GroupId(name), key=name), 9)
    held.load(dump_group(group))

    assert len(held) == 1


def test_an_older_revision_never_takes_the_place_of_a_later_one() -> None:
    from tests.live.log import MemoryLog  # noqa: PLC0415 - a group is all that is wanted

    log = MemoryLog()
    log.append("A")
    old = log.by_id[GroupId("1/A")]
    held = Held()
    held.keep(replace(old, revision=9), 3)
    held.keep(old, 3)

    found = held.group(old.id)
    assert found is not None
    assert found.revision == 9
