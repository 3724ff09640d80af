"""JSON on the wire follows the shapes of the service model, to the letter."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from moto.core.utils import get_service_model

from local.refusal import Refused
from local.wire import as_utc, check_request, to_json

BUDGETS = get_service_model("budgets")
CREATE = BUDGETS.operation_model("CreateBudget").input_shape
BUDGET = BUDGETS.shape_for("Budget")


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        ({"AccountID": "1"}, "Unknown member: AccountID"),
        ({"Budget": {"BudgetLimit": {"Value": "1"}}}, "Unknown member: Budget.BudgetLimit.Value"),
        (
            {"Budget": {"BudgetLimit": {"Amount": 5}}},
            "NUMBER_VALUE can not be converted to String: Budget.BudgetLimit.Amount",
        ),
        ({"Budget": []}, "START_ARRAY can not be converted to Structure: Budget"),
        ({"Budget": {"CostFilters": {"Service": "x"}}}, "STRING_VALUE can not be converted to List"),
        ({"Budget": {"CostTypes": {"IncludeTax": "true"}}}, "STRING_VALUE can not be converted to Boolean"),
        ({"Budget": {"TimePeriod": {"Start": "2026-10-01"}}}, "can not be converted to Timestamp"),
        ({"NotificationsWithSubscribers": [{"Notification": {"Threshold": True}}]}, "BOOLEAN_VALUE"),
        ({"NotificationsWithSubscribers": [None]}, "NULL_VALUE"),
    ],
)
def test_what_a_shape_cannot_hold_is_refused_by_name(request_: dict[str, Any], says: str) -> None:
    with pytest.raises(Refused) as refused:
        check_request(request_, CREATE)
    assert refused.value.code == "SerializationException"
    assert says in refused.value.message


def test_a_number_with_a_fraction_is_no_integer() -> None:
    shape = BUDGETS.operation_model("DescribeBudgets").input_shape
    check_request({"AccountId": "1", "MaxResults": 10.0}, shape)
    with pytest.raises(Refused, match="NUMBER_VALUE"):
        check_request({"MaxResults": 1.5}, shape)


def test_a_null_member_counts_as_absent() -> None:
    check_request({"AccountId": None, "Budget": {"BudgetName": "a", "TimePeriod": None}}, CREATE)


def test_an_answer_leaves_with_epoch_seconds_and_plain_decimals() -> None:
    answer = {
        "BudgetName": "a",
        "BudgetLimit": {"Amount": Decimal("1E+3"), "Unit": "USD"},
        "LastUpdatedTime": datetime(2026, 10, 20, 12, tzinfo=UTC),
        "CalculatedSpend": None,
    }
    assert to_json(answer, BUDGET) == {
        "BudgetName": "a",
        "BudgetLimit": {"Amount": "1000", "Unit": "USD"},
        "LastUpdatedTime": 1792497600,
    }


def test_an_answer_aws_could_not_give_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="Budget has no member Colour"):
        to_json({"Colour": "red"}, BUDGET)
    with pytest.raises(ValueError, match="no timezone"):
        to_json({"LastUpdatedTime": datetime(2026, 10, 20)}, BUDGET)  # noqa: DTZ001


def test_epoch_seconds_outside_the_calendar_are_refused() -> None:
    assert as_utc(0) == datetime(1970, 1, 1, tzinfo=UTC)
    with pytest.raises(Refused, match="not a point in time"):
        as_utc(1e20)
