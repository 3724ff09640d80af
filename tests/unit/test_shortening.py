"""Long values made short: nothing is cut without a word."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.domain.shortening import length_of, shortened_value

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=20) | st.dictionaries(st.text(max_size=8), inner, max_size=6),
    max_leaves=40,
)


def test_what_is_short_enough_stays_as_it_is() -> None:
    value = {"budgets": [{"name": "a"}] * 3}
    assert shortened_value(value, 1_000) is value


def test_a_long_list_keeps_its_first_entries_and_says_how_many_there_were() -> None:
    shorter = shortened_value({"budgets": [{"name": f"budget-{number:03}"} for number in range(100)]}, 600)
    assert shorter["budgets"][:2] == [{"name": "budget-000"}, {"name": "budget-001"}]
    assert shorter["budgets"][-1] == "(80 more left out here; ask for less at once to see them)"
    assert len(shorter["budgets"]) == 21


def test_a_long_text_keeps_its_beginning_and_says_how_much_is_missing() -> None:
    shorter = shortened_value({"note": "x" * 3_000}, 1_200)
    assert shorter["note"] == "x" * 1_000 + "… (2000 more characters left out)"


def test_short_members_stay_where_all_else_fails() -> None:
    shorter = shortened_value({"long": {str(n): "y" * 900 for n in range(20)}, "total": "5.00"}, 200)
    assert shorter["total"] == "5.00"
    assert "left out" in shorter["long"]


@pytest.mark.parametrize("value", ["x" * 100, [["y" * 50]] * 3])
def test_what_has_no_members_can_only_be_left_out(value: Any) -> None:
    assert "left out" in str(shortened_value(value, 10))


@given(JSON, st.integers(min_value=60, max_value=400))
def test_nothing_is_lost_silently(value: Any, most: int) -> None:
    shorter = shortened_value(value, most)
    assert shorter == value or "left out" in str(shorter)
    if isinstance(value, dict) and isinstance(shorter, dict):
        assert shorter.keys() == value.keys()
    if length_of(value) <= most:
        assert shorter == value
