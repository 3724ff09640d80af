"""Lambda functions, their versions, aliases and resource policies."""

import re
from typing import Any

from local.cloudformation.resources._resource import (
    Made,
    Properties,
    ResourceFailed,
    ResourceType,
    Services,
    pick,
)

_CONFIGURATION = (
    "DeadLetterConfig",
    "Description",
    "Environment",
    "EphemeralStorage",
    "Handler",
    "Layers",
    "LoggingConfig",
    "MemorySize",
    "Role",
    "Runtime",
    "SnapStart",
    "Timeout",
    "TracingConfig",
)
# What UpdateFunctionConfiguration takes for a property that the template no longer has.
_DEFAULTS: dict[str, Any] = {
    "DeadLetterConfig": {"TargetArn": ""},
    "Description": "",
    "Environment": {"Variables": {}},
    "EphemeralStorage": {"Size": 512},
    "Layers": [],
    "LoggingConfig": {"LogFormat": "Text"},
    "MemorySize": 128,
    "SnapStart": {"ApplyOn": "None"},
    "Timeout": 3,
    "TracingConfig": {"Mode": "PassThrough"},
}


class Function(ResourceType):
    """A function with code in S3."""

    name = "AWS::Lambda::Function"
    name_property = "FunctionName"
    properties = frozenset(
        (
            *_CONFIGURATION,
            "FunctionName",
            "Code",
            "Architectures",
            "ReservedConcurrentExecutions",
            "PackageType",
        )
    )

    def create(self, services: Services, wanted: Properties) -> Made:
        """CreateFunction."""
        function = services("lambda").create_function(
            **pick(wanted, *_CONFIGURATION, "FunctionName", "Code", "Architectures", "PackageType")
        )
        return Made(wanted["FunctionName"], {"Arn": function["FunctionArn"]})

    def complete(self, services: Services, made: Made, wanted: Properties) -> None:
        """Reserve its concurrency."""
        if "ReservedConcurrentExecutions" in wanted:
            _reserve(services("lambda"), made.physical_id, wanted["ReservedConcurrentExecutions"])

    def update(self, services: Services, made: Made, before: Properties, wanted: Properties) -> None:
        """Change code, configuration and concurrency, each only if its properties changed.

        New content under the same bucket, key and version is not seen, as CloudFormation does not look.
        """
        functions, name = services("lambda"), made.physical_id
        code = ("Code", "Architectures")
        if pick(before, *code) != pick(wanted, *code):
            functions.update_function_code(
                FunctionName=name, **wanted["Code"], **pick(wanted, "Architectures")
            )
        changed = {each for each in _CONFIGURATION if before.get(each) != wanted.get(each)}
        if changed:
            settings = {each: wanted.get(each, _DEFAULTS.get(each)) for each in changed}
            functions.update_function_configuration(FunctionName=name, **settings)
        reserved = wanted.get("ReservedConcurrentExecutions")
        if before.get("ReservedConcurrentExecutions") != reserved:
            _reserve(functions, name, reserved)

    def delete(self, services: Services, made: Made, properties: Properties) -> None:
        """DeleteFunction with all its versions."""
        services("lambda").delete_function(FunctionName=made.physical_id)


class Version(ResourceType):
    """A published version."""

    name = "AWS::Lambda::Version"
    properties = frozenset(("FunctionName", "CodeSha256", "Description"))

    def create(self, services: Services, wanted: Properties) -> Made:
        """PublishVersion, which must make a new one."""
        functions, function = services("lambda"), wanted["FunctionName"]
        listed = functions.list_versions_by_function(FunctionName=function)["Versions"]
        there = {each["Version"] for each in listed}
        published = functions.publish_version(**pick(wanted, "FunctionName", "CodeSha256", "Description"))
        if published["Version"] in there:
            raise ResourceFailed(
                f"A version for this Lambda function exists ( {published['Version']} ). Modify the function to "
                "create a new version.",
                "AlreadyExists",
            )
        arn = published["FunctionArn"]
        return Made(arn, {"Version": published["Version"], "FunctionArn": arn})

    def update(self, services: Services, made: Made, before: Properties, wanted: Properties) -> None:
        """Nothing: every property of a version is create-only."""

    def delete(self, services: Services, made: Made, properties: Properties) -> None:
        """Delete the version; AWS refuses while an alias points to it."""
        services("lambda").delete_function(
            FunctionName=properties["FunctionName"], Qualifier=made.attributes["Version"]
        )


class Alias(ResourceType):
    """An alias of a version."""

    name = "AWS::Lambda::Alias"
    properties = frozenset(("FunctionName", "FunctionVersion", "Name", "Description"))

    def create(self, services: Services, wanted: Properties) -> Made:
        """CreateAlias."""
        arn = services("lambda").create_alias(**wanted)["AliasArn"]
        return Made(arn, {"AliasArn": arn})

    def update(self, services: Services, made: Made, before: Properties, wanted: Properties) -> None:
        """UpdateAlias."""
        services("lambda").update_alias(**{"Description": "", **wanted})

    def delete(self, services: Services, made: Made, properties: Properties) -> None:
        """DeleteAlias."""
        services("lambda").delete_alias(**pick(properties, "FunctionName", "Name"))


class Permission(ResourceType):
    """A statement of a function's or alias's resource policy."""

    name = "AWS::Lambda::Permission"
    properties = frozenset(
        ("Action", "FunctionName", "Principal", "SourceAccount", "SourceArn", "PrincipalOrgID")
    )

    def create(self, services: Services, wanted: Properties) -> Made:
        """AddPermission; the statement's id says what it allows to whom."""
        target = _target(wanted["FunctionName"])
        parts = (
            target.get("Qualifier", ""),
            wanted["Action"],
            wanted["Principal"],
            wanted.get("SourceArn", ""),
        )
        statement = re.sub("[^a-zA-Z0-9_-]+", "-", "-".join(parts)).strip("-")[:100]
        given = {name: held for name, held in wanted.items() if name != "FunctionName"}
        services("lambda").add_permission(**target, StatementId=statement, **given)
        return Made(statement, {"Id": statement})

    def update(self, services: Services, made: Made, before: Properties, wanted: Properties) -> None:
        """Nothing: every property of a permission is create-only."""

    def delete(self, services: Services, made: Made, properties: Properties) -> None:
        """RemovePermission."""
        target = _target(properties["FunctionName"])
        services("lambda").remove_permission(**target, StatementId=made.physical_id)


def _target(function: str) -> dict[str, str]:
    """Function and qualifier apart: `arn:aws:lambda:...:function:name:live` names both."""
    parts = function.split(":")
    if len(parts) == 8:
        return {"FunctionName": ":".join(parts[:7]), "Qualifier": parts[7]}
    return {"FunctionName": function}


def _reserve(functions: Any, name: str, concurrency: int | None) -> None:
    if concurrency is None:
        functions.delete_function_concurrency(FunctionName=name)
    else:
        functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=concurrency)
