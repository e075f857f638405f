from benchmarks.ratios import BOUNDS, Bound, red

BOUND = {"page": Bound(8.0, "a page costs more than its groups")}


def test_a_ratio_at_its_bound_is_green() -> None:
    assert list(red({"page": 8.0}, BOUND)) == []


def test_a_ratio_past_its_bound_is_named_with_the_bound_and_with_what_is_lost() -> None:
    sentences = list(red({"page": 8.04}, BOUND))

    assert sentences == ["page is 8.04, more than 8.00: a page costs more than its groups"]


def test_a_ratio_that_is_no_number_is_red() -> None:
    assert list(red({"page": float("nan")}, BOUND)) != []


def test_a_bound_whose_ratio_was_not_measured_is_red() -> None:
    assert list(red({})) == [f"{name}: not measured" for name in BOUNDS]
