"""YAML as plain values, without what surprises people in it. JSON is YAML too.

No key twice, no anchors (a few lines could become gigabytes), numbers with a point as Decimal. Account ids have to
be quoted, since YAML drops their leading zeros, or reads them as octal numbers.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import yaml  # type: ignore[import-untyped]

from tools.domain.errors import GovernanceFileInvalid

LARGEST_BYTES = 200_000
"""Of a file, in UTF-8; an item of DynamoDB, in which the last good text is kept, has 400 KB at most."""


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """SafeLoader that refuses repetition and keeps numbers exact."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse anchors."""
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise yaml.constructor.ConstructorError(None, None, "anchors are not allowed", event.start_mark)
        return super().compose_node(parent, index)


def text_of(content: bytes) -> str:
    """The text of a file. Raises GovernanceFileInvalid if it is none."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise GovernanceFileInvalid.because("file", f"is no text in UTF-8: {error.reason}") from error


def read_yaml(text: str) -> Any:
    """The value that a text holds. Raises GovernanceFileInvalid, saying in which line it is wrong."""
    size = len(text.encode(errors="replace"))
    if size > LARGEST_BYTES:
        raise GovernanceFileInvalid.because("file", f"has {size:,} bytes", f"at most {LARGEST_BYTES:,}")
    try:
        # Safe: the loader is a SafeLoader with constructors of plain values.
        return yaml.load(text, _Loader)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = "file" if mark is None else f"line {mark.line + 1}"
        raise GovernanceFileInvalid.because(where, f"is no YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise GovernanceFileInvalid.because("file", f"is no YAML: {error}") from error
    except (ValueError, OverflowError, RecursionError) as error:
        raise GovernanceFileInvalid.because("file", f"holds a value that cannot be read: {error}") from error


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {key!r} is no text; put it in quotes", key_node.start_mark
            )
        if key in found:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key '{key}' is there twice", key_node.start_mark
            )
        found[key] = loader.construct_object(value_node, deep=True)
    return found


def _decimal(loader: _Loader, node: yaml.ScalarNode) -> Decimal:
    return Decimal(str(loader.construct_scalar(node)).replace("_", ""))


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:float", _decimal)
