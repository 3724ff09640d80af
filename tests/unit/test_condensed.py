"""What of a result a model is shown: never more than fits, whole values only, and what is missing is counted."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tools.actions._condensed import LONGEST, Part, condensed, part_of

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=400),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(st.text(max_size=20), inner, max_size=8),
    max_leaves=12,
)


def parts_of(values: list[Any]) -> list[Part]:
    return [
        part_of(f"part {at}", each, 6) if isinstance(each, list) else Part(f"part {at}", each)
        for at, each in enumerate(values)
    ]


def test_what_fits_is_shown_as_it_is() -> None:
    parts = [
        Part("limit", {"amount": "100.00", "unit": "USD"}),
        part_of("notes", ["a", "b"]),
        Part("story", None),
    ]
    assert condensed(parts) == {
        "limit": {"amount": "100.00", "unit": "USD"},
        "notes": ["a", "b"],
        "story": None,
        "not_shown": {},
    }


def test_of_a_list_the_first_are_shown_and_the_others_counted() -> None:
    assert condensed([part_of("budgets", [1, 2, 3, 4, 5], 2)]) == {
        "budgets": [1, 2],
        "not_shown": {"budgets": 3},
    }
    only_the_first_were_made = Part("budgets", [1, 2], total=20_000)
    assert condensed([only_the_first_were_made])["not_shown"] == {"budgets": 19_998}


def test_a_list_ends_before_the_first_entry_that_does_not_fit_and_later_parts_have_the_room() -> None:
    entries = ["a" * 100, "b" * 5_000, "c"]
    found = condensed([part_of("sentences", entries), Part("story", "d" * 500)], longest=1_000)
    assert found == {"sentences": entries[:1], "story": "d" * 500, "not_shown": {"sentences": 2}}


def test_a_value_that_does_not_fit_is_left_out_whole_and_counted() -> None:
    assert condensed([Part("scope", "x" * LONGEST), Part("limit", "100.00")]) == {
        "limit": "100.00",
        "not_shown": {"scope": 1},
    }


@given(values=st.lists(VALUES, max_size=10), longest=st.integers(600, 3_000))
def test_whatever_there_is_it_fits_and_nothing_is_cut_or_lost(values: list[Any], longest: int) -> None:
    parts = parts_of(values)
    found = dict(condensed(parts, longest))
    assert len(json.dumps(found)) <= longest
    missing = found.pop("not_shown")
    for part, value in zip(parts, values, strict=True):
        if isinstance(value, list):
            shown = found[part.name]
            assert shown == value[: len(shown)]
            assert len(shown) + missing.get(part.name, 0) == len(value)
        else:
            assert found.get(part.name) == (None if part.name in missing else value)
            assert (part.name in found) != (part.name in missing)
