"""What a caller is told of wrong parameters: where, what is wrong, what is allowed; in words, and not too many."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes import gateways_with
from tools.actions._action import Action
from tools.actions.analyze_budgets import analyze_budgets
from tools.actions.create_budget import create_budget
from tools.actions.get_budget_performance import get_budget_performance
from tools.actions.monitor_budgets import monitor_budgets
from tools.actions.recommend_budgets import recommend_budgets
from tools.domain.errors import MOST_PROBLEMS, InvalidParameters


def refused(action: Action, **parameters: Any) -> InvalidParameters:
    with pytest.raises(InvalidParameters) as caught:
        action.run(parameters, gateways_with())
    return caught.value


@pytest.mark.parametrize(
    ("action", "parameters", "problem", "allowed"),
    [
        (analyze_budgets, {"account_id": 123456789012}, "123456789012 is not a text", "a text"),
        (analyze_budgets, {"account_id": "١٢٣٤٥٦٧٨٩٠١٢"}, "'١٢٣٤٥٦٧٨٩٠١٢' is not an account id", "12 digits"),
        (analyze_budgets, {"budget_names": {"a": 1}}, '{"a": 1} is not a list', "a list"),
        (analyze_budgets, {"budget_names": []}, "is empty", "at least one entry"),
        (analyze_budgets, {"budget_names": ["a"] * 501}, "has 501 entries", "at most 500 entries"),
        (analyze_budgets, {"budget_types": [None]}, "null is not allowed", None),
        (analyze_budgets, {"page_size": 1.5}, "1.5 is not a whole number", "a whole number"),
        (create_budget, {"amount": [True]}, "[true] is not a number", "a number, or a text such as '12.50'"),
        (create_budget, {"amount": 1e400}, "Infinity is not a number", "a number, or a text such as '12.50'"),
        (create_budget, {"dry_run": "maybe"}, "'maybe' is not a truth value", "true or false"),
        (create_budget, {"cost_types": 1}, "1 is not an object", "an object"),
        (create_budget, {"notifications": [7]}, "7 is not an object", "an object"),
        (
            create_budget,
            {"tags": {"": "a"}},
            "a key is empty; it needs the tag's or cost category's name",
            None,
        ),
        (create_budget, {"unit": ""}, "is empty", "a text"),
        (create_budget, {"unit": "x" * 1025}, "has 1025 characters", "at most 1024 characters"),
    ],
)
def test_a_value_of_the_wrong_kind_is_answered_in_words_with_what_is_allowed(
    action: Action, parameters: dict[str, Any], problem: str, allowed: str | None
) -> None:
    needed = {"budget_name": "a-budget", "amount": 1} if action is create_budget else {}
    [entry] = refused(action, **{**needed, **parameters}).details["problems"]
    assert entry["problem"] == problem
    assert allowed is None or entry["allowed"] == allowed


@pytest.mark.parametrize(
    ("action", "parameters"),
    [
        (analyze_budgets, {"page_size": True}),
        (monitor_budgets, {"page_size": True}),
        (recommend_budgets, {"lookback_months": True}),
        (get_budget_performance, {"budget_name": "a", "periods": True}),
        (create_budget, {"budget_name": "a", "auto_adjust": {"type": "HISTORICAL", "periods": True}}),
    ],
)
def test_true_is_no_number(action: Action, parameters: dict[str, Any]) -> None:
    assert "true is not a whole number" in refused(action, **parameters).message


@pytest.mark.parametrize(
    "moment",
    [
        *(20261020, 0, -1, 1.5, True, "1792454400", "soon", "", "2026-02-30"),
        *("0001-01-01", "0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"),
    ],
)
@pytest.mark.parametrize("name", ["start", "end"])
def test_a_start_or_end_is_a_date_and_nothing_that_could_be_another(name: str, moment: Any) -> None:
    error = refused(create_budget, budget_name="a", amount=1, **{name: moment})
    assert [each["parameter"] for each in error.details["problems"]] == [name]


def test_a_long_list_of_problems_is_cut_and_counted() -> None:
    error = refused(create_budget, budget_name="a", amount=1, **{f"x{each}": 1 for each in range(500)})
    assert len(error.details["problems"]) == MOST_PROBLEMS
    assert error.details["further_problems"] == 450
    assert error.message.endswith("and 450 more problems")


def test_a_request_too_large_to_be_answered_is_refused_at_once() -> None:
    tags = {f"key-{each}": "v" * 100 for each in range(5000)}
    [entry] = refused(create_budget, budget_name="a", amount=1, tags=tags).details["problems"]
    assert entry == {
        "parameter": "parameters",
        "problem": entry["problem"],
        "allowed": "at most 200,000 characters",
    }


def test_a_long_value_is_shown_by_its_beginning() -> None:
    assert len(refused(analyze_budgets, account_id="x" * 100_000).message) < 300
