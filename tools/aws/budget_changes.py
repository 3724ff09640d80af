"""Carrying out the steps of changing a budget: one call each, and what AWS's refusals mean."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from tools.aws.budget_steps import call_of
from tools.domain.budget_steps import (
    AddNotification,
    AddSubscriber,
    BudgetStep,
    DeleteAction,
    DeleteBudget,
    ExecuteAction,
    RemoveNotification,
    RemoveSubscriber,
    ReplaceSubscriber,
    TurnNotification,
)
from tools.domain.errors import BudgetAlreadyExists, BudgetNotFound, ResourceLocked

if TYPE_CHECKING:
    from mypy_boto3_budgets import BudgetsClient

# A lost reply makes boto3 send a call again, and then AWS refuses what it has done already.
_GONE_ALREADY = (RemoveNotification, RemoveSubscriber, DeleteAction, DeleteBudget)
_OF_NOTIFICATIONS = (AddNotification, TurnNotification, AddSubscriber, ReplaceSubscriber)


def carry_out(
    step: BudgetStep,
    account_id: str,
    name: str,
    client: BudgetsClient,
    errors: Callable[[str], AbstractContextManager[None]],
) -> None:
    """Make the step's call. `errors` raises our errors for AWS's, naming a permission.

    Raises what the gateway's `apply` raises.
    """
    call = call_of(step, account_id, name, client.meta.partition)
    try:
        with errors(call.permission):
            getattr(client, call.method)(**call.request)
    except BudgetNotFound as error:
        if isinstance(step, _GONE_ALREADY):
            return
        if isinstance(step, _OF_NOTIFICATIONS):
            raise _changed_by_somebody(name, error) from error
        if isinstance(step, ExecuteAction):
            raise ResourceLocked(
                f"Budget action {step.action_id} of '{name}' is not there any more; list_budget_actions shows "
                "which are.",
                error.details,
            ) from error
        raise
    except BudgetAlreadyExists as error:
        if isinstance(step, AddSubscriber):
            return
        raise _changed_by_somebody(name, error) from error


def _changed_by_somebody(name: str, error: BudgetNotFound | BudgetAlreadyExists) -> ResourceLocked:
    return ResourceLocked(
        f"The notifications of '{name}' are not as they were read a moment ago; send the same request again.",
        error.details,
    )
