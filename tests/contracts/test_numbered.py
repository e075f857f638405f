"""Lists by number: the whole list in parts, its length at each, and nothing of it for whom it is not."""

from __future__ import annotations

import pytest

from domain.access import Scope
from domain.filters import TaskFilter
from domain.pages import Span
from domain.values import Role, TaskState
from persistence.reads import SqlReads
from tests.contracts.trade import Gateway, claim, order

OFFICE = Scope(Role.DISPATCHER)
ERQI = {"text": "郑州市二七区大学路40号", "districtCode": "410103"}


@pytest.fixture
async def reads(one: Gateway) -> SqlReads:
    """Five visits a minute apart: those of FK-1 in two districts come first, then three by themselves."""
    _, (li,) = await one.crew_with("Li")
    await one.take_in(order("N0", "N1", key="FK-1"), order("N1", "N0", key="FK-1", address=ERQI))
    for number in ("N2", "N3", "N4"):
        one.clock.move(minutes=1)
        await one.take_in(order(number))
    await one.store.execute(claim("N3"), li)
    return SqlReads(one.database)


async def found(
    reads: SqlReads, wanted: TaskFilter | None = None, offset: int = 0, size: int = 200, by: Scope = OFFICE
) -> tuple[list[str], int]:
    part = await reads.counted_tasks(wanted or TaskFilter(), Span(offset, size), by)
    return [view.id for view in part.rows], part.total


ALL = ["1/FK-1/t1", "1/FK-1/t2", "1/N2/t1", "1/N3/t1", "1/N4/t1"]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 200])
async def test_parts_make_the_whole_list_oldest_first_and_each_tells_its_length(
    reads: SqlReads, size: int
) -> None:
    parts = [await found(reads, offset=offset, size=size) for offset in range(0, len(ALL), size)]

    assert [id_ for ids, _ in parts for id_ in ids] == ALL
    assert {total for _, total in parts} == {len(ALL)}


async def test_behind_the_end_there_is_nothing_but_the_length(reads: SqlReads) -> None:
    assert await found(reads, offset=5) == ([], 5)
    assert await found(reads, offset=100_000) == ([], 5)


async def test_filters_shorten_the_list_and_its_length(reads: SqlReads) -> None:
    assert await found(reads, TaskFilter(group_keys=("FK-1",)), size=1) == (ALL[:1], 2)
    assert await found(reads, TaskFilter(group_keys=("N3", "N4"))) == (ALL[3:], 2)
    assert await found(reads, TaskFilter(states=(TaskState.HELD,))) == (["1/FK-1/t2"], 1)
    assert await found(reads, TaskFilter(states=())) == ([], 0)
    assert await found(reads, TaskFilter(group_keys=("FK-1\0",))) == ([], 0)


async def test_a_crew_is_told_of_groups_in_which_it_has_a_visit(one: Gateway, reads: SqlReads) -> None:
    crew, (sun,) = await one.crew_with("Sun", district="410103")
    before = await found(reads, by=sun.scope)
    await one.take_in(order("N5", address=ERQI))

    after = await found(reads, by=sun.scope)

    assert crew == sun.scope.crew
    assert (before, after) == (([], 0), (["1/N5/t1"], 1))
