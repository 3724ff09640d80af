"""The intrinsic functions: what the nodes of a template come to for one stack."""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from local.cloudformation.errors import ValidationError
from local.cloudformation.place import Place
from local.cloudformation.references import SUBSTITUTION

# AWS::NoValue: the property is as if it were not there.
NOTHING: Final = object()

# (logical id, attribute or None for Ref) to value; None if the template has no such resource here.
Lookup = Callable[[str, str | None], Any]


class Values:
    """Resolves nodes with the stack's parameters and the resources made so far."""

    def __init__(
        self,
        template: Mapping[str, Any],
        parameters: Mapping[str, Any],
        place: Place,
        look_up: Lookup,
        exports: Mapping[str, str],
    ) -> None:
        self._template = template
        self._named: dict[str, Any] = {**place.pseudo_parameters, **parameters, "AWS::NoValue": NOTHING}
        self._look_up = look_up
        self._exports = exports

    def of(self, node: Any) -> Any:
        """The value of a node, without what comes to nothing. Raises ValidationError."""
        if isinstance(node, list):
            values = [self.of(each) for each in node]
            return [each for each in values if each is not NOTHING]
        if not isinstance(node, Mapping):
            return node
        if len(node) == 1:
            ((name, argument),) = node.items()
            if name == "Ref" or name.startswith("Fn::"):
                return self._call(name, argument)
        held = {name: self.of(each) for name, each in node.items()}
        return {name: each for name, each in held.items() if each is not NOTHING}

    def holds(self, condition: Any) -> bool:
        """Whether a condition, by name or spelled out, is true. Raises ValidationError."""
        if isinstance(condition, str):
            conditions = self._template.get("Conditions", {})
            if condition not in conditions:
                raise ValidationError(f"Template format error: Unresolved condition {condition}")
            return self.holds(conditions[condition])
        ((name, argument),) = condition.items()
        if name == "Condition":
            return self.holds(argument)
        if name == "Fn::Equals":
            one, other = (_as_compared(self.of(each)) for each in argument)
            return bool(one == other)
        if name == "Fn::Not":
            return not self.holds(argument[0])
        if name in ("Fn::And", "Fn::Or"):
            return (all if name == "Fn::And" else any)(self.holds(each) for each in argument)
        raise ValidationError(f"Template error: {name} is no condition function")

    def _call(self, name: str, argument: Any) -> Any:
        function = _FUNCTIONS.get(name)
        if function is None:
            raise ValidationError(f"Template error: the embedded AWS does not build {name}")
        return function(self, argument)

    def _ref(self, name: str) -> Any:
        if name in self._named:
            return self._named[name]
        return self._resource(name, None)

    def _resource(self, name: str, attribute: str | None) -> Any:
        found = self._look_up(name, attribute)
        if found is None:
            raise ValidationError(
                f"Template format error: Unresolved resource dependencies [{name}] in the template"
            )
        return found

    def _get_att(self, argument: Any) -> Any:
        name, attribute = argument if isinstance(argument, list) else argument.split(".", 1)
        return self._resource(name, self.of(attribute))

    def _sub(self, argument: Any) -> str:
        text, own = argument if isinstance(argument, list) else (argument, {})
        given = {name: self.of(each) for name, each in own.items()}

        def fill_in(name: str) -> str:
            if name in given:
                return _as_text(given[name])
            return _as_text(self._get_att(name) if "." in name else self._ref(name))

        filled = SUBSTITUTION.sub(lambda match: fill_in(match[1].strip()), text)
        return filled.replace("${!", "${")

    def _if(self, argument: Any) -> Any:
        condition, if_true, if_false = argument
        return self.of(if_true if self.holds(condition) else if_false)

    def _join(self, argument: Any) -> str:
        separator, parts = argument
        return str(separator).join(_as_text(each) for each in self.of(parts))

    def _split(self, argument: Any) -> list[str]:
        separator, text = argument
        return _as_text(self.of(text)).split(separator)

    def _select(self, argument: Any) -> Any:
        index, choices = self.of(argument[0]), self.of(argument[1])
        try:
            return choices[int(index)]
        except IndexError as error:
            raise ValidationError(
                f"Template error: Fn::Select cannot select nonexistent value at index {index}"
            ) from error

    def _find_in_map(self, argument: Any) -> Any:
        path = [_as_text(self.of(each)) for each in argument]
        found: Any = self._template.get("Mappings", {})
        for each in path:
            if each not in found:
                raise ValidationError(f"Template error: Unable to get mapping for {'::'.join(path)}")
            found = found[each]
        return found

    def _base64(self, argument: Any) -> str:
        return base64.b64encode(_as_text(self.of(argument)).encode()).decode()

    def _to_json(self, argument: Any) -> str:
        return json.dumps(self.of(argument))

    def _import(self, argument: Any) -> str:
        name = _as_text(self.of(argument))
        if name not in self._exports:
            raise ValidationError(f"No export named {name} found.")
        return self._exports[name]


_FUNCTIONS: Mapping[str, Callable[[Values, Any], Any]] = {
    "Ref": Values._ref,
    "Fn::Base64": Values._base64,
    "Fn::FindInMap": Values._find_in_map,
    "Fn::GetAtt": Values._get_att,
    "Fn::If": Values._if,
    "Fn::ImportValue": Values._import,
    "Fn::Join": Values._join,
    "Fn::Select": Values._select,
    "Fn::Split": Values._split,
    "Fn::Sub": Values._sub,
    "Fn::ToJsonString": Values._to_json,
}


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _as_compared(value: Any) -> Any:
    """Fn::Equals compares text; what a parameter holds always is."""
    return value if isinstance(value, list) else _as_text(value)
