"""What the network says of activation and check: every outcome, once, for the present attempt alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain import commands as c
from domain.catalogue import Threshold
from domain.refusals import InvalidInput, NotFound, NotRetryable
from domain.values import (
    ExecutionState,
    JeopardyLevel,
    OrderNumber,
    OrderState,
    ProductCode,
    Step,
    SubTaskId,
    UpdateKind,
    Verdict,
)
from domain.verdicts import echo_differs, judged
from tests import arrivals as make
from tests.domain.trade import Trade


def dispatched(action: str = "ACTIVATION", **fields: Any) -> Trade:
    trade = Trade()
    trade.intake(make.order("N1", action=action, **fields))
    return trade


def check(trade: Trade, **measures: float) -> None:
    units = {"tcpDownKbps": "kbit/s", "tcpUpKbps": "kbit/s", "informationRateKbps": "kbit/s"}
    taken = tuple(c.Measured(name, value, units.get(name, "1")) for name, value in measures.items())
    trade.report("N1", "QUALITY_CHECK", measures=taken)


def test_all_applicable_sub_tasks_start_with_the_dispatch_and_none_waits() -> None:
    trade = dispatched()

    for kind in ("CONSTRUCTION", "ACTIVATION", "QUALITY_CHECK"):
        assert trade.sub_task("N1", kind).execution is ExecutionState.IN_PROGRESS


def test_a_success_ends_the_sub_task() -> None:
    trade = dispatched()

    refs = trade.report("N1", "ACTIVATION", echoed={"vlan": 1})

    part = trade.sub_task("N1", "ACTIVATION")
    assert refs.counted
    assert (part.execution, part.verdict) == (ExecutionState.DONE, Verdict.SUCCEEDED)
    assert part.attempts[0].ended_at == trade.now
    assert part.attempts[0].echoed == {"vlan": 1}


def test_the_same_event_again_is_the_same_answer_without_an_effect() -> None:
    trade = dispatched()
    said = trade.said("N1", "ACTIVATION", event_id="e1")
    trade.done(said, make.NMS)

    refs = trade.done(said, make.NMS)

    assert refs.counted
    assert trade.kinds() == []


def test_a_report_on_another_attempt_has_no_effect() -> None:
    trade = dispatched("SUSPEND")
    trade.report("N1", "ACTIVATION", outcome="FAILED")

    for attempt in (1, 7):
        refs = trade.done(trade.said("N1", "ACTIVATION", attempt=attempt), make.NMS)
        assert not refs.counted
        assert trade.kinds() == []


def test_an_old_event_of_an_earlier_attempt_stays_counted() -> None:
    trade = dispatched("SUSPEND")
    said = trade.said("N1", "ACTIVATION", outcome="FAILED", event_id="e1")
    trade.done(said, make.NMS)

    assert trade.done(said, make.NMS).counted


def test_a_report_on_what_is_over_has_no_effect() -> None:
    trade = dispatched("SUSPEND")
    trade.report("N1", "ACTIVATION", "QUALITY_CHECK")

    refs = trade.done(trade.said("N1", "ACTIVATION", outcome="FAILED"), make.NMS)

    assert not refs.counted
    assert trade.state("N1") is OrderState.COMPLETED


def test_a_report_before_the_dispatch_has_no_effect() -> None:
    trade = Trade()
    trade.intake(make.order("N1", key="FK-1", count=1))

    refs = trade.done(trade.said("N1", "ACTIVATION", attempt=1), make.NMS)

    assert not refs.counted


def test_accepted_says_only_that_it_goes_on() -> None:
    trade = dispatched()

    trade.report("N1", "ACTIVATION", outcome="ACCEPTED")

    part = trade.sub_task("N1", "ACTIVATION")
    assert (part.execution, part.verdict) == (ExecutionState.IN_PROGRESS, None)
    assert trade.kinds() == [UpdateKind.SUB_TASK_STARTED]


def test_not_ready_is_no_failure_and_is_asked_again_when_the_line_goes_live() -> None:
    trade = dispatched()
    trade.report("N1", "QUALITY_CHECK", outcome="NOT_READY")
    assert trade.sub_task("N1", "QUALITY_CHECK").verdict is Verdict.INCONCLUSIVE
    assert trade.sub_task("N1", "QUALITY_CHECK").failures == 0

    trade.report("N1", "ACTIVATION")

    renewed = trade.sub_task("N1", "QUALITY_CHECK")
    assert (len(renewed.attempts), renewed.verdict) == (2, None)


def test_not_ready_is_asked_again_when_the_item_is_done() -> None:
    trade = dispatched()
    trade.report("N1", "QUALITY_CHECK", outcome="NOT_READY")
    trade.claim("Li", "N1")
    assert len(trade.sub_task("N1", "QUALITY_CHECK").attempts) == 1

    trade.receipt("N1")

    assert len(trade.sub_task("N1", "QUALITY_CHECK").attempts) == 2


def test_an_inconclusive_attempt_may_still_succeed() -> None:
    trade = dispatched()
    trade.report("N1", "ACTIVATION", outcome="NOT_READY")

    trade.report("N1", "ACTIVATION")

    assert trade.sub_task("N1", "ACTIVATION").verdict is Verdict.SUCCEEDED


def test_a_pass_from_before_the_activation_is_stale_and_measured_again() -> None:
    trade = dispatched()
    trade.claim("Li", "N1")
    check(trade)
    trade.receipt("N1")
    assert len(trade.sub_task("N1", "QUALITY_CHECK").attempts) == 2
    check(trade)

    trade.report("N1", "ACTIVATION")

    assert trade.state("N1") is OrderState.IN_PROGRESS
    assert trade.step("N1") is Step.VERIFYING
    assert len(trade.sub_task("N1", "QUALITY_CHECK").attempts) == 3
    check(trade)
    assert trade.state("N1") is OrderState.COMPLETED


def test_other_data_than_were_sent_are_an_echo_mismatch_and_both_are_kept() -> None:
    trade = dispatched(activationData={"vlan": 2101, "olt": 1})

    trade.report("N1", "ACTIVATION", echoed={"vlan": 2999, "olt": 1})

    part = trade.sub_task("N1", "ACTIVATION")
    assert part.verdict is Verdict.INCONCLUSIVE
    assert part.attempts[0].failure == "ECHO_MISMATCH"
    assert (part.attempts[0].sent, part.attempts[0].echoed) == (
        {"vlan": 2101, "olt": 1},
        {"vlan": 2999, "olt": 1},
    )


@pytest.mark.parametrize(
    ("sent", "echoed", "differs"),
    [
        ({"a": 1}, None, False),
        (None, {"a": 1}, False),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ({"a": 1}, {"b": 2}, False),
        ({"a": 1}, {"a": 2}, True),
        ({"a": 1}, [1], True),
    ],
)
def test_an_echo_differs_where_it_says_something_else(sent: object, echoed: object, *, differs: bool) -> None:
    assert echo_differs(sent, echoed) is differs


def test_a_failed_activation_alarms_the_dispatcher_and_the_order_goes_on() -> None:
    trade = dispatched()

    trade.report("N1", "ACTIVATION", outcome="FAILED", failure="vlan not allowed", refused_fields=("vlan",))

    part, jeopardy = trade.sub_task("N1", "ACTIVATION"), trade.order("N1").jeopardy
    assert (part.execution, part.verdict) == (ExecutionState.TERMINATED_WITH_ERROR, Verdict.FAILED)
    assert part.attempts[0].refused_fields == ("vlan",)
    assert jeopardy is not None
    assert jeopardy.level is JeopardyLevel.CRITICAL
    assert trade.state("N1") is OrderState.IN_PROGRESS


# measures


def test_a_line_below_nine_tenths_of_the_subscribed_rate_fails() -> None:
    trade = dispatched(activationData={"subscribedRateMbps": 100})

    check(trade, tcpDownKbps=87_200, tcpUpKbps=94_100)

    down, up = trade.sub_task("N1", "QUALITY_CHECK").attempts[0].measures
    assert (down.lower, down.passed) == (90_000, False)
    assert up.passed
    assert trade.sub_task("N1", "QUALITY_CHECK").verdict is Verdict.FAILED


def test_a_line_within_its_limits_passes() -> None:
    trade = dispatched(activationData={"subscribedRateKbps": 100_000})

    check(trade, tcpDownKbps=94_100)

    assert trade.sub_task("N1", "QUALITY_CHECK").verdict is Verdict.SUCCEEDED


def test_a_metric_that_is_not_mandatory_is_recorded_and_decides_nothing() -> None:
    trade = Trade()
    trade.intake(make.order("N1", "INTERNET_LINE", activationData={"subscribedRateMbps": 100}))

    check(trade, informationRateKbps=95_000)

    (measure,) = trade.sub_task("N1", "QUALITY_CHECK").attempts[0].measures
    assert not measure.passed
    assert trade.sub_task("N1", "QUALITY_CHECK").verdict is Verdict.SUCCEEDED


@pytest.mark.parametrize("data", [None, [100], {"subscribedRateMbps": "100"}, {"subscribedRateMbps": True}])
def test_without_a_known_rate_its_share_limits_nothing(data: object) -> None:
    trade = dispatched(activationData=data)

    check(trade, tcpDownKbps=1, unheardOf=1)

    assert trade.sub_task("N1", "QUALITY_CHECK").verdict is Verdict.SUCCEEDED


def test_a_service_that_is_to_be_down_is_not_held_to_the_limits_of_a_live_one() -> None:
    trade = dispatched("SUSPEND", activationData={"subscribedRateMbps": 100})
    trade.report("N1", "ACTIVATION")

    check(trade, tcpDownKbps=0, pingOk=0)

    assert trade.state("N1") is OrderState.COMPLETED


@pytest.mark.parametrize(
    ("unit", "value", "lower", "passed"),
    [("kbit/s", 94_100, 90_000, True), ("Mbit/s", 87.2, 90, False), ("Gbit/s", 0.0941, 0.09, True)],
)
def test_a_figure_is_judged_in_its_own_unit(unit: str, value: float, lower: float, *, passed: bool) -> None:
    share = Threshold("down", "kbit/s", 0.9, None, of_subscribed_rate=True, mandatory=True)
    fixed = Threshold("down", "kbit/s", 90_000, 1_000_000, of_subscribed_rate=False, mandatory=True)

    for limit in (share, fixed):
        measure = judged(c.Measured("down", value, unit), (limit,), 100_000)
        assert measure.lower == pytest.approx(lower)
        assert measure.passed is passed


def test_an_upper_limit_is_inclusive() -> None:
    limit = Threshold("rttMs", "ms", None, 20, of_subscribed_rate=False, mandatory=True)

    assert judged(c.Measured("rttMs", 20, "ms"), (limit,), None).passed
    assert not judged(c.Measured("rttMs", 20.1, "ms"), (limit,), None).passed


def test_a_product_that_is_no_longer_known_has_no_limits() -> None:
    trade = dispatched(activationData={"subscribedRateMbps": 100})
    trade.world = replace(trade.world, products={})

    check(trade, tcpDownKbps=1)

    assert trade.sub_task("N1", "QUALITY_CHECK").verdict is Verdict.SUCCEEDED


# bad reports


def test_reports_on_what_the_network_does_not_do_are_refused() -> None:
    trade = Trade()
    trade.intake(make.order("N1", action="SURVEY"))

    construction = trade.refused(InvalidInput, trade.said("N1", "CONSTRUCTION"), make.NMS)
    needless = trade.refused(InvalidInput, trade.said("N1", "ACTIVATION", attempt=1), make.NMS)

    assert "claimant's receipt" in construction.problems[0].message
    assert "NOT_APPLICABLE" in needless.problems[0].message


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"event_id": " "}, "eventId"),
        ({"event_id": "e" * 201}, "eventId"),
        ({"failure": "\0"}, "failure"),
        ({"measures": (c.Measured("m", 1, "1"),) * 101}, "measures"),
        ({"measures": (c.Measured("\ud800", 1, "1"),)}, "measures"),
        ({"echoed": {"a": "\ud800"}}, "echoed"),
        ({"refused_fields": ("\ud800",)}, "refusedFields"),
    ],
)
def test_a_report_that_cannot_be_used_names_the_field(fields: dict[str, Any], path: str) -> None:
    trade = dispatched()

    refusal = trade.refused(InvalidInput, trade.said("N1", "ACTIVATION", **fields), make.NMS)

    assert [problem.path for problem in refusal.problems] == [(path,)]


@pytest.mark.parametrize("id_", ["N9/ACTIVATION", "N1/NOTHING", "N1"])
def test_a_sub_task_that_is_not_there_is_not_found(id_: str) -> None:
    trade = dispatched()
    report = replace(trade.said("N1", "ACTIVATION"), sub_task=SubTaskId(id_))

    trade.refused(NotFound, report, make.NMS)
    trade.refused(NotFound, c.RetrySubTask(SubTaskId(id_)))


# retry


def retry(kind: str = "ACTIVATION", **fields: Any) -> c.RetrySubTask:
    return c.RetrySubTask(SubTaskId(f"N1/{kind}"), **fields)


def test_a_dispatcher_has_it_sent_again_with_other_data_and_provenance() -> None:
    trade = dispatched(activationData={"vlan": 2999, "olt": 1})
    trade.report("N1", "ACTIVATION", outcome="FAILED")

    trade.done(retry(data={"vlan": 2101}, reason="vlan of the port"))

    attempt = trade.sub_task("N1", "ACTIVATION").attempts[-1]
    assert (attempt.number, attempt.sent) == (2, {"vlan": 2101, "olt": 1})
    (repair,) = attempt.repairs
    assert (repair.field, repair.before, repair.after) == ("vlan", 2999, 2101)
    assert repair.source == "dispatcher:desk: vlan of the port"
    assert trade.order("N1").jeopardy is None
    trade.report("N1", "ACTIVATION")
    assert trade.sub_task("N1", "ACTIVATION").verdict is Verdict.SUCCEEDED


def test_a_retry_needs_no_other_data() -> None:
    trade = dispatched(activationData=[1, 2])
    trade.report("N1", "ACTIVATION", outcome="NOT_READY")

    trade.done(retry())

    attempts = trade.sub_task("N1", "ACTIVATION").attempts
    assert attempts[0].sent == attempts[1].sent == {"data": [1, 2]}


def test_what_goes_on_succeeded_or_is_no_business_of_the_network_is_not_retried() -> None:
    trade = dispatched()

    assert "under way" in trade.refused(NotRetryable, retry()).message
    assert "nothing that the network does" in trade.refused(NotRetryable, retry("CONSTRUCTION")).message
    trade.report("N1", "ACTIVATION")
    assert "succeeded" in trade.refused(NotRetryable, retry()).message


def test_orders_that_are_final_cancelled_superseded_or_not_dispatched_are_not_retried() -> None:
    waiting, final, leaving, superseded = Trade(), dispatched("SUSPEND"), dispatched(), Trade()
    waiting.intake(make.order("N1", key="FK-1", count=1))
    final.report("N1", "ACTIVATION", "QUALITY_CHECK")
    leaving.report("N1", "ACTIVATION")
    leaving.done(c.CancelOrder(OrderNumber("N1"), "not wanted"), make.UPSTREAM)
    superseded.intake(make.order("N1", key="FK-1", count=0))
    superseded.intake(make.order("S1", action="SUSPEND", key="FK-1", count=1, numbers=["N1"]))

    cases = (
        (waiting, "not dispatched"),
        (final, "final"),
        (leaving, "cancelled"),
        (superseded, "superseded"),
    )
    for trade, says in cases:
        assert says in trade.refused(NotRetryable, retry()).message


def test_broken_data_are_not_sent() -> None:
    trade = dispatched()
    trade.report("N1", "ACTIVATION", outcome="FAILED")

    assert "surrogate" in trade.refused(NotRetryable, retry(data={"a": "\ud800"})).message


# suspensions and terminations


def test_a_retried_suspension_is_tried_thrice_again_and_sends_nobody_twice() -> None:
    trade = dispatched("SUSPEND")
    for _ in range(3):
        trade.report("N1", "ACTIVATION", outcome="FAILED")
    urgent = trade.item("N1").id

    trade.done(retry())
    for _ in range(3):
        trade.report("N1", "ACTIVATION", outcome="FAILED")

    assert len(trade.sub_task("N1", "ACTIVATION").attempts) == 6
    assert trade.group("N1").items.keys() == {urgent}
    assert trade.state("N1") is OrderState.IN_PROGRESS


def test_an_urgent_item_is_done_like_any_other_and_the_suspension_completes() -> None:
    trade = dispatched("SUSPEND")
    for _ in range(3):
        trade.report("N1", "ACTIVATION", outcome="FAILED")
    trade.claim("Li", "N1")
    trade.receipt("N1")
    trade.done(retry())

    trade.report("N1", "ACTIVATION", "QUALITY_CHECK")

    assert trade.state("N1") is OrderState.COMPLETED


def test_a_termination_that_the_network_fails_has_its_visit_already() -> None:
    trade = dispatched("TERMINATE")

    for _ in range(3):
        trade.report("N1", "ACTIVATION", outcome="FAILED")

    assert len(trade.group("N1").items) == 1
    assert not trade.item("N1").urgent
    assert trade.state("N1") is OrderState.IN_PROGRESS


def test_a_failed_check_of_a_suspension_is_repeated_as_well() -> None:
    trade = dispatched("SUSPEND")

    trade.report("N1", "QUALITY_CHECK", outcome="FAILED")

    assert len(trade.sub_task("N1", "QUALITY_CHECK").attempts) == 2


# what the catalogue does not say


@pytest.mark.parametrize("action", ["SURVEY", "ACTIVATION", "SUSPEND", "RESUME", "TERMINATE"])
def test_a_product_without_rules_gets_the_usual_sub_tasks_and_completes_nothing_by_itself(
    action: str,
) -> None:
    usual, trade = dispatched(action), Trade()
    product = trade.world.products[ProductCode("ENT_BROADBAND")]
    bare = {ProductCode(product.code): replace(product, rules=())}
    trade.world = replace(trade.world, products=bare)

    trade.intake(make.order("N1", action=action))

    assert trade.state("N1") is OrderState.IN_PROGRESS
    assert [part.applies for part in trade.order("N1").sub_tasks] == [
        part.applies for part in usual.order("N1").sub_tasks
    ]


def test_a_suspension_reaches_the_network_whatever_the_catalogue_says() -> None:
    trade = Trade()
    product = trade.world.products[ProductCode("CAMERA")]
    rules = tuple(replace(rule, sub_tasks=()) for rule in product.rules)
    trade.world = replace(trade.world, products={ProductCode("CAMERA"): replace(product, rules=rules)})

    trade.intake(make.order("N1", "CAMERA", "SUSPEND"), make.order("N2", "CAMERA", "RESUME"))

    assert trade.sub_task("N1", "ACTIVATION").execution is ExecutionState.IN_PROGRESS
    assert trade.state("N1") is OrderState.IN_PROGRESS
    assert trade.state("N2") is OrderState.COMPLETED
