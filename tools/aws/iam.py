"""AWS IAM as far as a budget action's targets go: principals and policies, read only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from botocore.exceptions import ClientError

from tools.aws.errors import aws_errors
from tools.domain.errors import DataUnavailable, InvalidParameters
from tools.domain.targets import Policy, Principal

PERMISSIONS: Mapping[str, tuple[str, ...]] = {
    name: (f"iam:{name}",)
    for name in (
        "GetRole",
        "GetUser",
        "GetGroup",
        "ListGroupsForUser",
        "ListAttachedRolePolicies",
        "ListAttachedUserPolicies",
        "ListAttachedGroupPolicies",
        "ListRolePolicies",
        "ListUserPolicies",
        "ListGroupPolicies",
        "GetRolePolicy",
        "GetUserPolicy",
        "GetGroupPolicy",
        "GetPolicy",
        "GetPolicyVersion",
    )
}

_MISSING: Final = ("NoSuchEntity", "NoSuchEntityException")


@contextmanager
def reading(permission: str) -> Iterator[None]:
    """AWS's errors as ours; what AWS refuses for a reason we do not know leaves the part unread."""
    try:
        with aws_errors(permission):
            yield
    except InvalidParameters as error:
        raise DataUnavailable(error.message, {**error.details, "permission": permission}) from error


def found_or_none(call: Callable[[], Mapping[str, Any]], *missing: str) -> Mapping[str, Any] | None:
    """The answer, or None where AWS says by one of these codes that there is no such thing."""
    try:
        return call()
    except ClientError as error:
        if error.response["Error"]["Code"] in missing:
            return None
        raise


class AwsPrincipals:
    """Roles, users, groups and policies through boto3. `client` gives the IAM client."""

    def __init__(self, client: Callable[[], Any]) -> None:
        self._iam = client

    def principal(self, kind: str, name: str) -> Principal | None:
        """GetRole, GetUser or GetGroup; a path before the name is not part of IAM's names."""
        own = name.rpartition("/")[2]
        answer = self._one(f"Get{kind.title()}", {f"{kind.title()}Name": own})
        if answer is None:
            return None
        wire = answer[kind.title()]
        boundary = (wire.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
        members: tuple[str, ...] = ()
        groups: tuple[str, ...] = ()
        if kind == "group":
            pages = self._pages("GetGroup", "Users", {"GroupName": own}, answer)
            members = tuple(each["UserName"] for each in pages)
        if kind == "user":
            pages = self._pages("ListGroupsForUser", "Groups", {"UserName": own})
            groups = tuple(each["GroupName"] for each in pages)
        return Principal(
            kind=kind, name=name, arn=wire["Arn"], boundary=boundary, members=members, groups=groups
        )

    def policies_of(self, kind: str, name: str) -> tuple[Policy, ...]:
        """Managed policies with their default versions, then inline ones."""
        title, own = kind.title(), name.rpartition("/")[2]
        named = {f"{title}Name": own}
        attached = self._pages(f"ListAttached{title}Policies", "AttachedPolicies", named)
        managed = [self.managed_policy(each["PolicyArn"]) for each in attached]
        inline = [
            self._one(f"Get{title}Policy", {**named, "PolicyName": each})
            for each in self._pages(f"List{title}Policies", "PolicyNames", named)
        ]
        return (
            *(each for each in managed if each is not None),
            *(
                Policy(id=each["PolicyName"], document=each["PolicyDocument"])
                for each in inline
                if each is not None
            ),
        )

    def managed_policy(self, arn: str) -> Policy | None:
        """GetPolicy for its default version, GetPolicyVersion for the document."""
        answer = self._one("GetPolicy", {"PolicyArn": arn})
        if answer is None:
            return None
        version = self._one(
            "GetPolicyVersion", {"PolicyArn": arn, "VersionId": answer["Policy"]["DefaultVersionId"]}
        )
        return None if version is None else Policy(id=arn, document=version["PolicyVersion"]["Document"])

    def _one(self, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any] | None:
        with reading(f"iam:{operation}"):
            call = getattr(self._iam(), _method(operation))
            return found_or_none(lambda: call(**request), *_MISSING)

    def _pages(
        self,
        operation: str,
        key: str,
        request: Mapping[str, Any],
        first: Mapping[str, Any] | None = None,
    ) -> list[Any]:
        """Everything under `key` of all pages; of one that went away in the meantime, what there was."""
        page = first if first is not None else self._one(operation, request)
        found: list[Any] = []
        while page is not None:
            found += page.get(key) or ()
            if not page.get("IsTruncated"):
                break
            page = self._one(operation, {**request, "Marker": page["Marker"]})
        return found


def _method(operation: str) -> str:
    """`get_role_policy` of `GetRolePolicy`."""
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in operation)[1:]
