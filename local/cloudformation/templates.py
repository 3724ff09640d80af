"""A template checked as a whole, before anything is made of it."""

from collections.abc import Iterable, Mapping
from typing import Any

from local.cloudformation.documents import Document, read_template
from local.cloudformation.errors import InsufficientCapabilities, ValidationError
from local.cloudformation.references import names_in, order
from local.cloudformation.resources.catalogue import RESOURCE_TYPES
from local.cloudformation.schemas import schema_of

_SECTIONS = frozenset(
    (
        "AWSTemplateFormatVersion",
        "Description",
        "Metadata",
        "Parameters",
        "Mappings",
        "Conditions",
        "Resources",
        "Outputs",
    )
)
_NOT_BUILT = ("Rules", "Transform", "Hooks")
_RESOURCE_ATTRIBUTES = frozenset(
    ("Type", "Properties", "Condition", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy", "Metadata")
)
_POLICIES = ("Delete", "Retain", "RetainExceptOnCreate")
_PSEUDO = frozenset(
    (
        "AWS::AccountId",
        "AWS::NoValue",
        "AWS::Partition",
        "AWS::Region",
        "AWS::StackId",
        "AWS::StackName",
        "AWS::URLSuffix",
    )
)


def checked(body: str) -> Document:
    """The template, if it holds together: known sections, types that are built, references that lead somewhere.

    Raises ValidationError.
    """
    template = read_template(body)
    for section in template:
        if section in _NOT_BUILT:
            raise ValidationError(f"Template error: the embedded AWS does not build the section {section}")
        if section not in _SECTIONS:
            raise ValidationError(f"Invalid template property or properties [{section}]")
    if not template.get("Resources"):
        raise ValidationError("Template format error: At least one Resources member must be defined.")
    for name, resource in template["Resources"].items():
        _check_resource(name, resource, template)
    _check_references(template)
    order(template["Resources"])
    return template


def check_capabilities(template: Mapping[str, Any], given: Iterable[str]) -> None:
    """Raise InsufficientCapabilities if the template makes IAM resources without the caller's consent."""
    needed = capabilities_of(template)
    # Consent to named resources is consent to all.
    if needed and not {*needed, "CAPABILITY_NAMED_IAM"} & set(given):
        raise InsufficientCapabilities(f"Requires capabilities : [{needed[0]}]")


def capabilities_of(template: Mapping[str, Any]) -> list[str]:
    """What a caller has to consent to: IAM resources, and whether they have names of their own."""
    making = [each for each in template["Resources"].values() if each["Type"].startswith("AWS::IAM::")]
    if not making:
        return []
    is_named = any(
        RESOURCE_TYPES[each["Type"]].name_property in each.get("Properties", {}) for each in making
    )
    return ["CAPABILITY_NAMED_IAM" if is_named else "CAPABILITY_IAM"]


def _check_resource(name: str, resource: Any, template: Mapping[str, Any]) -> None:
    if not isinstance(resource, Mapping) or "Type" not in resource:
        raise ValidationError(
            f"Template format error: [/Resources/{name}] Every Resources object must contain a Type member."
        )
    unknown = resource.keys() - _RESOURCE_ATTRIBUTES
    if unknown:
        raise ValidationError(
            f"Template error: the embedded AWS does not build {', '.join(sorted(unknown))} of resources ({name})"
        )
    schema_of(resource["Type"])
    if resource["Type"] not in RESOURCE_TYPES:
        raise ValidationError(f"Template error: the embedded AWS does not build {resource['Type']} ({name})")
    if "Condition" in resource and resource["Condition"] not in template.get("Conditions", {}):
        raise ValidationError(
            f"Template format error: Unresolved condition dependency {resource['Condition']} in the "
            "Resources block of the template"
        )
    for attribute in ("DeletionPolicy", "UpdateReplacePolicy"):
        if resource.get(attribute, "Delete") not in _POLICIES:
            raise ValidationError(
                f"Template error: the embedded AWS does not build {attribute} {resource[attribute]}"
            )


def _check_references(template: Mapping[str, Any]) -> None:
    resources = template["Resources"]
    given = {*template.get("Parameters", {}), *_PSEUDO}
    depends = {each for body in resources.values() for each in _depends_on(body)}
    sections = (
        ("Resources", {*names_in(resources), *depends}, {*resources, *given}),
        ("Outputs", {*names_in(template.get("Outputs", {}))}, {*resources, *given}),
        ("Conditions", {*names_in(template.get("Conditions", {}))}, given),
    )
    for section, named, known in sections:
        unresolved = sorted(named - known)
        if unresolved:
            raise ValidationError(
                f"Template format error: Unresolved resource dependencies [{', '.join(unresolved)}] in the "
                f"{section} block of the template"
            )


def _depends_on(body: Mapping[str, Any]) -> list[str]:
    depends = body.get("DependsOn", [])
    return [depends] if isinstance(depends, str) else depends
