"""What a template's resources refer to, and so the order in which they are made."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from local.cloudformation.errors import ValidationError

# A name in a Fn::Sub text; `${!Literal}` is none.
SUBSTITUTION = re.compile(r"\$\{([^!}][^}]*)\}")


def names_in(node: Any) -> Iterator[str]:
    """Every resource or parameter that Ref, Fn::GetAtt and Fn::Sub name anywhere in `node`."""
    if isinstance(node, list):
        for each in node:
            yield from names_in(each)
        return
    if not isinstance(node, Mapping):
        return
    for key, value in node.items():
        if key == "Ref" and isinstance(value, str):
            yield value
        elif key == "Fn::GetAtt":
            yield (value if isinstance(value, list) else str(value).split("."))[0]
        elif key == "Fn::Sub":
            text, own = value if isinstance(value, list) else (value, {})
            yield from (name.split(".")[0].strip() for name in SUBSTITUTION.findall(text) if name not in own)
            yield from names_in(own)
        else:
            yield from names_in(value)


def order(resources: Mapping[str, Any]) -> list[str]:
    """The logical ids, each after those it refers to or depends on; otherwise as the template lists them.

    Raises ValidationError for a circle.
    """
    needs = {name: _needs(body) & resources.keys() - {name} for name, body in resources.items()}
    ordered: list[str] = []
    while len(ordered) < len(resources):
        ready = [name for name in resources if name not in ordered and needs[name] <= set(ordered)]
        if not ready:
            left = [name for name in resources if name not in ordered]
            raise ValidationError(f"Circular dependency between resources: [{', '.join(left)}]")
        ordered.append(ready[0])
    return ordered


def _needs(body: Mapping[str, Any]) -> set[str]:
    depends = body.get("DependsOn", [])
    return {*names_in(body.get("Properties", {})), *([depends] if isinstance(depends, str) else depends)}
