"""The plain text in which AWS Budgets tells its subscribers.

The form for cost budgets is that of messages recorded from the real service. AWS shows none for usage,
reservation and Savings Plans budgets, nor for budget actions: those are built by analogy, emulator-defined.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CONSOLE = "https://console.aws.amazon.com/billing/home#/budgets"

_CALLED = {
    "COST": "Cost",
    "USAGE": "Usage",
    "RI_UTILIZATION": "RI Utilization",
    "RI_COVERAGE": "RI Coverage",
    "SAVINGS_PLANS_UTILIZATION": "Savings Plans Utilization",
    "SAVINGS_PLANS_COVERAGE": "Savings Plans Coverage",
}
_SIGNS = {"GREATER_THAN": ">", "LESS_THAN": "<", "EQUAL_TO": "="}
_WORDS = {"GREATER_THAN": "greater than", "LESS_THAN": "less than", "EQUAL_TO": "equal to"}
_SPANS = {
    "DAILY": "per day",
    "MONTHLY": "for the current month",
    "QUARTERLY": "for the current quarter",
    "ANNUALLY": "for the current year",
    "CUSTOM": "for the budget period",
}


def alert_subject(budget_name: str) -> str:
    """The subject of an alert."""
    return f"AWS Budgets: {budget_name} has exceeded your alert threshold"


def alert_body(
    budget: Mapping[str, Any],
    notification: Mapping[str, Any],
    threshold: Decimal,
    figure: Decimal,
    account_id: str,
    at: datetime,
) -> str:
    """The text of an alert; `budget` and `notification` are wire shapes, amounts are in the budget's unit.

    Amounts are absolute even for a threshold in percent. A daily budget reports yesterday.
    """
    unit = unit_of(budget)
    kind, operator = notification["NotificationType"], notification["ComparisonOperator"]
    called = _CALLED[budget["BudgetType"]]
    is_about_yesterday = budget["TimeUnit"] == "DAILY" and kind == "ACTUAL"
    opening = f"Yesterday, the {kind}" if is_about_yesterday else f"The {kind}"
    limit = budget.get("BudgetLimit")
    prose = (
        f"You requested that we alert you when the {kind} {called} associated with your "
        f"{budget['BudgetName']} budget is {_WORDS[operator]} {show(threshold, unit)} "
        f"{_SPANS[budget['TimeUnit']]}. {opening} {called} associated with this budget is "
        f"{show(figure, unit)}. You can find additional details below and by accessing the AWS Budgets "
        "dashboard [1]."
    )
    labels = [
        f"Budget Name: {budget['BudgetName']}",
        f"Budget Type: {called}",
        f"Budgeted Amount: {show(Decimal(limit['Amount']), unit) if limit else 'N/A'}",
        f"Alert Type: {kind}",
        f"Alert Threshold: {_SIGNS[operator]} {show(threshold, unit)}",
        f"{kind} Amount: {show(figure, unit)}",
    ]
    return _letter(account_id, at, [prose, "", *labels])


def action_subject(budget_name: str) -> str:
    """The subject of news about a budget action."""
    return f"AWS Budgets: budget action update for {budget_name}"


def action_body(action: Mapping[str, Any], news: str, account_id: str, at: datetime) -> str:
    """The text of news about a budget action, given as its wire shape."""
    lines = [
        f"{news} You can find additional details below and by accessing the AWS Budgets dashboard [1].",
        "",
        f"Budget Name: {action['BudgetName']}",
        f"Action ID: {action['ActionId']}",
        f"Action Type: {action['ActionType']}",
        f"Approval Model: {action['ApprovalModel']}",
        f"Action Status: {action['Status']}",
    ]
    return _letter(account_id, at, lines)


def unit_of(budget: Mapping[str, Any]) -> str:
    """The unit of a budget's amounts: of its limit, else of what it has spent, else USD."""
    calculated = budget.get("CalculatedSpend")
    known = budget.get("BudgetLimit") or (calculated and calculated["ActualSpend"])
    return known["Unit"] if known else "USD"


def show(amount: Decimal, unit: str) -> str:
    """An amount with two decimals: `$1,234.50`, `80.00%` or `12.00 GB`."""
    rounded = amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
    if unit == "USD":
        return f"{'-' if rounded < 0 else ''}${abs(rounded):,.2f}"
    return f"{rounded:,.2f}%" if unit == "PERCENTAGE" else f"{rounded:,.2f} {unit}"


def _letter(account_id: str, at: datetime, lines: list[str]) -> str:
    head = [
        f"AWS Budget Notification {at:%B %d, %Y}",
        f"AWS Account {account_id}",
        "",
        "Dear AWS Customer,",
        "",
    ]
    return "\n".join([*head, *lines, "", f"[1] {CONSOLE}", ""])
