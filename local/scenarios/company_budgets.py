"""The company's twelve budgets: every type, and every picture a budget can show."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_UP, Decimal
from typing import Any

from local.ledger.figures import actual
from local.ledger.ledger import Ledger
from local.scenarios.company_flows import CLOUDFRONT, EC2, ELASTICACHE, RDS
from local.scenarios.company_people import ALERT_TOPIC_ARN, PLATFORM, SANDBOX
from local.scenarios.flow import month_start

Wire = dict[str, Any]

FINANCE = "finops@company.example.com"
WEB_TEAM = "web-team@company.example.com"
PLATFORM_TEAM = "platform-team@company.example.com"
RESEARCH_TEAM = "research@company.example.com"


def make_budgets(ledger: Ledger, today: date) -> list[Wire]:
    """CreateBudget requests without AccountId. Limits are set against what the company spends in the end."""
    month = month_start(today)
    costs = [
        _budget("ec2-compute-planned", "COST", "MONTHLY", today, {"Service": [EC2]}),
        _budget("elasticache-monthly", "COST", "MONTHLY", today, {"Service": [ELASTICACHE]}),
        _budget("cloudfront-monthly", "COST", "MONTHLY", today, {"Service": [CLOUDFRONT]}),
        _budget("sandbox-daily", "COST", "DAILY", today, {"LinkedAccount": [SANDBOX]}),
        _budget(
            "production-quarterly", "COST", "QUARTERLY", today,
            {"TagKeyValue": ["user:environment$production"]},
        ),
        _budget("platform-auto-adjusting", "COST", "MONTHLY", today, {"LinkedAccount": [PLATFORM]}),
        # The console calls it EC2-Instances; as a filter value that matches nothing, and nobody is told.
        _budget("ec2-instances", "COST", "MONTHLY", today, {"Service": ["EC2-Instances"]}),
    ]  # fmt: skip
    planned, cache, delivery, sandbox, production, auto, never = costs
    planned["PlannedBudgetLimits"] = {
        str(int(_midnight(start).timestamp())): _usd(_spend(ledger, planned, start, _next(start)) * 112 / 100)
        for start in (month_start(today, ahead) for ahead in range(12))
    }
    # Set before the second cluster came, and never looked at again.
    before = month_start(today, -6)
    cache["BudgetLimit"] = _usd(_spend(ledger, cache, before, _next(before)) * 70 / 100)
    delivery["BudgetLimit"] = _usd(_spend(ledger, delivery, month, _next(month)) * 975 / 1000, Decimal(1))
    week = _spend(ledger, sandbox, today - timedelta(days=7), today)
    sandbox["BudgetLimit"] = _usd(week / 7 * 2, Decimal(5))
    quarter = month_start(today, -((today.month - 1) % 3))
    production["BudgetLimit"] = _usd(
        _spend(ledger, production, quarter, month_start(quarter, 3)) * 115 / 100, Decimal(500)
    )
    auto["AutoAdjustData"] = {
        "AutoAdjustType": "HISTORICAL",
        "HistoricalOptions": {"BudgetAdjustmentPeriod": 6},
    }
    never["BudgetLimit"] = _usd(Decimal(15000))
    hours = _budget(
        "ec2-running-hours", "USAGE", "MONTHLY", today, {"UsageTypeGroup": ["EC2: Running Hours"]}
    )
    used = _spend(ledger, hours, month, _next(month))
    hours["BudgetLimit"] = {"Amount": str(_round_up(used * 120 / 100, Decimal(1000))), "Unit": "Hrs"}
    shares = [
        _budget("ec2-reservation-utilization", "RI_UTILIZATION", "MONTHLY", today, {"Service": [EC2]}),
        _budget("rds-reservation-coverage", "RI_COVERAGE", "MONTHLY", today, {"Service": [RDS]}),
        _budget("savings-plans-utilization", "SAVINGS_PLANS_UTILIZATION", "MONTHLY", today, {}),
        _budget("savings-plans-coverage", "SAVINGS_PLANS_COVERAGE", "MONTHLY", today, {}),
    ]
    for share in shares:
        share["BudgetLimit"] = {"Amount": "100", "Unit": "PERCENTAGE"}
    above = [_above("ACTUAL", 80), _above("ACTUAL", 100), _above("FORECASTED", 100)]
    return [
        _request(planned, above, [_email(PLATFORM_TEAM), _topic()], "platform"),
        _request(cache, above, [_email(WEB_TEAM)], "web"),
        _request(delivery, above, [_email(WEB_TEAM), _topic()], "web"),
        _request(sandbox, [_above("ACTUAL", 100)], [_email(RESEARCH_TEAM)], "research"),
        _request(production, above, [_email(FINANCE), _topic()], "finops"),
        _request(auto, [_above("ACTUAL", 110)], [_email(PLATFORM_TEAM)], "platform"),
        _request(hours, [_above("ACTUAL", 90)], [_email(PLATFORM_TEAM)], "platform"),
        _request(shares[0], [_below(80)], [_email(FINANCE), _topic()], "finops"),
        _request(shares[1], [_below(60)], [_email(FINANCE)], "finops"),
        _request(shares[2], [_below(90)], [_email(FINANCE)], "finops"),
        _request(shares[3], [_below(70)], [_email(FINANCE)], "finops"),
        _request(never, [], [], "platform"),
    ]


def _budget(
    name: str, budget_type: str, time_unit: str, today: date, filters: Mapping[str, Sequence[str]]
) -> Wire:
    start = month_start(today, -12)
    if time_unit == "QUARTERLY":
        start = month_start(start, -((start.month - 1) % 3))
    return {
        "BudgetName": name,
        "BudgetType": budget_type,
        "TimeUnit": time_unit,
        "TimePeriod": {"Start": _midnight(start)},
        **({"CostFilters": {key: list(values) for key, values in filters.items()}} if filters else {}),
    }


def _request(budget: Wire, notifications: Sequence[Wire], subscribers: Sequence[Wire], team: str) -> Wire:
    request: Wire = {"Budget": budget, "ResourceTags": [{"Key": "team", "Value": team}]}
    if notifications:
        request["NotificationsWithSubscribers"] = [
            {"Notification": notification, "Subscribers": list(subscribers)} for notification in notifications
        ]
    return request


def _above(notification_type: str, percent: int) -> Wire:
    return {
        "NotificationType": notification_type,
        "ComparisonOperator": "GREATER_THAN",
        "Threshold": float(percent),
        "ThresholdType": "PERCENTAGE",
    }


def _below(percent: int) -> Wire:
    return {**_above("ACTUAL", percent), "ComparisonOperator": "LESS_THAN"}


def _email(address: str) -> Wire:
    return {"SubscriptionType": "EMAIL", "Address": address}


def _topic() -> Wire:
    return {"SubscriptionType": "SNS", "Address": ALERT_TOPIC_ARN}


def _spend(ledger: Ledger, budget: Wire, start: date, end: date) -> Decimal:
    spent = actual(ledger, budget, start, end, account_id=ledger.management_account)
    if spent is None:
        raise ValueError(f"{budget['BudgetName']} has no figure from {start} to {end}")
    return spent


def _usd(amount: Decimal, step: Decimal = Decimal(10)) -> Wire:
    return {"Amount": str(_round_up(amount, step)), "Unit": "USD"}


def _round_up(amount: Decimal, step: Decimal) -> Decimal:
    return (amount / step).quantize(Decimal(1), rounding=ROUND_UP) * step


def _next(month: date) -> date:
    return month_start(month, 1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
