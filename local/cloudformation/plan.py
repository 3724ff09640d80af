"""What a template would change in a stack, told before it is done."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from local.cloudformation.errors import ValidationError
from local.cloudformation.parameters import typed
from local.cloudformation.references import order
from local.cloudformation.resources.catalogue import RESOURCE_TYPES
from local.cloudformation.schemas import schema_of
from local.cloudformation.stack import Stack
from local.cloudformation.values import Lookup, Values

# What CloudFormation shows for a value that only making the resource will tell.
UNKNOWN: Final = "{{changeSet:KNOWN_AFTER_APPLY}}"


@dataclass(frozen=True)
class Change:
    """One resource to be added, modified or removed; `is_replaced` if it is made anew."""

    action: str
    logical_id: str
    type_name: str
    physical_id: str | None = None
    is_replaced: bool = False


@dataclass(frozen=True)
class Wish:
    """What a template, its parameters and its exports say about a stack."""

    stack: Stack
    template: Mapping[str, Any]
    parameters: Mapping[str, str]
    exports: Mapping[str, str]

    def values(self, look_up: Lookup) -> Values:
        """The resolver of the template's nodes."""
        chosen = typed(self.template.get("Parameters", {}), self.parameters)
        return Values(self.template, chosen, self.stack.place, look_up, self.exports)

    def wanted_ids(self, values: Values) -> list[str]:
        """The resources whose condition holds, in the order in which they are made."""
        resources = self.template["Resources"]
        return [
            name
            for name in order(resources)
            if "Condition" not in resources[name] or values.holds(resources[name]["Condition"])
        ]

    def properties(self, name: str, values: Values) -> dict[str, Any]:
        """The properties of a resource, in the types of its schema; a name that the stack made up stays.

        Raises ValidationError for those that its type does not have or the embedded AWS does not build.
        """
        body = self.template["Resources"][name]
        read = schema_of(body["Type"]).read(values.of(body.get("Properties", {})))
        kind = RESOURCE_TYPES[body["Type"]]
        not_built = sorted(read.keys() - kind.properties)
        if not_built:
            raise ValidationError(
                f"Template error: the embedded AWS does not build {', '.join(not_built)} of {kind.name} ({name})"
            )
        existing = self.stack.resources.get(name)
        if kind.name_property is not None and existing is not None:
            body_names_it = kind.name_property in body.get("Properties", {})
            if not body_names_it and kind.name_property in existing.properties:
                read[kind.name_property] = existing.properties[kind.name_property]
        return read


def changes_of(wish: Wish) -> list[Change]:
    """The changes, in the order in which they would be made. Raises ValidationError for what cannot be."""
    stack, fresh = wish.stack, set[str]()

    def look_up(name: str, attribute: str | None) -> Any:
        return UNKNOWN if name in fresh else stack.value_of(name, attribute)

    values = wish.values(look_up)
    wanted = wish.wanted_ids(values)
    changes: list[Change] = []
    for name in wanted:
        type_name = wish.template["Resources"][name]["Type"]
        existing = stack.resources.get(name)
        if existing is None:
            fresh.add(name)
            wish.properties(name, values)
            changes.append(Change("Add", name, type_name))
            continue
        if existing.type_name != type_name:
            raise ValidationError(
                "Update of resource type is not permitted. The new template modifies resource type of the "
                f"following resources: [{name}]"
            )
        changed = differing(existing.properties, wish.properties(name, values))
        if not changed:
            continue
        is_replaced = bool(changed & schema_of(type_name).create_only)
        if is_replaced:
            fresh.add(name)
        changes.append(Change("Modify", name, type_name, existing.made.physical_id, is_replaced))
    removed = [each for each in stack.resources.values() if each.logical_id not in wanted]
    changes += [Change("Remove", each.logical_id, each.type_name, each.made.physical_id) for each in removed]
    return changes


def changes_anything(wish: Wish, changes: list[Change], tags: Mapping[str, str]) -> bool:
    """Whether carrying out the wish would leave anything other than it is: resources, policies, outputs, tags."""
    before, after = wish.stack.template, wish.template
    if changes or dict(tags) != dict(wish.stack.tags):
        return True
    if before.get("Outputs") != after.get("Outputs"):
        return True
    for name in wish.stack.resources:
        for attribute in ("DeletionPolicy", "UpdateReplacePolicy", "Metadata"):
            if before["Resources"][name].get(attribute) != after["Resources"][name].get(attribute):
                return True
    return _shown_outputs(wish) != {each.key: each.value for each in wish.stack.outputs}


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> frozenset[str]:
    """The top-level properties that differ."""
    return frozenset(name for name in {*before, *after} if before.get(name) != after.get(name))


def _shown_outputs(wish: Wish) -> dict[str, str]:
    values = wish.values(wish.stack.value_of)
    return {
        key: str(values.of(body["Value"]))
        for key, body in wish.template.get("Outputs", {}).items()
        if "Condition" not in body or values.holds(body["Condition"])
    }
