from __future__ import annotations

from dataclasses import replace

import pytest

from domain.catalogue import DEFAULT_PRODUCTS, Product, ProductRule, rule_for
from domain.values import EvidenceKind, OrderAction, SubTaskKind

PRODUCTS = {product.code: product for product in DEFAULT_PRODUCTS}
LINE = PRODUCTS["INTERNET_LINE"]
CONSTRUCTION, ACTIVATION, QUALITY_CHECK = (
    SubTaskKind.CONSTRUCTION,
    SubTaskKind.ACTIVATION,
    SubTaskKind.QUALITY_CHECK,
)


def general(product: Product, action: OrderAction) -> ProductRule:
    rule = rule_for(product, action, None)
    assert rule is not None
    return rule


def test_the_dedicated_line_outranks_the_broadband_and_nothing_else_bears_a_line() -> None:
    ranks = [(product.code, product.line_bearing, product.line_rank) for product in DEFAULT_PRODUCTS]

    assert ranks == [
        ("INTERNET_LINE", True, 10),
        ("ENT_BROADBAND", True, 20),
        ("CLOUD_VIDEO", False, None),
        ("CAMERA", False, None),
    ]


@pytest.mark.parametrize("product", DEFAULT_PRODUCTS, ids=lambda product: product.code)
def test_every_product_says_which_sub_tasks_an_action_needs(product: Product) -> None:
    needed = {action: set(general(product, action).sub_tasks) for action in OrderAction}

    assert needed == {
        OrderAction.SURVEY: {CONSTRUCTION},
        OrderAction.ACTIVATION: {CONSTRUCTION, ACTIVATION, QUALITY_CHECK},
        OrderAction.SUSPEND: {ACTIVATION, QUALITY_CHECK},
        OrderAction.RESUME: {ACTIVATION, QUALITY_CHECK},
        OrderAction.TERMINATE: {CONSTRUCTION, ACTIVATION, QUALITY_CHECK},
    }


@pytest.mark.parametrize("product", DEFAULT_PRODUCTS, ids=lambda product: product.code)
def test_only_what_is_built_or_taken_away_on_site_asks_for_evidence(product: Product) -> None:
    asked = {action for action in OrderAction if general(product, action).evidence}
    visited = {action for action in OrderAction if CONSTRUCTION in general(product, action).sub_tasks}

    assert asked == visited


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("INTERNET_LINE", ["ont_serial", "access_port", "photo", "customer_confirmation"]),
        ("ENT_BROADBAND", ["ont_serial", "access_port", "photo", "customer_confirmation"]),
        ("CLOUD_VIDEO", ["terminal", "test_call"]),
        ("CAMERA", ["serial", "channel_count", "picture_test"]),
    ],
)
def test_the_receipt_of_an_activation_carries_what_the_product_needs(code: str, names: list[str]) -> None:
    evidence = general(PRODUCTS[code], OrderAction.ACTIVATION).evidence

    assert [requirement.name for requirement in evidence] == names
    assert all(requirement.required and requirement.description for requirement in evidence)


def test_a_survey_may_find_that_nothing_can_be_built() -> None:
    feasibility = general(LINE, OrderAction.SURVEY).evidence[0]

    assert feasibility.kind is EvidenceKind.CHOICE
    assert feasibility.choices == ("FEASIBLE", "CONDITIONAL", "NOT_FEASIBLE")


def test_the_rule_of_a_scenario_comes_before_the_general_one() -> None:
    in_a_chain_store = ProductRule(OrderAction.ACTIVATION, "连锁门店", (CONSTRUCTION,), ())
    line = replace(LINE, rules=(*LINE.rules, in_a_chain_store))

    found = [rule_for(line, OrderAction.ACTIVATION, scenario) for scenario in ("连锁门店", "写字楼", None)]

    assert found == [
        in_a_chain_store,
        general(LINE, OrderAction.ACTIVATION),
        general(LINE, OrderAction.ACTIVATION),
    ]


def test_a_product_without_a_rule_for_the_action_has_none() -> None:
    only_survey = replace(LINE, rules=tuple(r for r in LINE.rules if r.action is OrderAction.SURVEY))

    assert rule_for(only_survey, OrderAction.ACTIVATION, None) is None


def test_the_first_of_two_rules_for_one_scenario_counts() -> None:
    second = ProductRule(OrderAction.SURVEY, None, (), ())
    line = replace(LINE, rules=(*LINE.rules, second))

    assert rule_for(line, OrderAction.SURVEY, None) == LINE.rules[0]


@pytest.mark.parametrize("product", DEFAULT_PRODUCTS, ids=lambda product: product.code)
def test_the_limits_of_each_metric_are_said_once_and_in_order(product: Product) -> None:
    metrics = [threshold.metric for threshold in product.thresholds]

    assert len(set(metrics)) == len(metrics)
    assert all(
        limit.lower < limit.upper
        for limit in product.thresholds
        if limit.lower is not None and limit.upper is not None
    )
    assert all(
        not limit.mandatory for limit in product.thresholds if limit.lower is None and limit.upper is None
    )


def test_a_line_delivers_nine_tenths_of_its_rate_in_both_directions() -> None:
    limits = {threshold.metric: threshold for threshold in LINE.thresholds}

    assert [(limits[m].lower, limits[m].of_subscribed_rate) for m in ("tcpDownKbps", "tcpUpKbps")] == [
        (0.9, True),
        (0.9, True),
    ]
    assert (limits["opticalRxPowerDbm"].lower, limits["opticalRxPowerDbm"].upper) == (-27, -8)
