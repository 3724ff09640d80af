"""Parameters that came as texts, as the types that an action's JSON Schema wants.

Callers that know texts only (Bedrock Agents) send `"3"`, `"true"` and `"[a, b]"`. What cannot be converted stays a
text, so that the action's own check says what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from agent.loose_values import structure_in

_WHOLE = re.compile(r"[+-]?[0-9]{1,30}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?")
_DEEPEST = 20

Schema = Mapping[str, Any]


def typed(raw: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    """The parameters as the JSON Schema of an object types them; what it does not know stays as it is."""
    return _Typing(schema.get("$defs", {})).members(raw, schema, 0)


class _Typing:
    """Follows a schema whose definitions are known."""

    def __init__(self, definitions: Mapping[str, Schema]) -> None:
        self._definitions = definitions

    def members(self, raw: Mapping[str, Any], schema: Schema, depth: int) -> dict[str, Any]:
        known, others = schema.get("properties", {}), schema.get("additionalProperties")
        rest = others if isinstance(others, Mapping) else {}
        return {name: self._typed(value, known.get(name, rest), depth + 1) for name, value in raw.items()}

    def _typed(self, value: Any, schema: Schema, depth: int) -> Any:
        if depth > _DEEPEST:
            return value
        options = self._options(schema, 0)
        if isinstance(value, str):
            return self._from_text(value, options, depth)
        if isinstance(value, Mapping):
            chosen = _of_type(options, "object")
            return value if chosen is None else self.members(value, chosen, depth)
        if isinstance(value, list):
            chosen = _of_type(options, "array")
            items = {} if chosen is None else chosen.get("items", {})
            return [self._typed(each, items, depth + 1) for each in value]
        return value

    def _from_text(self, text: str, options: Sequence[Schema], depth: int) -> Any:
        spelled = text.strip()
        if spelled[:1] in ("[", "{"):
            structure = structure_in(spelled)
            wanted = "array" if isinstance(structure, list) else "object"
            if structure is not None and _of_type(options, wanted) is not None:
                return self._typed(structure, {"anyOf": options}, depth)
        choices = [choice for each in options for choice in each.get("enum", ())]
        meant = [each for each in choices if isinstance(each, str) and each.casefold() == spelled.casefold()]
        if len(meant) == 1:
            return meant[0]
        if any(each.get("type") == "string" and "enum" not in each for each in options):
            return text
        return _plain(spelled, {each.get("type") for each in options}, text)

    def _options(self, schema: Schema, depth: int) -> list[Schema]:
        """The alternatives of a schema, without references; none of one that refers to itself."""
        if depth > _DEEPEST:
            return []
        named = schema.get("$ref")
        if isinstance(named, str):
            return self._options(self._definitions.get(named.rpartition("/")[2], {}), depth + 1)
        alternatives = schema.get("anyOf")
        if alternatives is None:
            return [schema]
        return [option for each in alternatives for option in self._options(each, depth + 1)]


def _of_type(options: Sequence[Schema], wanted: str) -> Schema | None:
    return next((each for each in options if each.get("type") == wanted), None)


def _plain(spelled: str, types: set[Any], otherwise: str) -> Any:
    """A truth value, a number or null, where one of them is wanted and spelled."""
    lowered = spelled.lower()
    if "boolean" in types and lowered in ("true", "false"):
        return lowered == "true"
    if types & {"integer", "number"} and _WHOLE.fullmatch(spelled):
        return int(spelled)
    if "number" in types and _NUMBER.fullmatch(spelled):
        return float(spelled)
    if "null" in types and lowered in ("null", "none"):
        return None
    return otherwise
