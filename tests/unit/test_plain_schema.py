"""JSON Schemas in few words: what is kept, what moves into descriptions, and what is left out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tools.actions._action import Action
from tools.actions._plain_schema import Wording, plain_schema
from tools.actions.catalogue import ACTIONS

WORDS = {"type", "properties", "required", "items", "description"}
SCHEMA: dict[str, Any] = {
    "$defs": {
        "Unit": {"type": "string", "enum": ["DAILY", "MONTHLY"], "description": "How long\na period is."},
        "Alert": {
            "type": "object",
            "title": "Alert",
            "description": "A threshold.",
            "additionalProperties": False,
            "required": ["threshold"],
            "properties": {
                "threshold": {"anyOf": [{"type": "number"}, {"type": "string"}], "description": "Percent."},
                "unit": {"anyOf": [{"$ref": "#/$defs/Unit"}, {"type": "null"}], "default": None},
            },
        },
    },
    "type": "object",
    "title": "Parameters",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "maxLength": 100, "description": "Its name; unique. Always."},
        "unit": {"$ref": "#/$defs/Unit", "description": "The unit."},
        "alerts": {
            "anyOf": [{"type": "array", "items": {"$ref": "#/$defs/Alert"}}, {"type": "null"}],
            "description": "Thresholds.",
        },
        "services": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        "tags": {
            "anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]
        },
        "kind": {"const": "A"},
        "anything": {"description": "Whatever."},
    },
}


def test_a_schema_is_flattened() -> None:
    assert plain_schema(SCHEMA) == {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "description": "Its name; unique. Always."},
            "unit": {"type": "string", "description": "The unit. Allowed: DAILY, MONTHLY."},
            "alerts": {
                "type": "array",
                "description": "Thresholds.",
                "items": {
                    "type": "object",
                    "description": "A threshold.",
                    "required": ["threshold"],
                    "properties": {
                        "threshold": {"type": "number", "description": "Percent."},
                        "unit": {
                            "type": "string",
                            "description": "How long a period is. Allowed: DAILY, MONTHLY.",
                        },
                    },
                },
            },
            "services": {"type": "array", "items": {"type": "string"}},
            "tags": {"type": "object"},
            "kind": {"type": "string", "description": "Allowed: A."},
            "anything": {"type": "string", "description": "Whatever."},
        },
    }


def test_deeper_fields_can_be_left_out() -> None:
    shallow = plain_schema(SCHEMA, depth=1)["properties"]
    assert shallow["alerts"]["items"] == {"type": "object", "description": "A threshold."}
    assert plain_schema(SCHEMA, depth=0) == {"type": "object"}


def test_words_can_be_left_out_and_allowed_values_never_are() -> None:
    fields = plain_schema(SCHEMA, wording=Wording.NONE)["properties"]
    assert fields["name"] == {"type": "string"}
    assert fields["unit"] == {"type": "string", "description": "Allowed: DAILY, MONTHLY."}


def test_words_can_be_cut_to_their_beginning() -> None:
    fields = plain_schema(SCHEMA, wording=Wording.FIRST_SENTENCE)["properties"]
    assert fields["name"]["description"] == "Its name."
    assert fields["unit"]["description"] == "The unit. Allowed: DAILY, MONTHLY."


def test_parameters_can_be_left_out_but_for_those_that_are_required() -> None:
    fields = plain_schema(SCHEMA, leave_out=["name", "tags", "unit"])["properties"]
    assert set(fields) == {"name", "alerts", "services", "kind", "anything"}


def nodes(schema: dict[str, Any]) -> list[dict[str, Any]]:
    inner = [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]
    return [schema, *(node for each in inner for node in nodes(each))]


@pytest.mark.parametrize("action", ACTIONS.values(), ids=lambda each: each.name)
def test_every_action_is_told_in_these_words_only(action: Action) -> None:
    schema = action.schema()
    before = json.dumps(schema)
    plain = plain_schema(schema)
    assert json.dumps(schema) == before
    assert set(plain["properties"]) == set(schema["properties"])
    for node in nodes(plain):
        assert set(node) <= WORDS
        assert ("items" in node) == (node["type"] == "array")
        assert set(node.get("required", ())) <= set(node.get("properties", ()))
    assert all(field.get("description") for field in plain["properties"].values())


@pytest.mark.parametrize("action", ACTIONS.values(), ids=lambda each: each.name)
def test_the_example_is_of_the_types_that_it_tells(action: Action) -> None:
    kinds = {
        "object": dict,
        "array": list,
        "number": int | float,
        "integer": int,
        "boolean": bool,
        "string": str,
    }
    fields = plain_schema(action.schema())["properties"]
    for name, value in action.example.items():
        assert isinstance(value, kinds[fields[name]["type"]]), name
