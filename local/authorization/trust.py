"""Role trust policies: who may assume a role."""

import json
from collections.abc import Mapping
from typing import Any

from local.authorization.conditions import Context, holds
from local.authorization.patterns import listed, matches
from local.authorization.principals import Principal, find_role

_ASSUME = "sts:AssumeRole"


def trusts(role_arn: str, principals: Mapping[str, tuple[str, ...]], context: Context) -> bool:
    """Whether the role exists and its trust policy lets any of `principals` assume it.

    `principals` are the values by kind that the caller answers to, as `{"Service": ("budgets.amazonaws.com",)}`
    or `{"AWS": (role ARN, account root ARN, account id)}`.
    """
    role = find_role(role_arn)
    if role is None:
        return False
    document = role.assume_role_policy_document
    statements = listed((json.loads(document) if isinstance(document, str) else document)["Statement"])

    def applies(statement: Mapping[str, Any], effect: str) -> bool:
        return (
            statement["Effect"] == effect
            and any(matches(each.lower(), _ASSUME.lower()) for each in listed(statement.get("Action", [])))
            and _names(statement.get("Principal", {}), principals)
            and holds(statement.get("Condition"), context)
        )

    return any(applies(each, "Allow") for each in statements) and not any(
        applies(each, "Deny") for each in statements
    )


def answers_to(principal: Principal) -> Mapping[str, tuple[str, ...]]:
    """How a trust policy can name the principal: by itself, by its role, or by its account."""
    own = (principal.arn, *((principal.role_arn,) if principal.role_arn else ()))
    account = principal.account_id
    return {"AWS": (*own, f"arn:aws:iam::{account}:root", account)}


def _names(principal: Any, principals: Mapping[str, tuple[str, ...]]) -> bool:
    if principal == "*":
        return True
    return any(
        (wanted == "*" and kind == "AWS") or wanted in principals.get(kind, ())
        for kind, named in principal.items()
        for wanted in listed(named)
    )
