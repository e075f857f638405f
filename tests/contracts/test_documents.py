"""A group is the same group after its way through a document."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.commands import Command, DispatchGroup, ReportSubTask, ReturnWorkItem
from domain.decide import decide
from domain.decisions import Done, Refs
from domain.groups import Group
from domain.journal import Context
from domain.orders import Receipt
from domain.values import (
    CrewId,
    GroupId,
    ItemId,
    OrderNumber,
    ReasonCode,
    ReceiptId,
    ReceiptKind,
    ReceiptOutcome,
    ReportOutcome,
)
from persistence.changes import difference
from persistence.documents import (
    dump_group,
    dump_refs,
    is_storable,
    load_group,
    load_refs,
    payload_text,
    text_digest,
)
from persistence.projection import project
from tests.contracts.trade import DISPATCHER, NOON, WORLD, claim, crew, order, sub_task
from tests.memory import Memory

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
WITH_CREW = replace(WORLD, crews={CrewId("c-1"): crew(known="c-1")})


def _groups() -> Iterator[Group]:
    """A group as the rules leave it, command after command."""
    camera = {"product": "CAMERA", "dueAt": datetime(2026, 12, 1, 8, 30, 0, 125, tzinfo=UTC)}
    commands: list[Command] = [
        order(
            "N1", "N2", key="FK-1", activationData={"vlan": 2101, "path": [1, None, 2.5]}, checkData=[True]
        ),
        order("N2", "N1", key="FK-1", **camera),
        order("N3", "N1", key="FK-1", action="TERMINATE", installedSerials=["ONT-A", "STB-B"]),
        DispatchGroup("FK-1", None, "now"),
        ReportSubTask(
            sub_task("N1", "ACTIVATION"), 1, "e-1", ReportOutcome.FAILED, {"vlan": 1}, failure="vlan"
        ),
        claim("N1"),
        ReturnWorkItem(ItemId("N2/1"), ReasonCode.CUSTOMER_REFUSED, "said no"),
    ]
    groups: dict[GroupId, Group] = {}
    for minutes, command in enumerate(commands):
        now = NOON + timedelta(minutes=minutes)
        context = Context(DISPATCHER, now, WITH_CREW, command.reads.keys, Memory(groups.values()))
        decision = decide(command, groups, context)
        if isinstance(decision, Done):
            groups |= {journal.group.id: journal.group for journal in decision.journals}
            yield groups[GroupId("1/FK-1")]


def _read_anew(group: Group) -> Group:
    """The group as another process reads it."""
    return load_group(dump_group(group))


@pytest.mark.parametrize("group", list(_groups()), ids=lambda group: f"revision {group.revision}")
def test_a_group_made_by_the_rules_comes_back_as_it_was(group: Group) -> None:
    loaded = _read_anew(group)

    assert loaded == group
    assert list(loaded.tasks) == list(group.tasks)
    assert loaded.created_at.tzinfo is not None


@given(data=JSON, note=st.text(), at=st.datetimes(timezones=st.just(UTC)))
@settings(max_examples=20, deadline=None)
def test_whatever_upstream_and_claimants_send_comes_back_as_it_was(
    data: object, note: str, at: datetime
) -> None:
    group = next(_groups())
    number = OrderNumber("N1")
    receipt = Receipt(
        ReceiptId("N1/1/CONSTRUCTION"), ReceiptKind.CONSTRUCTION, 1, ReceiptOutcome.SUCCEEDED, at,
        note=note, evidence={"anything": data},
    )  # fmt: skip
    payload = replace(group.orders[number].payload, activation_data=data, due_at=at, requirement=note)
    filled = group.holding(replace(group.orders[number], payload=payload, receipts=(receipt,)))

    assert _read_anew(filled) == filled


def test_a_group_that_is_unchanged_has_no_row_to_write() -> None:
    for group in _groups():
        before, after = project(group).parts, project(_read_anew(group)).parts

        assert all(difference(before[name], after[name]).changed == [] for name in after)


def test_refs_come_back_as_they_were() -> None:
    refs = Refs((GroupId("1/FK-1"),), items=(ItemId("N1/1"),), amended=True, warnings=("因为",))

    assert load_refs(dump_refs(refs)) == refs
    assert load_refs(dump_refs(Refs())) == Refs()


def test_a_payload_is_kept_even_where_json_has_no_room_for_it() -> None:
    assert payload_text({"a": 2**70, "b": "\ud800"}) == '{"a": 1180591620717411303424, "b": "\\ud800"}'


@pytest.mark.parametrize(
    ("text", "storable"), [("融合", True), ("", True), ("a\0b", False), ("\ud800", False)]
)
def test_texts_that_no_database_can_hold_are_known(text: str, storable: bool) -> None:  # noqa: FBT001 - a table of cases
    assert is_storable(text) is storable
    assert len(text_digest(text)) == 64
