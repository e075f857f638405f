"""Loaders: one read for many keys, one answer for whoever asks, and one failure for whom it concerns."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from domain.ports import Cursor, CursorExpiredError
from resolvers.context import Context
from resolvers.loaders import LOOKS, READS
from tests.resolvers.office import DISPATCHER, Office, order


@pytest.fixture
async def context(office: Office, people: Any) -> Context:
    """A context in an office that has one order."""
    del people
    await office.take_in(order("N1"))
    return Context(office.services, DISPATCHER)


def counted(monkeypatch: pytest.MonkeyPatch, name: str) -> Counter[int]:
    """How many keys each read of a loader is asked for."""
    counts: Counter[int] = Counter()
    read = READS[name]

    async def aloud(context: Any, keys: Any) -> Any:
        counts[len(keys)] += 1
        return await read(context, keys)

    monkeypatch.setitem(READS, name, aloud)
    return counts


async def test_what_was_read_at_once_or_one_by_one_is_not_read_again(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = counted(monkeypatch, "raw")

    asked = [context.loaders["raw"].load(number) for number in ("N1", "N2")]
    one, other = await asyncio.gather(*asked)
    again = await context.load({"raw": ["N1", "N2"], "crew": ["none"]})

    assert counts == {2: 1}
    assert (again["raw"]["N1"], again["raw"]["N2"], again["crew"]["none"]) == (one, other, None)
    assert (one["number"], other) == ("N1", None)
    context.forget()
    await context.load({"raw": ["N1"]})
    assert counts == {2: 1, 1: 1}


async def test_who_leaves_takes_the_answer_away_from_nobody(context: Context) -> None:
    staying = asyncio.create_task(asyncio.wait_for(context.loaders["raw"].load("N1"), 5))
    leaving = asyncio.create_task(asyncio.wait_for(context.loaders["raw"].load("N1"), 5))
    await asyncio.sleep(0)

    leaving.cancel()

    assert (await staying)["number"] == "N1"


async def test_a_page_that_cannot_be_read_spoils_no_page_of_another_shape(context: Context) -> None:
    group = (await context.services.reads.groups_of_orders(["N1"]))["N1"].id  # type: ignore[list-item,index]  # a number
    good, bad = (group, None, 9), (group, Cursor("another log", 1), 9)

    found = (await context.load({"group_events": [good, bad]}))["group_events"]

    assert found[good].edges
    assert isinstance(found[bad], CursorExpiredError)


def test_each_loader_has_one_source() -> None:
    assert not set(LOOKS) & set(READS)
