"""explain on the synthetic company, without a model: the sentences name the budgets and figures of the reply."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.pipeline import Pipeline, pipeline

DOLLARS = re.compile(r"\$[\d,]+\.\d\d")
PERCENT = re.compile(r"[\d.]+(?= %)")

BUDGETS = [
    "elasticache-monthly",
    "ec2-compute-planned",
    "ec2-reservation-utilization",
    "rds-reservation-coverage",
    "savings-plans-utilization",
    "savings-plans-coverage",
    "ec2-running-hours",
    "production-quarterly",
    "sandbox-daily",
]


@pytest.fixture(scope="module")
def through() -> Iterator[Pipeline]:
    with pipeline() as found:
        yield found


def data_of(reply: dict[str, Any]) -> dict[str, Any]:
    assert reply["status"] == "success", reply["data"]
    return dict(reply["data"])


def told(through: Pipeline, action: str, **parameters: Any) -> tuple[str, dict[str, Any]]:
    """The sentences, and the reply without them."""
    data = data_of(through.act(action, explain=True, **parameters))
    words = data.pop("in_words")
    assert (words["written_by"], words["model"], data["incomplete"]) == ("agent", None, [])
    return words["text"], data


def usd(amount: dict[str, str]) -> str:
    assert amount["unit"] == "USD"
    return f"${Decimal(amount['amount']):,.2f}"


def assert_figures_are_of(text: str, data: dict[str, Any]) -> None:
    """Every dollar and percentage of the text stands in the reply, as a figure or in a sentence of it."""
    whole = json.dumps(data)
    amounts = {f"${Decimal(each):,.2f}" for each in re.findall(r'"amount": "(-?[\d.]+)"', whole)}
    percents = set(re.findall(r"(?<=: )\d+\.\d(?=[,}\]])", whole))
    percents |= set(re.findall(r'"amount": "([\d.]+)", "unit": "PERCENTAGE"', whole))
    assert DOLLARS.findall(text) or PERCENT.findall(text)
    assert set(DOLLARS.findall(text)) <= amounts | set(DOLLARS.findall(whole))
    assert set(PERCENT.findall(text)) <= percents | set(PERCENT.findall(whole))


def test_the_account_is_told_with_its_breached_budgets_and_their_forecasts(through: Pipeline) -> None:
    text, data = told(through, "analyze_budgets")
    assert text.startswith(
        "There are 12 budgets: 2 breached, 1 forecast to breach, 1 at risk and 8 on track."
    )
    by_name = {each["name"]: each for each in data["budgets"]}
    cache, cdn = by_name["elasticache-monthly"], by_name["cloudfront-monthly"]
    assert f"'elasticache-monthly' {usd(cache['actual_spend'])} of {usd(cache['limit'])}" in text
    assert f"AWS forecasts {usd(cache['forecasted_spend'])} for 'elasticache-monthly'" in text
    assert f"'cloudfront-monthly' {usd(cdn['forecasted_spend'])} of {usd(cdn['limit'])}" in text
    assert f"so far 'cloudfront-monthly' stands at {usd(cdn['actual_spend'])}" in text
    assert data["lint"]["findings"][0]["sentence"] in text
    assert_figures_are_of(text, data)


@pytest.mark.parametrize("name", BUDGETS)
def test_one_budget_is_told_with_the_figures_of_its_entry(through: Pipeline, name: str) -> None:
    text, data = told(through, "analyze_budgets", budget_names=[name])
    assert f"'{name}'" in text
    assert_figures_are_of(text, data)


def test_recommendations_are_told_with_the_largest_and_what_exists(through: Pipeline) -> None:
    text, data = told(through, "recommend_budgets")
    first, second, *_ = data["recommendations"]
    months = data["months"]
    assert text.startswith(
        f"18 budgets are recommended from the months {months['first']} to {months['last']}: 15 where there is none"
        " yet, 1 where the one that exists is too low and 2 where the one that exists fits."
    )
    for part in (
        first["rationale"],
        first["existing_budget"]["sentence"],
        f"{second['scope']}, limit {usd(second['limit'])}, {usd(second['expected_spend'])} a month expected,"
        " 'ec2-compute-planned' fits",
        f"Not recommended: {data['skipped'][0]['scope']}, because {data['skipped'][0]['reason']}.",
    ):
        assert part in text
    assert_figures_are_of(text, data)


@pytest.mark.parametrize("name", BUDGETS)
def test_a_budgets_past_is_told_with_what_drove_it_and_where_it_ends(through: Pipeline, name: str) -> None:
    text, data = told(through, "get_budget_performance", budget_name=name)
    sentences = [data["summary"]["sentence"], data["story"]]
    sentences += [each and each["sentence"] for each in (data["explanation"], data["outlook"])]
    assert all(each in text for each in sentences if each is not None)
    open_period = data["periods"][-1]
    first, target = open_period["start"][:10], data["target_percent"]
    assert f"The open period, {first}" in text
    assert ("of at least " in text) == (target is not None)
    assert_figures_are_of(text, data)
