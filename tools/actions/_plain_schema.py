"""A JSON Schema in the few words that every reader of tools knows: type, properties, required, items, description.

AgentCore Gateway takes no others (its shape SchemaDefinition), Bedrock Agents take little more, and a language
model reads less. References are followed, of alternatives the richest is shown, and what values are allowed stands
in the description.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any

Schema = Mapping[str, Any]

_RICHEST_FIRST = ("object", "array", "number", "integer", "boolean", "string")
_DEEPEST = 20
_FIRST = re.compile(r"(?P<sentence>.*?)[.;](\s|$)", re.DOTALL)


class Wording(StrEnum):
    """How much of a field's description is kept; the values that are allowed always are."""

    FULL = "FULL"
    FIRST_SENTENCE = "FIRST_SENTENCE"
    NONE = "NONE"


def plain_schema(
    schema: Schema,
    *,
    depth: int = _DEEPEST,
    wording: Wording = Wording.FULL,
    leave_out: Collection[str] = (),
) -> dict[str, Any]:
    """The schema of an action's parameters, flattened.

    `depth` is how many levels of fields are shown: 1 shows the parameters, and of an object among them no more
    than that it is one. `leave_out` names parameters that the reader need not know; required ones stay.
    """
    hidden = set(leave_out) - set(schema.get("required", ()))
    shown = {name: field for name, field in schema.get("properties", {}).items() if name not in hidden}
    return _Flattening(schema.get("$defs", {}), wording).plain({**schema, "properties": shown}, depth)


class _Flattening:
    """Follows a schema whose definitions are known."""

    def __init__(self, definitions: Mapping[str, Schema], wording: Wording) -> None:
        self._definitions = definitions
        self._wording = wording

    def plain(self, schema: Schema, depth: int) -> dict[str, Any]:
        chosen = self._resolved(schema)
        kind = chosen.get("type", "string")
        found: dict[str, Any] = {"type": kind}
        description = self._description(schema, chosen)
        if description:
            found["description"] = description
        if kind == "object" and depth > 0 and chosen.get("properties"):
            found["properties"] = {
                name: self.plain(field, depth - 1) for name, field in chosen["properties"].items()
            }
            if chosen.get("required"):
                found["required"] = list(chosen["required"])
        if kind == "array":
            found["items"] = self.plain(chosen.get("items", {}), depth)
        return found

    def _resolved(self, schema: Schema) -> Schema:
        """The schema itself, what it refers to, or the richest of its alternatives."""
        if "$ref" in schema:
            return self._resolved(self._definitions[schema["$ref"].rpartition("/")[2]])
        if "anyOf" in schema:
            return min((self._resolved(each) for each in schema["anyOf"]), key=_rank)
        return schema

    def _description(self, schema: Schema, chosen: Schema) -> str:
        """A field's own words, else those of what it is, and the values that are allowed."""
        words = " ".join(str(schema.get("description") or chosen.get("description", "")).split())
        first = _FIRST.match(words)
        if self._wording is Wording.NONE:
            words = ""
        elif self._wording is Wording.FIRST_SENTENCE and first is not None:
            words = f"{first['sentence']}."
        values = [chosen["const"]] if "const" in chosen else chosen.get("enum", ())
        allowed = f"Allowed: {', '.join(str(each) for each in values)}." if values else ""
        return " ".join(part for part in (words, allowed) if part)


def _rank(schema: Schema) -> int:
    kind = schema.get("type")
    return _RICHEST_FIRST.index(kind) if kind in _RICHEST_FIRST else len(_RICHEST_FIRST)
