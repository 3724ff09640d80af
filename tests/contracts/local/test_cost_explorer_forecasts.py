"""GetCostForecast and GetUsageForecast of the embedded Cost Explorer."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from local.cost_explorer.cost_and_usage import get_cost_and_usage
from local.cost_explorer.forecasts import get_cost_forecast, get_usage_forecast
from local.ledger.figures import forecasted
from local.ledger.ledger import MANAGEMENT_ACCOUNT, Ledger
from local.ledger.record import CostRecord
from local.refusal import Refused
from local.scenarios.scenario import Scenario
from tests.contracts.local.cost_explorer_desk import TODAY, Desk, company, period

REST_OF_OCTOBER = period("2026-10-20", "2026-11-01")
HOURS = {"Dimensions": {"Key": "USAGE_TYPE_GROUP", "Values": ["EC2: Running Hours"]}}


DESK = Desk()


def forecast(desk: Desk = DESK, **params: Any) -> dict[str, Any]:
    given = {"TimePeriod": REST_OF_OCTOBER, "Granularity": "MONTHLY", "Metric": "UNBLENDED_COST", **params}
    return desk.ask(get_cost_forecast, **given)


def refusal(desk: Desk = DESK, **params: Any) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        forecast(desk, **params)
    return str(refused.value.code), str(refused.value.message)


def test_cost_until_today_and_forecast_from_today_are_what_a_budget_forecasts() -> None:
    so_far = DESK.ask(
        get_cost_and_usage,
        TimePeriod=period("2026-10-01", "2026-10-20"),
        Granularity="MONTHLY",
        Metrics=["UnblendedCost"],
    )["ResultsByTime"][0]["Total"]["UnblendedCost"]["Amount"]
    budget = forecasted(
        company().ledger,
        {"BudgetType": "COST"},
        date(2026, 10, 1),
        date(2026, 11, 1),
        today=TODAY,
        account_id=MANAGEMENT_ACCOUNT,
    )
    assert Decimal(so_far) + Decimal(forecast()["Total"]["Amount"]) == budget


def test_the_first_month_covers_only_its_remaining_days() -> None:
    answer = forecast(TimePeriod=period("2026-10-20", "2027-01-01"))
    periods = [one["TimePeriod"]["Start"] for one in answer["ForecastResultsByTime"]]
    assert periods == ["2026-10-20", "2026-11-01", "2026-12-01"]
    first, second, _ = (Decimal(one["MeanValue"]) for one in answer["ForecastResultsByTime"])
    assert first < second / 2


def test_days_add_up_to_the_total() -> None:
    answer = forecast(Granularity="DAILY")
    assert len(answer["ForecastResultsByTime"]) == 12
    means = sum(Decimal(one["MeanValue"]) for one in answer["ForecastResultsByTime"])
    assert means == Decimal(answer["Total"]["Amount"])


def test_bounds_come_with_a_level_and_widen_with_it() -> None:
    def width(level: int) -> Decimal:
        (one,) = forecast(PredictionIntervalLevel=level)["ForecastResultsByTime"]
        lower, upper = (Decimal(one[f"PredictionInterval{side}Bound"]) for side in ("Lower", "Upper"))
        assert lower < Decimal(one["MeanValue"]) < upper
        return upper - lower

    assert width(80) < width(95)
    assert "PredictionIntervalLowerBound" not in forecast()["ForecastResultsByTime"][0]


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"TimePeriod": period("2026-10-18", "2026-11-01")}, "Earliest supported Start is 2026-10-19"),
        (
            {"TimePeriod": period("2026-10-20", "2027-01-21"), "Granularity": "DAILY"},
            "Latest supported End is 2027-01-20",
        ),
        ({"TimePeriod": period("2026-10-20", "2028-06-01")}, "Latest supported End is 2028-05-01"),
        ({"PredictionIntervalLevel": 50}, "PredictionIntervalLevel must be between 51 and 99."),
    ],
)
def test_a_forecast_has_its_horizon(params: dict[str, Any], message: str) -> None:
    assert refusal(**params) == ("ValidationException", message)


@pytest.mark.parametrize(
    "params", [{"Granularity": "HOURLY"}, {"Metric": "USAGE_QUANTITY"}, {"Metric": "UnblendedCost"}]
)
def test_a_malformed_request_is_a_validation_exception(params: dict[str, Any]) -> None:
    assert refusal(**params)[0] == "ValidationException"


def test_yesterday_is_still_accepted_as_a_start() -> None:
    assert Decimal(forecast(TimePeriod=period("2026-10-19", "2026-11-01"))["Total"]["Amount"]) > 0


def test_too_little_history_is_data_unavailable() -> None:
    ledger = Ledger()
    ledger.add([CostRecord(day=TODAY, account=MANAGEMENT_ACCOUNT, service="x", unblended=Decimal(1))])
    assert refusal(Desk(Scenario(ledger=ledger))) == (
        "DataUnavailableException",
        "Insufficient amount of historical data",
    )


def test_usage_is_forecast_in_its_unit() -> None:
    answer = DESK.ask(
        get_usage_forecast,
        TimePeriod=REST_OF_OCTOBER,
        Granularity="MONTHLY",
        Metric="USAGE_QUANTITY",
        Filter=HOURS,
    )
    assert answer["Total"]["Unit"] == "Hrs"
    assert Decimal(answer["Total"]["Amount"]) > 10_000


def test_usage_in_several_units_cannot_be_forecast() -> None:
    with pytest.raises(Refused) as refused:
        DESK.ask(
            get_usage_forecast, TimePeriod=REST_OF_OCTOBER, Granularity="MONTHLY", Metric="USAGE_QUANTITY"
        )
    assert refused.value.code == "UnresolvableUsageUnitException"
