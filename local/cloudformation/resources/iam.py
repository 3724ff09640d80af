"""Roles and managed policies."""

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from local.cloudformation.resources._resource import Made, Properties, ResourceType, Services, pick

# Source: IAM quotas, versions of a managed policy.
_MOST_VERSIONS = 5


class Role(ResourceType):
    """A role with its inline and attached policies."""

    name = "AWS::IAM::Role"
    name_property = "RoleName"
    properties = frozenset(
        (
            "RoleName",
            "Path",
            "Description",
            "MaxSessionDuration",
            "AssumeRolePolicyDocument",
            "Policies",
            "ManagedPolicyArns",
            "PermissionsBoundary",
            "Tags",
        )
    )

    def create(self, services: Services, wanted: Properties) -> Made:
        """CreateRole."""
        role = services("iam").create_role(
            **pick(
                wanted, "RoleName", "Path", "Description", "MaxSessionDuration", "PermissionsBoundary", "Tags"
            ),
            AssumeRolePolicyDocument=_document(wanted["AssumeRolePolicyDocument"]),
        )["Role"]
        return Made(role["RoleName"], {"Arn": role["Arn"], "RoleId": role["RoleId"]})

    def complete(self, services: Services, made: Made, wanted: Properties) -> None:
        """Put and attach its policies."""
        _change_policies(services("iam"), made.physical_id, {}, wanted)

    def update(self, services: Services, made: Made, before: Properties, wanted: Properties) -> None:
        """Change trust, description, boundary, tags and policies."""
        iam, name = services("iam"), made.physical_id
        if before["AssumeRolePolicyDocument"] != wanted["AssumeRolePolicyDocument"]:
            trust = _document(wanted["AssumeRolePolicyDocument"])
            iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust)
        settings = ("Description", "MaxSessionDuration")
        if pick(before, *settings) != pick(wanted, *settings):
            iam.update_role(
                RoleName=name,
                Description=wanted.get("Description", ""),
                MaxSessionDuration=wanted.get("MaxSessionDuration", 3600),
            )
        if before.get("PermissionsBoundary") != wanted.get("PermissionsBoundary"):
            if "PermissionsBoundary" in wanted:
                iam.put_role_permissions_boundary(RoleName=name, **pick(wanted, "PermissionsBoundary"))
            else:
                iam.delete_role_permissions_boundary(RoleName=name)
        if before.get("Tags") != wanted.get("Tags"):
            iam.untag_role(RoleName=name, TagKeys=[tag["Key"] for tag in before.get("Tags", [])])
            iam.tag_role(RoleName=name, Tags=wanted.get("Tags", []))
        _change_policies(iam, name, before, wanted)

    def delete(self, services: Services, made: Made, properties: Properties) -> None:
        """Remove the policies the stack gave it, then the role; AWS refuses if others gave it more."""
        iam = services("iam")
        _change_policies(iam, made.physical_id, properties, {})
        iam.delete_role(RoleName=made.physical_id)


class ManagedPolicy(ResourceType):
    """A customer managed policy."""

    name = "AWS::IAM::ManagedPolicy"
    name_property = "ManagedPolicyName"
    properties = frozenset(("ManagedPolicyName", "Path", "Description", "PolicyDocument"))

    def create(self, services: Services, wanted: Properties) -> Made:
        """CreatePolicy."""
        policy = services("iam").create_policy(
            PolicyName=wanted["ManagedPolicyName"],
            PolicyDocument=_document(wanted["PolicyDocument"]),
            **pick(wanted, "Path", "Description"),
        )["Policy"]
        return Made(policy["Arn"], {"PolicyArn": policy["Arn"], "PolicyId": policy["PolicyId"]})

    def update(self, services: Services, made: Made, before: Properties, wanted: Properties) -> None:
        """A new default version; the oldest makes room."""
        iam, arn = services("iam"), made.physical_id
        versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
        if len(versions) >= _MOST_VERSIONS:
            oldest = min((each for each in versions if not each["IsDefaultVersion"]), key=_number)
            iam.delete_policy_version(PolicyArn=arn, VersionId=oldest["VersionId"])
        document = _document(wanted["PolicyDocument"])
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)

    def delete(self, services: Services, made: Made, properties: Properties) -> None:
        """DeletePolicy with all its versions; AWS refuses while it is attached."""
        iam, arn = services("iam"), made.physical_id
        for version in iam.list_policy_versions(PolicyArn=arn)["Versions"]:
            if not version["IsDefaultVersion"]:
                iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
        iam.delete_policy(PolicyArn=arn)


def _change_policies(iam: Any, role: str, before: Properties, wanted: Properties) -> None:
    had = {each["PolicyName"]: each["PolicyDocument"] for each in before.get("Policies", [])}
    wants = {each["PolicyName"]: each["PolicyDocument"] for each in wanted.get("Policies", [])}
    for name in had.keys() - wants.keys():
        _unless_gone(iam.delete_role_policy, RoleName=role, PolicyName=name)
    for name, document in wants.items():
        if had.get(name) != document:
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=_document(document))
    attached, to_attach = set(before.get("ManagedPolicyArns", [])), set(wanted.get("ManagedPolicyArns", []))
    for arn in sorted(attached - to_attach):
        _unless_gone(iam.detach_role_policy, RoleName=role, PolicyArn=arn)
    for arn in sorted(to_attach - attached):
        iam.attach_role_policy(RoleName=role, PolicyArn=arn)


def _unless_gone(remove: Callable[..., Any], **what: str) -> None:
    """A change that failed half-way is undone as a whole: some of it may never have been."""
    try:
        remove(**what)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchEntity":
            raise


def _document(policy: Any) -> str:
    return policy if isinstance(policy, str) else json.dumps(policy)


def _number(version: Any) -> int:
    return int(version["VersionId"].removeprefix("v"))
