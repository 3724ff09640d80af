"""Whether the policy of a topic or key lets AWS Budgets use it."""

import json
from collections.abc import Mapping
from typing import Any

from moto.kms.models import kms_backends

from local.authorization.conditions import Context, holds
from local.authorization.patterns import listed, matches

SERVICE = "budgets.amazonaws.com"
# What publishing to an encrypted topic takes (AWS Cost Management user guide, SNS topics for budgets).
_KEY_ACTIONS = ("kms:GenerateDataKey", "kms:Decrypt")


def reason_against_topic(topic: Any, account_id: str, budget_name: str) -> str | None:
    """Why AWS Budgets may not publish to a topic of moto's; None if it may.

    An encrypted topic needs a key whose own policy lets AWS Budgets use it, so that the key which SNS offers
    by itself will not do.
    """
    context = {
        "aws:sourceaccount": account_id,
        "aws:sourcearn": f"arn:aws:budgets::{account_id}:budget/{budget_name}",
    }
    if not lets_budgets(json.loads(topic.policy), "sns:Publish", topic.arn, context):
        return f"The topic policy does not let {SERVICE} publish"
    if topic.kms_master_key_id:
        key = _key(topic.kms_master_key_id, account_id, topic.arn.split(":")[3])
        if key is None or not all(
            lets_budgets(json.loads(key.policy), action, key.arn, context) for action in _KEY_ACTIONS
        ):
            return f"The SNS topic is encrypted with a key that does not let {SERVICE} use it"
    return None


def lets_budgets(policy: Mapping[str, Any], action: str, resource: str, context: Context) -> bool:
    """Whether one statement of a resource policy allows the action to AWS Budgets and none denies it.

    `context` has the condition keys of the call, lower-case.
    """

    def applies(statement: Mapping[str, Any], effect: str) -> bool:
        return (
            statement.get("Effect") == effect
            and _names_budgets(statement.get("Principal"))
            and any(matches(each.lower(), action.lower()) for each in listed(statement.get("Action", [])))
            and any(matches(each, resource) for each in listed(statement.get("Resource", [])))
            and holds(statement.get("Condition"), context)
        )

    statements = listed(policy.get("Statement", []))
    return any(applies(one, "Allow") for one in statements) and not any(
        applies(one, "Deny") for one in statements
    )


def _names_budgets(principal: Any) -> bool:
    if isinstance(principal, Mapping):
        return "*" in listed(principal.get("AWS", [])) or SERVICE in listed(principal.get("Service", []))
    return bool(principal == "*")


def _key(named: str, account_id: str, region: str) -> Any | None:
    """The key of that id, ARN, alias or alias ARN; None for the alias of a key that AWS keeps."""
    alias = named.rpartition(":")[2]
    for key in kms_backends[account_id][region].keys.values():
        if named in (key.id, key.arn) or alias in key.aliases:
            return key
    return None
