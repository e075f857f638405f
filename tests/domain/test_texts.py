"""Texts and JSON values that people and systems write (domain/texts.py)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.texts import LONGEST_NOTE, MOST_PROBLEMS, problem_of_text, problems_of_json

PATH = ("note",)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(st.characters()), below, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("fine", [None, "", "光猫已更换", "x" * LONGEST_NOTE, "line\nbreak\t🙂"])
def test_ordinary_text_has_no_problem(fine: str | None) -> None:
    assert problem_of_text(fine, PATH) is None


@pytest.mark.parametrize(
    ("wrong", "says"),
    [("x" * (LONGEST_NOTE + 1), "at most 2000"), ("a\0b", "NUL"), ("a\ud83d", "lone surrogate")],
)
def test_text_which_cannot_be_stored_is_named_with_the_remedy(wrong: str, says: str) -> None:
    problem = problem_of_text(wrong, PATH)

    assert problem is not None
    assert problem.path == PATH
    assert says in problem.message


def test_bound_of_a_text_is_the_callers() -> None:
    assert problem_of_text("abcd", PATH, 4) is None
    assert problem_of_text("abcde", PATH, 4) is not None


def test_json_is_searched_to_its_depths() -> None:
    value = {"fine": 1, "list": [1, {"deep": "\0"}], "pair": ("ok", float("inf"))}

    paths = {problem.path for problem in problems_of_json(value, ("evidence",))}

    assert paths == {("evidence", "list", "1", "deep"), ("evidence", "pair", "1")}


def test_name_which_cannot_be_stored_is_a_problem_of_what_holds_it() -> None:
    (problem,) = problems_of_json({"a": {"\0": "\0"}}, ("evidence",))

    assert problem.path == ("evidence", "a")


def test_problems_are_told_by_the_score_not_by_the_thousand() -> None:
    assert len(problems_of_json(["\0"] * 1000, PATH)) == MOST_PROBLEMS


def test_deep_nesting_is_walked_without_recursion() -> None:
    value: object = "\0"
    for _ in range(5000):
        value = [value]

    assert len(problems_of_json(value, PATH)) == 1


@given(JSON)
def test_json_without_a_problem_is_plain_json_text(value: object) -> None:
    if not problems_of_json(value, PATH):
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        assert "\\u0000" not in text
        assert text.encode("utf-8")
