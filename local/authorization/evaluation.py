"""The decision: policies of every kind, one action, one resource."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from local.authorization.conditions import Context, holds
from local.authorization.patterns import fill_in, listed, matches

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Permission:
    """One thing a call needs: an IAM action on a resource ARN (or `*`), with the condition keys it carries.

    Keys of `context` are lower-case (`iam:passedtoservice`).
    """

    action: str
    resource: str
    context: Context = field(default_factory=dict)


@dataclass(frozen=True)
class Policies:
    """The policies that speak about a principal.

    `boundary` and `session` are None where there is none. `organization` holds the service control policies
    of each level from the root down to the account; it is empty where none apply.
    """

    identity: Sequence[Document]
    boundary: Document | None = None
    session: Document | None = None
    organization: Sequence[Sequence[Document]] = ()


@dataclass(frozen=True)
class Decision:
    """Whether the call may go on; `reason` is the end of AWS's denial text, empty when it may."""

    is_allowed: bool
    reason: str = ""


ALLOWED = Decision(True)

_KINDS = {
    "organization": ("a service control policy", "service control policy"),
    "identity": ("an identity-based policy", "identity-based policy"),
    "boundary": ("a permissions boundary", "permissions boundary"),
    "session": ("a session policy", "session policy"),
}


def decide(policies: Policies, permission: Permission, context: Context) -> Decision:
    """AWS's evaluation logic within one account: an explicit deny wins, then every layer has to allow.

    Source: IAM user guide, "Policy evaluation logic". `context` holds the request's condition keys, lower-case.
    Resource-based policies are not evaluated (emulator-defined).
    """
    context = {**context, **permission.context}
    layers: list[tuple[str, Sequence[Document]]] = [
        *(("organization", level) for level in policies.organization),
        *((("boundary", [policies.boundary]),) if policies.boundary is not None else ()),
        *((("session", [policies.session]),) if policies.session is not None else ()),
        ("identity", policies.identity),
    ]
    for kind, documents in layers:
        if _says("Deny", documents, permission, context):
            return Decision(False, f"with an explicit deny in {_KINDS[kind][0]}")
    for kind, documents in layers:
        if not _says("Allow", documents, permission, context):
            return Decision(False, f"because no {_KINDS[kind][1]} allows the {permission.action} action")
    return ALLOWED


def _says(effect: str, documents: Iterable[Document], permission: Permission, context: Context) -> bool:
    return any(
        statement["Effect"] == effect
        and _names_action(statement, permission.action)
        and _names_resource(statement, permission.resource, context)
        and holds(statement.get("Condition"), context)
        for document in documents
        for statement in listed(document.get("Statement", []))
    )


def _names_action(statement: Mapping[str, Any], action: str) -> bool:
    action = action.lower()
    if "Action" in statement:
        return any(matches(each.lower(), action) for each in listed(statement["Action"]))
    return not any(matches(each.lower(), action) for each in listed(statement["NotAction"]))


def _names_resource(statement: Mapping[str, Any], resource: str, context: Context) -> bool:
    if "Resource" in statement:
        return any(matches(fill_in(each, context), resource) for each in listed(statement["Resource"]))
    if "NotResource" in statement:
        return not any(matches(fill_in(each, context), resource) for each in listed(statement["NotResource"]))
    return True
