"""Who sees what (3.9): every piece of data against every kind of caller."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from domain import access
from domain.access import ERASED, Scope
from domain.groups import Group
from domain.orders import Attempt, Customer, Hold
from domain.people import MemberView, masked_phone
from domain.values import CrewId, HoldCause, MemberId, Role, SubTaskKind, WorkItemState
from domain.views import GroupView, OrderView, ReceiptView, SubTaskView, TaskView
from tests import make

GAO = make.member("Gao", crew=make.ERQI_CREW)
WORLD = make.world(GAO)

SEEN = make.group(
    make.order("N1", related=["N2", "N3"], key="FK-1", red_list=True, post_pay=True),
    make.order("N2", product="CAMERA", key="FK-1"),
    make.order("N3", product="CAMERA", key="FK-1", address=make.ERQI_DOOR),
    claimed={"N1": "Li", "N3": "Sun"},
)
"""Two visits: N1 and N2 in 金水区, of which Li claims the line, and N3 in 二七区, which Sun claims."""

CALLERS: Mapping[str, Scope] = {
    **{role.lower(): Scope(role) for role in Role if role is not Role.CREW},
    "leader": make.actor("Wang").scope,
    "claimant": make.actor("Li").scope,
    "plain": make.actor("Zhao").scope,
    "elsewhere": replace(make.actor("Sun").scope, leader=False),
    "plain elsewhere": make.actor("Gao", of=WORLD).scope,
    "outsider": Scope(Role.CREW, MemberId("Xu"), CrewId("pingyu"), leader=True),
}
"""Each kind of caller. The leader, the claimant and the plain member are of the crew of N1's visit."""

OFFICE = {"upstream", "dispatcher", "admin"}
OWN = {"leader", "claimant", "plain"}
ELSEWHERE = {"elsewhere", "plain elsewhere"}


def order(number: str = "N1", of: Group = SEEN) -> OrderView:
    return next(view for view in GroupView(of).orders if view.row.number == number)


def sub_task(number: str, kind: SubTaskKind, of: Group = SEEN) -> SubTaskView:
    return next(part for part in order(number, of).sub_tasks if part.row.kind is kind)


def task(name: str = "t1", of: Group = SEEN) -> TaskView:
    return TaskView(of, make.task_of(of, name))


def who(sees: Callable[[Scope], object]) -> set[str]:
    """The callers for whom something holds."""
    return {name for name, scope in CALLERS.items() if sees(scope)}


def test_a_crew_sees_the_groups_in_which_it_has_a_visit() -> None:
    assert who(lambda scope: access.may_see_group(SEEN, scope)) == set(CALLERS) - {"outsider"}
    assert not access.may_see_group(SEEN, Scope(Role.CREW))


def test_the_customer_is_open_to_the_office_and_to_whose_visit_it_is() -> None:
    open_to = OFFICE | {"leader", "claimant", "elsewhere"}

    assert who(lambda scope: access.customer(GroupView(SEEN), scope) == make.CUSTOMER) == open_to
    assert who(lambda scope: access.customer(order(), scope) == make.CUSTOMER) == open_to


@pytest.mark.parametrize("caller", ["plain", "plain elsewhere", "outsider"])
def test_who_does_not_serve_a_customer_sees_the_phone_masked(caller: str) -> None:
    seen = access.customer(order(), CALLERS[caller])

    assert seen == replace(make.CUSTOMER, contact_phone="138****1234")


def test_a_viewer_sees_neither_phone_nor_contact_name() -> None:
    seen = access.customer(order(), CALLERS["viewer"])

    assert seen == replace(make.CUSTOMER, contact_name=ERASED, contact_phone="138****1234")


def test_the_network_management_system_sees_no_customer() -> None:
    assert access.customer(order(), CALLERS["nms"]) == Customer(ERASED, ERASED)


def test_a_customer_without_a_contact_has_none_to_mask() -> None:
    bare = make.group(make.order(customer=Customer("K1", "K1 Ltd")))

    for caller in ("viewer", "plain"):
        assert access.customer(GroupView(bare), CALLERS[caller]) == Customer("K1", "K1 Ltd")


