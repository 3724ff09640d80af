"""Requests to AWS Budgets that show only what matters, and what tests ask of the answers."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.ledger.record import CostRecord
from local.server import EmbeddedAws
from tests.contracts.local.worlds import ACCOUNT

EC2 = "Amazon Elastic Compute Cloud - Compute"


def a_budget(name: str = "monthly", **members: Any) -> dict[str, Any]:
    """A wire Budget: cost, monthly, 100 USD, unless members say otherwise; None leaves a member out."""
    budget = {
        "BudgetName": name,
        "TimeUnit": "MONTHLY",
        "BudgetType": "COST",
        "BudgetLimit": dollars("100"),
        **members,
    }
    return {member: held for member, held in budget.items() if held is not None}


def an_ri_budget(name: str = "reserved", **members: Any) -> dict[str, Any]:
    """A wire Budget of the utilization of EC2 reservations."""
    return a_budget(
        name,
        **{"BudgetType": "RI_UTILIZATION", "BudgetLimit": None, "CostFilters": {"Service": [EC2]}, **members},
    )


def dollars(amount: str) -> dict[str, str]:
    """A Spend in USD."""
    return {"Amount": amount, "Unit": "USD"}


def a_notification(threshold: float = 80, **members: Any) -> dict[str, Any]:
    """A wire Notification: actual above a percentage, unless members say otherwise."""
    return {
        "NotificationType": "ACTUAL",
        "ComparisonOperator": "GREATER_THAN",
        "Threshold": threshold,
        **members,
    }


def email(address: str = "team@example.com") -> dict[str, str]:
    """An e-mail subscriber."""
    return {"SubscriptionType": "EMAIL", "Address": address}


def topic(arn: str = f"arn:aws:sns:us-east-1:{ACCOUNT}:alerts") -> dict[str, str]:
    """An SNS subscriber."""
    return {"SubscriptionType": "SNS", "Address": arn}


def watched(notification: Mapping[str, Any] | None = None, *subscribers: Mapping[str, str]) -> dict[str, Any]:
    """A NotificationWithSubscribers."""
    return {"Notification": notification or a_notification(), "Subscribers": list(subscribers) or [email()]}


def create(
    client: Any, budget: dict[str, Any] | None = None, *notifications: dict[str, Any]
) -> dict[str, Any]:
    """Create a budget and read it back."""
    budget = budget or a_budget()
    client.create_budget(AccountId=ACCOUNT, Budget=budget, NotificationsWithSubscribers=list(notifications))
    return describe(client, budget["BudgetName"])


def describe(client: Any, name: str = "monthly", **options: Any) -> dict[str, Any]:
    """Read a budget."""
    budget: dict[str, Any] = client.describe_budget(AccountId=ACCOUNT, BudgetName=name, **options)["Budget"]
    return budget


def notifications_of(client: Any, name: str = "monthly") -> list[dict[str, Any]]:
    """The notifications of a budget."""
    answer = client.describe_notifications_for_budget(AccountId=ACCOUNT, BudgetName=name)
    notifications: list[dict[str, Any]] = answer["Notifications"]
    return notifications


def spend_on(
    aws: EmbeddedAws, day: date, amount: str, *, account: str = ACCOUNT, service: str = EC2, **line: Any
) -> None:
    """Add a cost line to the ledger."""
    record = CostRecord(day=day, account=account, service=service, unblended=Decimal(amount), **line)
    aws.world.spend([record])


def refusal(call: Callable[..., Any], **request: Any) -> tuple[str, str]:
    """Code and text with which AWS refuses the call; a call that is not refused fails the test."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def refused_budget(client: Any, budget: dict[str, Any]) -> str:
    """The reason after AWS's prefix with which CreateBudget refuses a budget."""
    code, text = refusal(client.create_budget, AccountId=ACCOUNT, Budget=budget)
    prefix = "Unable to create/update budget - "
    assert code == "InvalidParameterException"
    assert text.startswith(prefix)
    return text.removeprefix(prefix)
