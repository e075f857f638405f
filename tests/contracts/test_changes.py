"""Rows that a command did not change are not looked at, and none that it changed is overlooked."""

from random import Random

import pytest

from domain import commands as c
from domain.commands import Command
from domain.decide import RULES
from domain.groups import Group
from domain.journal import Journal
from persistence.changes import changes, difference
from persistence.projection import part_rows
from tests import arrivals as make
from tests.domain.trade import Trade
from tests.domain.wild import Wild


class Compared(Trade):
    """A trade in which the changes of each command are held to the rows of the whole group."""

    def __init__(self) -> None:
        super().__init__()
        self.compared = 0

    def _apply(self, journal: Journal) -> None:
        super()._apply(journal)
        before, after = journal.before, journal.group
        assert changes(before, after) == whole(before, after)
        self.compared += bool(journal.events)


def whole(before: Group, after: Group) -> dict[str, object]:
    were, are = part_rows(before), part_rows(after)
    return {name: difference(were[name], are[name]) for name in are}


@pytest.mark.parametrize("seed", range(6))
def test_the_changes_of_any_command_are_those_of_the_whole_group(seed: int) -> None:
    chance, trade = Random(seed), Compared()
    wild = Wild(chance.choice, trade)
    likely: list[type[Command]] = [
        *RULES,
        *(c.ReportSubTask, c.IntakeOrder) * 6,
        *(c.ClaimWorkItem, c.SubmitReceipt, c.ResolveHold) * 4,
    ]

    for _ in range(300):
        command, actor = wild.command(chance.choice(likely) if trade.groups else c.IntakeOrder)
        trade.execute(command, actor)
        if chance.random() < 0.05:
            trade.wait(minutes=40)

    assert trade.compared > 40


def test_a_claim_looks_at_its_own_order_alone() -> None:
    trade = Trade()
    numbers = [f"N{n}" for n in range(5)]
    trade.intake(
        *(
            make.order(number, "CAMERA", key="FK-1", count=4, numbers=[m for m in numbers if m != number])
            for number in numbers
        )
    )
    before = trade.group("FK-1")
    trade.claim("Li", "N0")

    found = changes(before, trade.group("FK-1"))

    assert [row["number"] for row in found["orders"].changed] == ["N0"]
    assert [row["id"] for row in found["work_items"].changed] == ["N0/1"]