def test_serving_one_customer_of_a_group_opens_no_other() -> None:
    other = make.order("N9", product="CAMERA", key="FK-1", customer="K9")
    both = SEEN.holding(other)

    seen = access.customer(OrderView(both, other), CALLERS["leader"])

    assert seen.contact_phone == "138****1234"


@pytest.mark.parametrize("row", [order(), task()])
def test_an_address_is_open_to_the_office_and_to_the_crew_which_goes_there(row: OrderView | TaskView) -> None:
    seen = {name: access.address(row, scope) for name, scope in CALLERS.items()}

    assert {name for name, shown in seen.items() if shown.text == make.DOOR} == OFFICE | {"viewer"} | OWN
    assert {shown.canonical for name, shown in seen.items() if shown.text == ERASED} == {ERASED}
    assert {shown.district_code for shown in seen.values()} == {make.JINSHUI}


def test_an_address_that_nobody_visits_yet_is_not_for_crews() -> None:
    waiting = make.collecting(make.order())

    seen = {name: access.address(order(of=waiting), scope).text for name, scope in CALLERS.items()}

    assert {name for name, text in seen.items() if text == make.DOOR} == OFFICE | {"viewer"}


def test_a_phone_in_a_group_is_open_to_all_who_share_it_but_to_those_who_only_look() -> None:
    shared = MemberView(WORLD.members[make.LI], shared=True)

    assert who(lambda scope: access.phone(shared, scope) == "13812345678") == set(CALLERS) - {"viewer", "nms"}
    assert access.phone(shared, CALLERS["viewer"]) == "138****5678"


def test_a_phone_outside_a_group_is_open_to_the_own_crew_and_the_office() -> None:
    alone = MemberView(WORLD.members[make.LI])

    assert who(lambda scope: access.phone(alone, scope) == "13812345678") == OFFICE | OWN


def test_a_crew_member_knows_the_people_of_its_own_crew_alone() -> None:
    crew, person = WORLD.crews[make.JINSHUI_CREW], MemberView(WORLD.members[make.LI])
    known = set(CALLERS) - ELSEWHERE - {"outsider"}

    assert who(lambda scope: access.may_see_people(crew, scope)) == known
    assert who(lambda scope: access.may_see_member(person, scope)) == known


@pytest.mark.parametrize("flag", [access.red_list, access.post_pay])
def test_protection_is_told_to_leaders_and_claimants_of_the_group(flag: Callable[..., Any]) -> None:
    assert who(lambda scope: flag(order(), scope)) == OFFICE | {"viewer", "leader", "claimant", "elsewhere"}
    assert who(lambda scope: flag(order("N2"), scope) is None) == {
        "nms",
        "plain",
        "plain elsewhere",
        "outsider",
    }


def test_raw_payloads_and_exchanges_are_for_those_who_answer_for_the_line() -> None:
    assert who(lambda scope: access.may_see_ledger(order(), scope)) == OFFICE


def test_a_crew_sees_the_receipts_of_its_own_visits() -> None:
    done = make.with_item(SEEN, "N1", WorkItemState.DONE, "Li")

    seen = who(lambda scope: access.receipts(order("N1", done), scope))

    assert seen == OFFICE | {"viewer"} | OWN
    (receipt,) = access.receipts(order("N1", done), CALLERS["plain"])
    assert isinstance(receipt, ReceiptView)


def test_attempts_are_told_to_who_can_do_something_about_them() -> None:
    activation = sub_task("N1", SubTaskKind.ACTIVATION)

    seen = who(lambda scope: access.attempts(activation, scope) is not None)
    proposed = who(lambda scope: access.proposed_repairs(activation, scope) is not None)

    assert seen == proposed == {"dispatcher", "admin", "viewer", "nms", "leader", "claimant"}


