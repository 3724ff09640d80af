"""Reading budgets for an action: by name or all, with their notifications, saying what could not be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tools.actions._action import Incomplete
from tools.actions._reply import read_or_say
from tools.domain.budget import Budget
from tools.domain.errors import BudgetNotFound
from tools.domain.notifications import Notification
from tools.gateways import Gateways


def read_budgets(
    names: Sequence[str] | None,
    account_id: str,
    gateways: Gateways,
    incomplete: list[Incomplete],
    *,
    notifications_needed: bool = False,
) -> list[Budget]:
    """The budgets of the account, or those with the given names, with their notifications (no subscribers).

    Named budgets are asked for one by one, so that none is overlooked behind a page; one that does not
    exist is said in `incomplete`. Notifications that cannot be read are None and said there too, unless
    nothing can be said without them (`notifications_needed`): then their error is raised.
    Raises BudgetNotFound when none of the names exists.
    """
    budgets = named_budgets(names, account_id, gateways, incomplete)
    if not budgets:
        return []
    if notifications_needed:
        notifications: Mapping[str, tuple[Notification, ...]] | None = (
            gateways.budgets.notifications_by_budget(account_id)
        )
    else:
        notifications = read_or_say(
            "notifications", incomplete, lambda: gateways.budgets.notifications_by_budget(account_id)
        )
    if notifications is None:
        return budgets
    return [replace(each, notifications=notifications.get(each.name, ())) for each in budgets]


def named_budgets(
    names: Sequence[str] | None, account_id: str, gateways: Gateways, incomplete: list[Incomplete]
) -> list[Budget]:
    """The budgets with these names, or all, without notifications. Raises BudgetNotFound when none exists."""
    if names is None:
        return gateways.budgets.list_budgets(account_id)
    found: list[Budget] = []
    missing: list[BudgetNotFound] = []
    for name in dict.fromkeys(names):
        try:
            found.append(gateways.budgets.get_budget(account_id, name))
        except BudgetNotFound as error:
            missing.append(error)
            incomplete.append(
                Incomplete(part=f"budget '{name}'", code=error.code, reason=error.message, retryable=False)
            )
    if missing and not found:
        raise BudgetNotFound(" ".join(each.message for each in missing), missing[0].details)
    return found
