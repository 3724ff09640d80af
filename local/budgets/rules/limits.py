"""How much a budget may hold: a fixed limit, planned limits or an adjusting one, exactly one of them."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from local.budgets.amounts import Spend, canonical_spend, spend
from local.budgets.errors import invalid_budget
from local.budgets.periods import Period, following_periods
from local.budgets.rules.budget_types import BUDGET_TYPES

KINDS_OF_LIMIT = ("BudgetLimit", "PlannedBudgetLimits", "AutoAdjustData")
CURRENCIES = ("USD",)
# How many periods a plan spans (Budget.PlannedBudgetLimits in the service model).
PLANNED_PERIODS = {"MONTHLY": 12, "QUARTERLY": 4}
# How far back an average may look (HistoricalOptions.BudgetAdjustmentPeriod in the service model).
LONGEST_ADJUSTMENT = {"DAILY": 60, "MONTHLY": 12, "QUARTERLY": 4, "ANNUALLY": 1}


def complete_limit(
    budget: Mapping[str, Any], time_period: Mapping[str, datetime], now: datetime
) -> dict[str, Any]:
    """The members that hold a budget's limit, as stored. Raises Refused for a limit it cannot have."""
    given = [kind for kind in KINDS_OF_LIMIT if budget.get(kind) is not None]
    if BUDGET_TYPES[budget["BudgetType"]].has_fixed_limit:
        return {"BudgetLimit": _fixed_percentage(budget, given)}
    if not given:
        raise invalid_budget(
            "please provide one of the followings: Budget Limit/ Planned Budget Limit/ Auto Adjust Data"
        )
    if len(given) > 1:
        raise invalid_budget(f"please provide only one of: {', '.join(given)}")
    if given == ["BudgetLimit"]:
        _check_unit(budget, budget["BudgetLimit"])
        return {"BudgetLimit": canonical_spend(budget["BudgetLimit"])}
    if given == ["PlannedBudgetLimits"]:
        return {"PlannedBudgetLimits": _plan(budget, time_period, now)}
    return {"AutoAdjustData": _adjustment(budget)}


def _fixed_percentage(budget: Mapping[str, Any], given: list[str]) -> Spend:
    others = [kind for kind in given if kind != "BudgetLimit"]
    if others:
        raise invalid_budget(f"{others[0]} is not supported for {budget['BudgetType']} budgets")
    limit = budget.get("BudgetLimit") or {"Amount": "100", "Unit": "PERCENTAGE"}
    if limit["Unit"] != "PERCENTAGE":
        raise invalid_budget(f"{limit['Unit']} is not in the supported unit set: [PERCENTAGE]")
    if Decimal(limit["Amount"]) != 100:
        raise invalid_budget(f"the budget limit of {budget['BudgetType']} budgets should be 100 PERCENTAGE")
    return spend("100", "PERCENTAGE")


def _check_unit(budget: Mapping[str, Any], limit: Mapping[str, str]) -> None:
    if budget["BudgetType"] == "COST" and limit["Unit"] not in CURRENCIES:
        raise invalid_budget(f"{limit['Unit']} is not in the supported unit set: [{', '.join(CURRENCIES)}]")


def _plan(budget: Mapping[str, Any], time_period: Mapping[str, datetime], now: datetime) -> dict[str, Spend]:
    limits = budget["PlannedBudgetLimits"]
    expected = planned_periods(budget["TimeUnit"], time_period, now)
    keys = [f"{period.starts_at.timestamp():.0f}" for period in expected]
    if set(limits) != set(keys):
        raise invalid_budget(
            f"planned budget limits should be given for {len(keys)} periods, keyed by the epoch seconds "
            f"of their start in UTC: [{', '.join(keys)}]"
        )
    for limit in limits.values():
        _check_unit(budget, limit)
    if len({limit["Unit"] for limit in limits.values()}) > 1:
        raise invalid_budget("planned budget limits should have the same unit")
    return {key: canonical_spend(limits[key]) for key in keys}


def planned_periods(time_unit: str, time_period: Mapping[str, datetime], now: datetime) -> list[Period]:
    """The periods that a plan made now has to name: twelve months or four quarters, fewer if it ends sooner.

    They begin with the current period, or with the budget's first if that is in the future. Raises Refused
    for a time unit that cannot be planned.
    """
    if time_unit not in PLANNED_PERIODS:
        raise invalid_budget(
            f"planned budget limits are supported for [{', '.join(PLANNED_PERIODS)}] budgets, not {time_unit}"
        )
    first_day = max(now, time_period["Start"]).date()
    periods = following_periods(time_unit, first_day, PLANNED_PERIODS[time_unit])
    return [period for period in periods if period.starts_at < time_period["End"]]


def _adjustment(budget: Mapping[str, Any]) -> dict[str, Any]:
    given = budget["AutoAdjustData"]
    time_unit, options = budget["TimeUnit"], given.get("HistoricalOptions")
    if time_unit not in LONGEST_ADJUSTMENT:
        raise invalid_budget(f"auto adjust data is not supported for {time_unit} budgets")
    if given.get("LastAutoAdjustTime") is not None:
        raise invalid_budget("LastAutoAdjustTime is calculated and cannot be set")
    if given["AutoAdjustType"] == "FORECAST":
        if options is not None:
            raise invalid_budget("historical options are not supported for auto adjust type FORECAST")
        return {"AutoAdjustType": "FORECAST"}
    if options is None:
        raise invalid_budget("historical options are required for auto adjust type HISTORICAL")
    if options.get("LookBackAvailablePeriods") is not None:
        raise invalid_budget("LookBackAvailablePeriods is calculated and cannot be set")
    longest = LONGEST_ADJUSTMENT[time_unit]
    if options["BudgetAdjustmentPeriod"] > longest:
        raise invalid_budget(f"the budget adjustment period of {time_unit} budgets is at most {longest}")
    return {
        "AutoAdjustType": "HISTORICAL",
        "HistoricalOptions": {"BudgetAdjustmentPeriod": options["BudgetAdjustmentPeriod"]},
    }
