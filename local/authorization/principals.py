"""Who calls: the role session or user behind an access key, and every policy that speaks about it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from moto.iam.models import get_account_id_from, iam_backends
from moto.organizations.models import organizations_backends
from moto.sts.models import sts_backends

from local.authorization.evaluation import Document, Policies
from local.authorization.organization import are_policies_enabled

# AWS Organizations makes this role in every account it creates and gives it AdministratorAccess
# (Organizations user guide, "Accessing member accounts").
MEMBER_ROLE = "OrganizationAccountAccessRole"

_EVERYTHING: Document = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@dataclass(frozen=True)
class Principal:
    """A caller: its account, its ARN as denials print it, and its condition keys (lower-case).

    `policies` is None for whoever is not restricted: keys that belong to no role session and no IAM user.
    `role_arn` is the assumed role's, None for others.
    """

    account_id: str
    arn: str
    policies: Policies | None
    role_arn: str | None = None
    context: Mapping[str, str | Sequence[str]] = field(default_factory=dict)


def principal_behind(access_key: str) -> Principal:
    """The principal behind the access key; a key that neither STS nor IAM gave out is the administrator's."""
    account_id = get_account_id_from(access_key)
    session = sts_backends[account_id]["aws"].get_assumed_role_from_access_key(access_key)
    if session is not None:
        return role_session(session)
    for user in iam_backends[account_id]["aws"].users.values():
        if any(key.access_key_id == access_key for key in user.access_keys):
            return as_user(user)
    return administrator(account_id)


def administrator(account_id: str) -> Principal:
    """Whoever holds the user's own keys."""
    arn = f"arn:aws:iam::{account_id}:user/administrator"
    context = {"aws:principalarn": arn, "aws:principalaccount": account_id, "aws:principaltype": "User"}
    return Principal(account_id, arn, None, context={**context, **_organization_keys(account_id)})


def as_user(user: Any) -> Principal:
    """An IAM user that moto keeps: what its own policies and those of its groups let it do.

    Moto keeps no permissions boundary of users, so there is none here.
    """
    context: dict[str, str | Sequence[str]] = {
        "aws:principalarn": user.arn,
        "aws:principalaccount": user.account_id,
        "aws:principaltype": "User",
        "aws:userid": user.id,
        "aws:username": user.name,
        **{f"aws:principaltag/{tag['Key'].lower()}": tag["Value"] for tag in user.tags or []},
        **_organization_keys(user.account_id),
    }
    groups = (group for group in iam_backends[user.account_id]["aws"].groups.values() if user in group.users)
    identity = [document for holder in (user, *groups) for document in _identity_policies(holder)]
    policies = Policies(identity, organization=service_control_policies(user.account_id))
    return Principal(user.account_id, user.arn, policies, context=context)


def role_session(session: Any) -> Principal:
    """The principal of a session that moto's STS keeps."""
    session_policy = json.loads(session.policy) if session.policy else None
    return as_role(
        session.role_arn, session_arn=session.arn, user_id=session.user_id, session_policy=session_policy
    )


def as_role(
    role_arn: str,
    *,
    session_arn: str | None = None,
    user_id: str = "",
    session_policy: Document | None = None,
) -> Principal:
    """What a session of the role may do, by the role's policies of this moment."""
    account_id, name = role_arn.split(":")[4], role_arn.rpartition("/")[2]
    role = find_role(role_arn)
    context: dict[str, str | Sequence[str]] = {
        "aws:principalarn": role_arn,
        "aws:principalaccount": account_id,
        "aws:principaltype": "AssumedRole",
        "aws:userid": user_id,
        **_organization_keys(account_id),
    }
    identity: list[Document] = []
    boundary = None
    if name == MEMBER_ROLE and account_id in organizations_backends.master_accounts:
        identity.append(_EVERYTHING)
    if role is not None:
        context.update({f"aws:principaltag/{tag['Key'].lower()}": tag["Value"] for tag in _tags(role)})
        identity += _identity_policies(role)
        if role.permissions_boundary_arn:
            boundary = _managed(account_id, role.permissions_boundary_arn)
    policies = Policies(identity, boundary, session_policy, service_control_policies(account_id))
    arn = session_arn or f"arn:aws:sts::{account_id}:assumed-role/{name}/session"
    return Principal(account_id, arn, policies, role_arn, context)


def find_role(role_arn: str) -> Any | None:
    """Moto's role of that ARN, or None."""
    account_id = role_arn.split(":")[4]
    roles = iam_backends[account_id]["aws"].roles.values()
    return next((role for role in roles if role.arn == role_arn), None)


def service_control_policies(account_id: str) -> list[list[Document]]:
    """The service control policies on each level from the root to the account; none outside an organization.

    They do not touch the management account (Organizations user guide, "Service control policies"), which is
    no member of its own organization.
    """
    owner = organizations_backends.master_accounts.get(account_id)
    if owner is None:
        return []
    backend = organizations_backends[owner[0]]["aws"]
    if not are_policies_enabled(backend):
        return []
    levels: list[list[Document]] = []
    target: Any = next((account for account in backend.accounts if account.id == account_id), None)
    while target is not None:
        attached = [policy for policy in target.attached_policies if policy.type == "SERVICE_CONTROL_POLICY"]
        if attached:
            levels.insert(0, [json.loads(policy.content) for policy in attached])
        target = next((unit for unit in backend.ou if unit.id == getattr(target, "parent_id", None)), None)
    return levels


def _identity_policies(holder: Any) -> list[Document]:
    """The inline and managed policies of moto's role, user or group."""
    return [
        *(json.loads(document) for document in holder.policies.values()),
        *(_document(policy) for policy in holder.managed_policies.values()),
    ]


def _organization_keys(account_id: str) -> dict[str, str]:
    owner = organizations_backends.master_accounts.get(account_id, (account_id, "aws"))[0]
    organization = organizations_backends[owner]["aws"].org
    return {} if organization is None else {"aws:principalorgid": organization.id}


def _managed(account_id: str, arn: str) -> Document:
    return _document(iam_backends[account_id]["aws"].managed_policies[arn])


def _document(policy: Any) -> Document:
    default = next(version for version in policy.versions if version.is_default)
    parsed: Document = json.loads(default.document)
    return parsed


def _tags(role: Any) -> list[dict[str, str]]:
    tags = role.tags
    return list(tags.values()) if isinstance(tags, dict) else list(tags or [])
