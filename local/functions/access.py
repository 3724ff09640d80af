"""Who may invoke a function: its resource policy, and what its execution role may do."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from local.authorization.conditions import Context, holds
from local.authorization.enforcement import role_may, service_may_assume
from local.authorization.patterns import listed, matches

INVOKE = "lambda:InvokeFunction"
LAMBDA = "lambda.amazonaws.com"


def policy_allows(
    statements: Iterable[Mapping[str, Any]], principals: Iterable[str], resource: str, context: Context
) -> bool:
    """Whether statements of a function's policy let any of `principals` invoke `resource`, and none denies it.

    `principals` are the names a caller answers to: a service principal, or ARNs and account ids. `context`
    has the condition keys of the call, lower-case (`aws:sourcearn`).
    """
    names = tuple(principals)
    fitting = [
        each
        for each in statements
        if _names_one(each.get("Principal"), names)
        and any(matches(action.lower(), INVOKE.lower()) for action in listed(each.get("Action", [])))
        and any(matches(wanted, resource) for wanted in listed(each.get("Resource", [])))
        and holds(each.get("Condition"), context)
    ]
    effects = {each["Effect"] for each in fitting}
    return effects == {"Allow"}


def service_may_invoke(function: Any, arn: str, service: str, source_arn: str) -> bool:
    """Whether a function's policy lets an AWS service invoke `arn` on behalf of one of its resources."""
    context = {"aws:sourcearn": source_arn, "aws:sourceaccount": source_arn.split(":")[4]}
    return policy_allows(function.policy.statements, (service,), arn, context)


def is_assumable(role_arn: str, function_arn: str) -> bool:
    """Whether Lambda can assume the role for the function."""
    context = {"aws:sourceaccount": function_arn.split(":")[4], "aws:sourcearn": function_arn}
    return service_may_assume(role_arn, LAMBDA, context)


def may_send(role_arn: str, target_arn: str, now: datetime) -> bool:
    """Whether the role may hand something to a queue, topic or function."""
    action = SENDING_ACTIONS.get(target_arn.split(":")[2])
    return action is not None and role_may(role_arn, action, target_arn, now=now).is_allowed


SENDING_ACTIONS = {"sqs": "sqs:SendMessage", "sns": "sns:Publish", "lambda": INVOKE}


def _names_one(principal: Any, names: tuple[str, ...]) -> bool:
    named = principal.values() if isinstance(principal, Mapping) else [principal]
    return any(each == "*" or each in names for group in named for each in listed(group))
