"""Templates as people write them, YAML with short forms or JSON, as plain mappings."""

from typing import Any

import yaml  # type: ignore[import-untyped]

from local.cloudformation.errors import ValidationError

Document = dict[str, Any]

# The only short forms whose long form has no `Fn::` before it.
_BARE = ("Ref", "Condition")


class _Loader(yaml.CSafeLoader):  # type: ignore[misc]
    """YAML with CloudFormation's tags; dates stay text, and no key may come twice."""


def read_template(text: str) -> Document:
    """The template with every short form (`!Ref x`) in its long form (`{"Ref": "x"}`).

    Raises ValidationError in CloudFormation's words if it is no template at all.
    """
    try:
        # Safe: the loader is a SafeLoader with constructors of plain mappings.
        parsed = yaml.load(text, _Loader)  # noqa: S506
    except yaml.YAMLError as error:
        raise ValidationError(f"Template format error: YAML not well-formed. {error}") from error
    if not isinstance(parsed, dict):
        raise ValidationError("Template format error: unsupported structure.")
    return parsed


def _construct_short_form(loader: _Loader, name: str, node: yaml.Node) -> Document:
    value = _construct(loader, node)
    if name == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {name if name in _BARE else f"Fn::{name}": value}


def _construct(loader: _Loader, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return _construct_mapping(loader, node)


def _construct_mapping(loader: _Loader, node: yaml.Node) -> Document:
    if not isinstance(node, yaml.MappingNode):
        raise ValidationError("Template format error: unsupported structure.")
    mapping: Document = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in mapping:
            raise ValidationError(f"Template format error: duplicate key {key} ({key_node.start_mark})")
        mapping[key] = loader.construct_object(value_node, deep=True)
    return mapping


def _construct_text(loader: _Loader, node: yaml.Node) -> Any:  # noqa: ARG001
    return node.value


_Loader.add_multi_constructor("!", _construct_short_form)
_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _construct_mapping)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _construct_text)
