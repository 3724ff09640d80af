"""A figure that a model has sent itself proves nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tools.domain.echoes import without_echoes


@pytest.mark.parametrize(
    ("given", "result", "left"),
    [
        (
            {"amount": 987654},
            {"limit": {"amount": "987654.00"}, "count": 3},
            {"limit": {"amount": ""}, "count": 3},
        ),
        ({"thresholds": [4321]}, {"thresholds": [4321, 80]}, {"thresholds": [None, 80]}),
        ({"amount": "1,234.50"}, {"sentence": "$1,234.5 of $99.00"}, {"sentence": "$ of $99.00"}),
        (
            {"name": "acme-spend-987653"},
            {"message": "no 'acme-spend-987653'"},
            {"message": "no 'acme-spend-'"},
        ),
        ({"amount": -250.5}, {"change": 250.5}, {"change": None}),
    ],
)
def test_what_was_sent_is_taken_out_in_every_spelling(given: Any, result: Any, left: Any) -> None:
    assert without_echoes(result, given) == left


@pytest.mark.parametrize(
    "given",
    [{}, {"periods": 6}, {"thresholds": [80]}, {"explain": True}, {"name": "a"}, {"amount": float("nan")}],
)
def test_small_counts_and_everything_else_stay(given: Any) -> None:
    result = {"periods": 6, "threshold": 80, "total": {"amount": "1234.00"}, "exact": True}
    assert without_echoes(result, given) == result
