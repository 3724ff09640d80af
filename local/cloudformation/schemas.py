"""What CloudFormation knows of each resource type: its properties, and which of them replace the resource.

The schemas are AWS's own, as cfn-lint ships them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from local.cloudformation.errors import ValidationError

_REGION = "us-east-1"


@dataclass(frozen=True)
class Schema:
    """One resource type as AWS describes it."""

    type_name: str
    body: Mapping[str, Any]

    @property
    def create_only(self) -> frozenset[str]:
        """The top-level properties whose change makes a new resource in place of the old one."""
        paths = [
            *self.body.get("createOnlyProperties", ()),
            *self.body.get("conditionalCreateOnlyProperties", ()),
        ]
        return frozenset(path.split("/")[2] for path in paths)

    def read(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        """The properties with their scalars in the types of the schema, as AWS converts them.

        Raises ValidationError for a property the type does not have, a required one that is missing, or a
        value that cannot be converted.
        """
        shape = {**self.body, "type": "object"}
        read_only = {
            path.split("/")[2] for path in self.body.get("readOnlyProperties", ()) if path.count("/") == 2
        }
        given = read_only & properties.keys()
        if given:
            raise ValidationError(f"Encountered readonly properties: {sorted(given)} in {self.type_name}")
        read: dict[str, Any] = self._convert(properties, shape, "")
        return read

    def _convert(self, value: Any, shape: Mapping[str, Any], path: str) -> Any:
        if "$ref" in shape:
            shape = {
                **self.body["definitions"][shape["$ref"].rpartition("/")[2]],
                **_without_reference(shape),
            }
        if isinstance(value, Mapping):
            return self._convert_mapping(value, shape, path)
        if isinstance(value, list):
            items = shape.get("items") or next(
                (each for each in self._alternatives(shape) if "items" in each), {}
            ).get("items", {})
            return [self._convert(each, items, f"{path}/{index}") for index, each in enumerate(value)]
        return self._convert_scalar(value, shape, path)

    def _convert_mapping(
        self, value: Mapping[str, Any], shape: Mapping[str, Any], path: str
    ) -> dict[str, Any]:
        known = shape.get("properties", {})
        patterns = shape.get("patternProperties", {})
        if shape.get("additionalProperties") is False and not patterns:
            for name in value:
                if name not in known:
                    raise ValidationError(
                        f"Encountered unsupported property {path.lstrip('/') + '/' if path else ''}{name} "
                        f"in {self.type_name}"
                    )
        missing = [name for name in shape.get("required", ()) if name not in value]
        if missing and known:
            raise ValidationError(
                f"Properties validation failed for {self.type_name}: #{path}: "
                f"required key [{missing[0]}] not found"
            )
        other: Mapping[str, Any] = next(iter(patterns.values()), {})
        return {
            name: self._convert(held, known.get(name, other), f"{path}/{name}")
            for name, held in value.items()
        }

    def _convert_scalar(self, value: Any, shape: Mapping[str, Any], path: str) -> Any:
        types = shape.get("type", ())
        wanted = [types] if isinstance(types, str) else list(types)
        try:
            if "string" in wanted or not wanted:
                return _as_text(value) if "string" in wanted else value
            if "integer" in wanted:
                return int(str(value))
            if "number" in wanted:
                return _as_number(value)
            if "boolean" in wanted:
                return _as_boolean(value)
        except ValueError as error:
            raise ValidationError(
                f"Properties validation failed for {self.type_name}: #{path}: expected type: "
                f"{wanted[0].capitalize()}, found: {value!r}"
            ) from error
        raise ValidationError(
            f"Properties validation failed for {self.type_name}: #{path}: expected type: "
            f"{wanted[0].capitalize()}, found: {value!r}"
        )

    def _alternatives(self, shape: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        found = [*shape.get("oneOf", ()), *shape.get("anyOf", ())]
        return [
            self.body["definitions"][each["$ref"].rpartition("/")[2]] if "$ref" in each else each
            for each in found
        ]


def schema_of(type_name: str) -> Schema:
    """The schema of a resource type. Raises ValidationError if AWS has no such type."""
    if type_name not in _files():
        raise ValidationError(f"Template format error: Unrecognized resource types: [{type_name}]")
    return _read_schema(type_name)


@cache
def _read_schema(type_name: str) -> Schema:
    path = _folder() / "resources" / f"{_files()[type_name]}.json"
    return Schema(type_name, json.loads(path.read_text(encoding="utf-8")))


@cache
def _files() -> Mapping[str, str]:
    found: Mapping[str, str] = json.loads(
        (_folder() / "providers" / f"{_REGION}.json").read_text(encoding="utf-8")
    )
    return found


@cache
def _folder() -> Path:
    # Only where it is: importing cfn-lint itself takes a second.
    found = find_spec("cfnlint")
    if found is None or found.origin is None:
        raise FileNotFoundError("cfn-lint, whose schemas CloudFormation is built on, is not installed")
    return Path(found.origin).parent / "data" / "schemas"


def _without_reference(shape: Mapping[str, Any]) -> dict[str, Any]:
    return {name: held for name, held in shape.items() if name != "$ref"}


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _as_number(value: Any) -> int | float:
    number = float(str(value))
    return int(number) if number.is_integer() else number


def _as_boolean(value: Any) -> bool:
    if _as_text(value) not in ("true", "false"):
        raise ValueError(value)
    return _as_text(value) == "true"
