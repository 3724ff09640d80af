"""GetCostAndUsage of the embedded Cost Explorer."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from local.cost_explorer.cost_and_usage import METRICS, get_cost_and_usage
from local.ledger.figures import actual
from local.ledger.ledger import MANAGEMENT_ACCOUNT, Ledger
from local.refusal import Refused
from local.scenarios.scenario import Scenario
from tests.contracts.local.cost_explorer_desk import Desk, company, period

PRODUCTION = "210000000002"
EC2 = "Amazon Elastic Compute Cloud - Compute"
BY_SERVICE = [{"Type": "DIMENSION", "Key": "SERVICE"}]
OCTOBER = period("2026-10-01", "2026-11-01")


DESK = Desk()


def cost(desk: Desk = DESK, **params: Any) -> dict[str, Any]:
    given = {"TimePeriod": OCTOBER, "Granularity": "MONTHLY", "Metrics": ["UnblendedCost"], **params}
    return desk.ask(get_cost_and_usage, given.pop("account_id", MANAGEMENT_ACCOUNT), **given)


def amounts(answer: dict[str, Any], metric: str = "UnblendedCost") -> list[Decimal]:
    return [Decimal(result["Total"][metric]["Amount"]) for result in answer["ResultsByTime"]]


def refusal(desk: Desk = DESK, **params: Any) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        cost(desk, **params)
    return str(refused.value.code), str(refused.value.message)


def service(*names: str) -> dict[str, Any]:
    return {"Dimensions": {"Key": "SERVICE", "Values": list(names)}}


def test_it_agrees_with_the_budget_of_the_same_scope() -> None:
    budget = {"BudgetType": "COST", "CostFilters": {"Service": [EC2]}}
    spent = actual(
        company().ledger, budget, date(2026, 10, 1), date(2026, 10, 21), account_id=MANAGEMENT_ACCOUNT
    )
    assert amounts(cost(Filter=service(EC2))) == [spent]


def test_days_add_up_to_their_month_and_groups_to_the_total() -> None:
    months = period("2026-08-01", "2026-10-01")
    by_month = amounts(cost(TimePeriod=months))
    assert sum(amounts(cost(TimePeriod=months, Granularity="DAILY"))) == sum(by_month)
    grouped = cost(TimePeriod=months, GroupBy=BY_SERVICE)
    assert [
        sum(Decimal(group["Metrics"]["UnblendedCost"]["Amount"]) for group in result["Groups"])
        for result in grouped["ResultsByTime"]
    ] == by_month


def test_with_groups_the_total_is_empty_and_without_there_are_no_groups() -> None:
    grouped, whole = cost(GroupBy=BY_SERVICE), cost()
    assert grouped["ResultsByTime"][0]["Total"] == {}
    assert grouped["GroupDefinitions"] == BY_SERVICE
    assert whole["ResultsByTime"][0]["Groups"] == []
    assert "GroupDefinitions" not in whole


def test_what_has_not_come_yet_is_not_there() -> None:
    ahead = cost(TimePeriod=period("2026-10-21", "2026-11-01"), Granularity="DAILY")
    assert set(amounts(ahead)) == {0}


def test_a_period_without_any_group_is_still_a_period() -> None:
    ahead = cost(
        TimePeriod=period("2026-10-20", "2026-10-23"), Granularity="DAILY", GroupBy=BY_SERVICE
    )["ResultsByTime"]  # fmt: skip
    assert [bool(result["Groups"]) for result in ahead] == [True, False, False]


def test_only_the_open_month_is_estimated() -> None:
    answer = cost(TimePeriod=period("2026-09-30", "2026-10-02"), Granularity="DAILY")
    assert [result["Estimated"] for result in answer["ResultsByTime"]] == [False, True]


def test_a_period_that_begins_within_a_month_is_cut_at_its_end() -> None:
    answer = cost(TimePeriod=period("2026-08-15", "2026-09-10"))
    assert [result["TimePeriod"] for result in answer["ResultsByTime"]] == [
        period("2026-08-15", "2026-09-01"),
        period("2026-09-01", "2026-09-10"),
    ]


def test_all_metrics_are_answered_and_usage_in_one_unit_has_it() -> None:
    totals = cost(Metrics=list(METRICS))["ResultsByTime"][0]["Total"]
    assert set(totals) == set(METRICS)
    assert totals["UsageQuantity"]["Unit"] == "N/A"
    hours = cost(
        Metrics=["UsageQuantity"],
        Filter={"Dimensions": {"Key": "USAGE_TYPE_GROUP", "Values": ["EC2: Running Hours"]}},
    )
    assert hours["ResultsByTime"][0]["Total"]["UsageQuantity"]["Unit"] == "Hrs"


def test_net_of_credits_is_less_than_gross() -> None:
    june = period("2026-06-01", "2026-07-01")
    gross = cost(
        TimePeriod=june, Filter={"Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Credit"]}}}
    )
    assert amounts(cost(TimePeriod=june))[0] < amounts(gross)[0] - 3000


def test_two_groupings_give_two_keys_and_an_untagged_line_an_empty_value() -> None:
    answer = cost(GroupBy=[{"Type": "TAG", "Key": "team"}, {"Type": "COST_CATEGORY", "Key": "CostCenter"}])
    keys = [group["Keys"] for group in answer["ResultsByTime"][0]["Groups"]]
    assert ["team$", "CostCenter$Research"] in keys
    assert ["team$web", "CostCenter$Product"] in keys


def test_accounts_are_described_by_their_names() -> None:
    answer = cost(GroupBy=[{"Type": "DIMENSION", "Key": "LINKED_ACCOUNT"}])
    described = {one["Value"]: one["Attributes"] for one in answer["DimensionValueAttributes"]}
    assert described[PRODUCTION] == {"description": "production"}
    assert len(described) == 5


def test_a_member_account_sees_only_itself() -> None:
    own = cost(account_id=PRODUCTION)
    filtered = cost(Filter={"Dimensions": {"Key": "LINKED_ACCOUNT", "Values": [PRODUCTION]}})
    assert amounts(own) == amounts(filtered)
    assert amounts(own)[0] < amounts(cost())[0]


def test_lines_without_a_value_are_grouped_as_none() -> None:
    answer = cost(GroupBy=[{"Type": "DIMENSION", "Key": "INSTANCE_TYPE"}])
    assert ["NoInstanceType"] in [group["Keys"] for group in answer["ResultsByTime"][0]["Groups"]]


def test_hours_add_up_to_their_day_as_far_as_it_has_come() -> None:
    hours = period("2026-10-19T00:00:00Z", "2026-10-20T00:00:00Z")
    day = period("2026-10-19", "2026-10-20")
    answer = cost(TimePeriod=hours, Granularity="HOURLY")
    assert len(answer["ResultsByTime"]) == 24
    assert sum(amounts(answer)) == sum(amounts(cost(TimePeriod=day, Granularity="DAILY")))
    today = cost(TimePeriod=period("2026-10-20T11:00:00Z", "2026-10-20T13:00:00Z"), Granularity="HOURLY")
    assert [amount > 0 for amount in amounts(today)] == [True, False]


class TestPages:
    LONG: dict[str, Any] = {  # noqa: RUF012  (read only)
        "TimePeriod": period("2026-08-01", "2026-10-01"),
        "Granularity": "DAILY",
        "GroupBy": BY_SERVICE,
    }

    def pages(self, **params: Any) -> Iterator[dict[str, Any]]:
        token: dict[str, Any] = {}
        while True:
            answer = cost(**self.LONG, **params, **token)
            yield answer
            if "NextPageToken" not in answer:
                return
            token = {"NextPageToken": answer["NextPageToken"]}

    def test_pages_hold_every_group_once(self) -> None:
        pages = list(self.pages())
        assert len(pages) > 1
        rows = [
            (
                result["TimePeriod"]["Start"],
                group["Keys"][0],
                Decimal(group["Metrics"]["UnblendedCost"]["Amount"]),
            )
            for page in pages
            for result in page["ResultsByTime"]
            for group in result["Groups"]
        ]
        assert len({row[:2] for row in rows}) == len(rows)
        assert sum(row[2] for row in rows) == sum(amounts(cost(TimePeriod=self.LONG["TimePeriod"])))

    def test_a_token_belongs_to_its_request(self) -> None:
        token = cost(**self.LONG)["NextPageToken"]
        code, _ = refusal(**{**self.LONG, "Metrics": ["BlendedCost"]}, NextPageToken=token)
        assert code == "RequestChangedException"

    def test_a_token_that_is_none_is_refused(self) -> None:
        assert refusal(**self.LONG, NextPageToken="next")[0] == "InvalidNextTokenException"


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            {"TimePeriod": period("2026-10", "2026-11-01")},
            "Start time  is invalid. Valid format is: yyyy-MM-dd.",
        ),
        (
            {"TimePeriod": period("2026-10-01", "2026-11-31")},
            "End time  is invalid. Valid format is: yyyy-MM-dd.",
        ),
        (
            {"TimePeriod": period("2026-10-01T00:00:00Z", "2026-11-01")},
            "Start time  is invalid. Valid format is: yyyy-MM-dd.",
        ),
        (
            {"TimePeriod": period("2026-10-01", "2026-10-02"), "Granularity": "HOURLY"},
            "Start time  is invalid. Valid format is: yyyy-MM-ddThh:mm:ssZ.",
        ),
        (
            {"TimePeriod": period("2026-10-01", "2026-10-01")},
            "Start date (and hour) should be before end date (and hour)",
        ),
        (
            {"TimePeriod": period("2025-08-19", "2026-10-01"), "Granularity": "DAILY"},
            "You haven't enabled historical data beyond 14 months.",
        ),
        (
            {"TimePeriod": period("2023-08-19", "2026-10-01")},
            "You haven't enabled historical data beyond 38 months.",
        ),
        ({"TimePeriod": period("2026-10-01", "2026-11-02")}, "end date past the beginning of next month"),
        ({"GroupBy": BY_SERVICE * 3}, "Only two values for GroupBy are allowed"),
        (
            {"Filter": {"Dimensions": {"Key": "RESOURCE_ID", "Values": ["i"]}}},
            "Dimension RESOURCE_ID is not allowed.",
        ),
        ({"Metrics": []}, "Selected metrics cannot be null."),
    ],
)
def test_what_aws_refuses_is_refused_in_its_words(params: dict[str, Any], message: str) -> None:
    assert refusal(**params) == ("ValidationException", message)


@pytest.mark.parametrize(
    "params",
    [
        {"Granularity": "YEARLY"},
        {"Metrics": ["unblended"]},
        {"GroupBy": [{"Type": "DIMENSION", "Key": "RESOURCE_ID"}]},
        {"GroupBy": [{"Type": "Dimension", "Key": "SERVICE"}]},
        {"GroupBy": [{"Type": "TAG"}]},
        {"Filter": {}},
        {"Filter": {**service("x"), "Not": service("y")}},
        {"Filter": {"And": [service("x")]}},
        {"Filter": {"Dimensions": {"Key": "SERVICE"}}},
        {"Filter": {"Dimensions": {"Key": "SERVICES", "Values": ["x"]}}},
        {"Filter": {"Not": {"Dimensions": {"Key": "SERVICE", "Values": ["x"], "MatchOptions": ["LIKE"]}}}},
        {"Filter": {"Dimensions": {"Key": "SERVICE_CODE", "Values": ["x"]}}},
        {
            "TimePeriod": period("2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z"),
            "Granularity": "HOURLY",
        },
    ],
)
def test_a_malformed_request_is_a_validation_exception(params: dict[str, Any]) -> None:
    assert refusal(**params)[0] == "ValidationException"


def test_without_multi_year_data_months_reach_back_fourteen_months() -> None:
    desk = Desk(Scenario(ledger=company().ledger, has_multi_year_data=False))
    code, message = refusal(desk, TimePeriod=period("2025-08-01", "2026-10-01"))
    assert (code, message) == ("ValidationException", "You haven't enabled historical data beyond 14 months.")
    cost(desk, TimePeriod=period("2025-09-01", "2026-10-01"))


def test_an_account_without_any_data_gets_data_unavailable() -> None:
    code, message = refusal(Desk(Scenario(ledger=Ledger())))
    assert code == "DataUnavailableException"
    assert message.startswith("Data is not available. Please try to adjust the time period.")


def test_a_billing_view_is_refused_as_not_built() -> None:
    assert refusal(BillingViewArn="arn:aws:billing::1:billingview/x")[0] == "NotImplementedException"