def test_attempts_are_told_to_the_first_contact_of_the_visit() -> None:
    activation = sub_task("N2", SubTaskKind.ACTIVATION)

    assert access.attempts(activation, CALLERS["claimant"]) is not None
    assert access.attempts(activation, CALLERS["plain"]) is None


def test_attempts_of_an_order_without_a_visit_are_not_for_crews() -> None:
    suspended = make.group(make.order("N1"), make.order("N5", action="SUSPEND", product="INTERNET_LINE"))
    activation = sub_task("N5", SubTaskKind.ACTIVATION, suspended)

    assert access.attempts(activation, CALLERS["leader"]) is None


def test_attempts_of_a_visit_without_a_first_contact_are_for_its_leader() -> None:
    free = make.group(make.order())
    activation = sub_task("N1", SubTaskKind.ACTIVATION, free)

    assert access.attempts(activation, CALLERS["plain"]) is None
    assert access.attempts(activation, CALLERS["leader"]) is not None


@pytest.mark.parametrize(
    ("last", "numbers"), [(None, range(6, 26)), (2, (24, 25)), (0, ()), (-1, ()), (99, range(1, 26))]
)
def test_the_newest_attempts_are_shown_the_newest_last(last: int | None, numbers: Any) -> None:
    view = sub_task("N1", SubTaskKind.ACTIVATION)
    tried = tuple(Attempt(number, make.NOON) for number in range(1, 26))

    shown = access.attempts(replace(view, row=replace(view.row, attempts=tried)), CALLERS["admin"], last)

    assert shown is not None
    assert [attempt.number for attempt in shown] == list(numbers)


def spelled_apart() -> Group:
    """Two visits of one district and customer, to doors which are perhaps one."""
    return make.group(make.order("N1"), make.order("N2", address="郑州市金水区文化路85号3号楼5层502室"))


def test_visits_to_doors_that_may_be_one_are_proposed_to_those_who_dispatch_or_look() -> None:
    apart = spelled_apart()

    proposed = who(lambda scope: access.possible_same_address(task("t1", apart), scope))

    assert proposed == {"dispatcher", "admin", "viewer"}
    (other,) = access.possible_same_address(task("t1", apart), CALLERS["dispatcher"])
    assert other.row.id == make.task_of(apart, "t2").id


def test_visits_that_have_begun_or_go_to_another_district_are_not_proposed() -> None:
    begun = make.with_item(spelled_apart(), "N2", WorkItemState.ON_SITE, "Zhao")

    assert access.possible_same_address(task("t1", begun), CALLERS["dispatcher"]) == []
    assert access.possible_same_address(task("t2", begun), CALLERS["dispatcher"]) == []
    assert access.possible_same_address(task("t1"), CALLERS["dispatcher"]) == []


def test_a_conflict_of_customers_names_none_to_the_network_management_system() -> None:
    hold = Hold(HoldCause.KEY_CONFLICT, "one key, 2 customers (K1, K2)", make.NOON)
    held = make.collecting(make.order(), hold=hold)

    assert who(lambda scope: access.hold_message(hold, scope) == ERASED) == {"nms"}
    assert access.explanation(GroupView(held), CALLERS["nms"]) == "held (KEY_CONFLICT)"
    assert "K1, K2" in access.explanation(GroupView(held), CALLERS["dispatcher"])


def test_a_group_without_a_hold_is_explained_to_everybody() -> None:
    assert len({access.explanation(GroupView(SEEN), scope) for scope in CALLERS.values()}) == 1


def test_a_caller_is_named_by_role_and_id() -> None:
    assert str(make.actor("Li")) == "crew:Li"


def test_dispatchers_and_administrators_dispatch() -> None:
    assert who(lambda scope: scope.dispatches) == {"dispatcher", "admin"}


@pytest.mark.parametrize(
    ("phone", "masked"), [("13812345678", "138****5678"), ("110", "****"), ("0371-6600123", "037****0123")]
)
def test_a_phone_is_masked_in_its_middle_and_a_short_one_wholly(phone: str, masked: str) -> None:
    assert masked_phone(phone) == masked
