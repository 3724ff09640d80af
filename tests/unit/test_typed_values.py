"""Texts that become what an action's schema wants, and those that cannot."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.loose_values import structure_in
from agent.typed_values import typed
from tools.actions.catalogue import ACTIONS

SCHEMA = {
    "$defs": {
        "Unit": {"type": "string", "enum": ["MONTHLY", "DAILY"]},
        "Alert": {
            "type": "object",
            "properties": {
                "threshold": {"type": "number"},
                "unit": {"$ref": "#/$defs/Unit"},
                "inner": {"anyOf": [{"$ref": "#/$defs/Alert"}, {"type": "null"}]},
            },
        },
        "Loop": {"$ref": "#/$defs/Loop"},
    },
    "properties": {
        "whole": {"type": "integer"},
        "number": {"type": "number"},
        "amount": {"anyOf": [{"type": "number"}, {"type": "string"}, {"type": "null"}]},
        "flag": {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
        "text": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "unit": {"anyOf": [{"$ref": "#/$defs/Unit"}, {"type": "null"}]},
        "names": {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "null"}]},
        "few": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        "counts": {"type": "array", "items": {"type": "integer"}},
        "tags": {"type": "object", "additionalProperties": {"type": "string"}},
        "limits": {"type": "object", "additionalProperties": {"type": "integer"}},
        "anything": {"type": "object", "additionalProperties": True},
        "alerts": {"type": "array", "items": {"$ref": "#/$defs/Alert"}},
        "loop": {"$ref": "#/$defs/Loop"},
        "broken": {"$ref": "#/$defs/Missing"},
    },
}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("whole", "12", 12),
        ("whole", " -3 ", -3),
        ("number", "12", 12),
        ("number", "12.5", 12.5),
        ("amount", "1000.10", "1000.10"),
        ("flag", "true", True),
        ("flag", "False", False),
        ("flag", "null", None),
        ("text", "true", "true"),
        ("text", "[urgent] raise it", "[urgent] raise it"),
        ("text", " as it is ", " as it is "),
        ("unit", "monthly", "MONTHLY"),
        ("unit", "DAILY", "DAILY"),
        ("names", '["a, b", "c"]', ["a, b", "c"]),
        ("names", "[a, b c]", ["a", "b c"]),
        ("names", "['a', \"b, c\"]", ["a", "b, c"]),
        ("names", "[1, true]", ["1", "true"]),
        ("names", "[]", []),
        ("few", "[Amazon Elastic Compute Cloud - Compute]", ["Amazon Elastic Compute Cloud - Compute"]),
        ("few", "AWS Lambda", "AWS Lambda"),
        ("counts", "[1, 2]", [1, 2]),
        ("tags", "{team=data, env=prod}", {"team": "data", "env": "prod"}),
        ("tags", '{"team": "data"}', {"team": "data"}),
        ("tags", "{team: data, 'own er' : \"x, y\"}", {"team": "data", "own er": "x, y"}),
        ("tags", "{arn=arn:aws:sns:us-east-1:1:t}", {"arn": "arn:aws:sns:us-east-1:1:t"}),
        ("limits", "{2026-10=900, 2026-11=1100}", {"2026-10": 900, "2026-11": 1100}),
        ("anything", "{a=[1, {b=c}]}", {"a": ["1", {"b": "c"}]}),
        ("anything", '{"a": [1, null]}', {"a": [1, None]}),
        (
            "alerts",
            "[{threshold=80, unit=daily, inner={threshold=90}}, {threshold=100}]",
            [{"threshold": 80, "unit": "DAILY", "inner": {"threshold": 90}}, {"threshold": 100}],
        ),
    ],
)
def test_a_text_becomes_what_is_wanted(name: str, text: str, value: Any) -> None:
    found = typed({name: text}, SCHEMA)[name]
    if name == "names" and text == "[1, true]":
        # JSON: the numbers are numbers, and the action says that they are no names.
        value = [1, True]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("whole", "many"),
        ("whole", "1.5"),
        ("whole", "9" * 31),
        ("number", "1e5"),
        ("number", "NaN"),
        ("number", "1,000"),
        ("flag", "yes"),
        ("unit", "HOURLY"),
        ("names", "a, b"),
        ("names", "[a, b"),
        ("names", "[a,, b]"),
        ("names", "[a, b] and c"),
        ("names", "{a=b}"),
        ("counts", "{}"),
        ("tags", "[a]"),
        ("tags", "{a=1, a=2}"),
        ("tags", "{=b}"),
        ("tags", "{a}"),
        ("tags", "{a=}"),
        ("tags", "{a=b c=d]"),
        ("anything", '{"a": NaN}x'),
        ("names", "[" * 50 + "a" + "]" * 50),
        ("loop", "1"),
        ("broken", "1"),
        ("unknown", "1"),
    ],
)
def test_what_cannot_be_converted_stays_a_text(name: str, text: str) -> None:
    assert typed({name: text}, SCHEMA) == {name: text}


def test_texts_inside_of_what_is_typed_already_become_what_is_wanted() -> None:
    given_ = {
        "alerts": [{"threshold": "80", "unit": "daily"}, 5],
        "counts": ["1", 2],
        "whole": 3,
        "flag": None,
    }
    assert typed(given_, SCHEMA) == {
        "alerts": [{"threshold": 80, "unit": "DAILY"}, 5],
        "counts": [1, 2],
        "whole": 3,
        "flag": None,
    }


def test_a_value_that_nothing_is_like_stays_as_it_is() -> None:
    given_: dict[str, Any] = {"whole": [["1"]], "names": {"a": "1"}, "text": {"b": ["2"]}}
    assert typed(given_, SCHEMA) == given_


def test_a_real_action_takes_what_became_of_texts() -> None:
    texts = {
        "budget_name": "team",
        "amount": "1000.50",
        "time_unit": "monthly",
        "service_filter": "[AWS Lambda, Amazon Simple Storage Service]",
        "tags": "{team=data}",
        "cost_types": "{include_credit=false}",
        "notifications": "[{threshold=80, type=forecasted, emails=[a@example.com, b@example.com]}]",
        "dry_run": "true",
    }
    action = ACTIONS["create_budget"]
    parsed = action.parse(typed(texts, action.schema())).model_dump(mode="json", exclude_unset=True)
    assert parsed["dry_run"] is True
    assert parsed["cost_types"] == {"include_credit": False}
    [notification] = parsed["notifications"]
    assert notification["type"] == "FORECASTED"
    assert len(parsed["service_filter"]) == 2


@pytest.mark.parametrize(
    "text", ["{" + "a " * 200_000, "{" * 200_000, "[" + '"a' * 200_000, "[" + " " * 400_000, "{a=" * 100_000]
)
def test_a_text_without_end_takes_no_time_without_end(text: str) -> None:
    began = time.process_time()
    assert structure_in(text) is None
    assert time.process_time() - began < 2


plain = st.text("abcXYZ019 -_.äß", min_size=1, max_size=8).map(str.strip).filter(bool)


@given(
    st.recursive(plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(plain, inner, max_size=3))
)
def test_what_is_written_loosely_is_read_back(value: Any) -> None:
    def loosely(each: Any) -> str:
        if isinstance(each, list):
            return f"[{', '.join(map(loosely, each))}]"
        if isinstance(each, dict):
            return f"{{{', '.join(f'{key}={loosely(held)}' for key, held in each.items())}}}"
        return str(each)

    read = structure_in(loosely([value]))
    assert read == [value] or json.loads(loosely([value])) == read


@given(
    st.dictionaries(
        st.sampled_from(sorted(SCHEMA["properties"])), st.text("[]{}=:,'\" a1.-NaN\\", max_size=30)
    )
)
def test_no_text_makes_it_fail(texts: dict[str, str]) -> None:
    assert set(typed(texts, SCHEMA)) == set(texts)
