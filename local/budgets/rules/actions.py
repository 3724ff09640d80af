"""What a budget action may look like."""

from collections.abc import Mapping
from typing import Any

from local.budgets.errors import invalid_parameter
from local.budgets.rules.budget_types import BUDGET_TYPES

DEFINITIONS = {
    "APPLY_IAM_POLICY": "IamActionDefinition",
    "APPLY_SCP_POLICY": "ScpActionDefinition",
    "RUN_SSM_DOCUMENTS": "SsmActionDefinition",
}
IAM_TARGETS = ("Roles", "Groups", "Users")


def check_budget_takes_actions(budget: Mapping[str, Any]) -> None:
    """Raise Refused for a budget that cannot have actions: only COST and USAGE can, and not if DAILY."""
    if not BUDGET_TYPES[budget["BudgetType"]].takes_actions:
        raise invalid_parameter(f"AWS Budgets Actions don't support {budget['BudgetType']} budgets.")
    if budget["TimeUnit"] == "DAILY":
        raise invalid_parameter("AWS Budgets Actions don't support daily granularity budget for now.")


def check_definition(action_type: str, definition: Mapping[str, Any], *, is_management_account: bool) -> None:
    """Raise Refused unless the definition is the one of the action's type, whole, and allowed here.

    Targets of IAM actions are names. The model's pattern lets ARNs through as if they were paths, but such a
    target could never be found; refusing it is emulator-defined.
    """
    wanted = DEFINITIONS[action_type]
    given = [name for name, held in definition.items() if held is not None]
    if given != [wanted]:
        raise invalid_parameter(
            f"Unable to create/update budget action - {action_type} needs exactly one definition: {wanted}"
        )
    if action_type == "APPLY_IAM_POLICY" and not any(definition[wanted].get(name) for name in IAM_TARGETS):
        raise invalid_parameter(
            "Unable to create/update budget action - please provide at least one of: Roles, Groups, Users"
        )
    arns = [
        name for kind in IAM_TARGETS for name in definition[wanted].get(kind) or () if name.startswith("arn:")
    ]
    if arns:
        raise invalid_parameter(
            f"Unable to create/update budget action - {arns[0]} is an ARN; please provide names"
        )
    if action_type == "APPLY_SCP_POLICY" and not is_management_account:
        raise invalid_parameter(
            "Unable to create/update budget action - APPLY_SCP_POLICY is supported in the management account only"
        )
