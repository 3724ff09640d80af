"""Metrics and log lines of the handler: one outcome by action, what it cost, and nothing secret."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from tests.pipeline import Pipeline, pipeline

SECRET = "marked-address@example.com"


def metrics_of(written: str) -> list[dict[str, Any]]:
    """The metric documents among the lines that were written."""
    lines = [json.loads(line) for line in written.splitlines() if line.startswith("{")]
    return [line for line in lines if "_aws" in line]


def test_every_request_counts_its_outcome_by_action(capfd: pytest.CaptureFixture[str]) -> None:
    with pipeline() as through:
        through.act("analyze_budgets")
        through.act("get_budget_performance", budget_name="nothing")
        through.act("analyse_budgets")
    first, second, third = metrics_of(capfd.readouterr().out)
    assert (first["action"], first["Success"], first["ColdStart"]) == ("analyze_budgets", [1.0], [1.0])
    assert (second["action"], second["Error"]) == ("get_budget_performance", [1.0])
    assert second["error_code"] == "BUDGET_NOT_FOUND"
    assert (third["action"], third["Error"]) == ("none", [1.0])
    assert "ColdStart" not in second
    assert all(each["Duration"][0] > 0 and each["MemoryUsed"][0] > 0 for each in (first, second, third))


def test_aws_calls_their_failures_and_cost_explorers_price_are_metrics(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pipeline(AWS_ATTEMPTS="1") as through:
        through.act("recommend_budgets")
        through.fault("budgets", "DescribeBudgets", "throttle", times=1)
        through.act("analyze_budgets")
    recommended, analyzed = metrics_of(capfd.readouterr().out)
    assert recommended["CostExplorerPages"] == [2.0]
    assert recommended["CostExplorerSpend"] == [0.02]
    assert recommended["AwsFailures"] == [0.0]
    assert analyzed["AwsFailures"] == [1.0]
    assert analyzed["AwsCalls"][0] >= 1


def test_a_defect_is_a_metric_of_its_own(capfd: pytest.CaptureFixture[str]) -> None:
    with pipeline(AWS_ACCOUNT_ID="wrong") as through:
        through.act("analyze_budgets")
    found = metrics_of(capfd.readouterr().out)
    assert [each["InternalError"] for each in found if "InternalError" in each] == [[1.0]]


def test_no_secret_of_any_request_reaches_the_log(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pipeline(LOG_LEVEL="DEBUG") as through:
        for event in _marked_events():
            through.send(event)
        assert isinstance(through, Pipeline)
    written = capfd.readouterr()
    ours = [record for record in caplog.records if record.name == "budget-management-agent"]
    assert ours
    assert SECRET not in written.out + written.err
    assert SECRET not in "".join(str(vars(record)) for record in ours)


def _marked_events() -> list[Any]:
    """The mark in every place that a request has."""
    budget = {"budget_name": "a-budget", "amount": 10, "notification_email": SECRET}
    restriction = {
        "budget_name": "a-budget",
        "action_type": "APPLY_IAM_POLICY",
        "threshold": 90,
        "policy_arn": "arn:aws:iam::aws:policy/AWSDenyAll",
        "target_roles": ["DeveloperRole"],
        "notification_email": SECRET,
    }
    return [
        SECRET,
        [SECRET],
        {SECRET: SECRET},
        {"action": SECRET, "parameters": {SECRET: SECRET}},
        {"action": "analyze_budgets", "parameters": {"budget_names": [SECRET], SECRET: 1}},
        {"action": "create_budget", "parameters": budget},
        {"action": "create_budget", "parameters": budget},
        {"action": "create_budget", "parameters": {**budget, "amount": SECRET}},
        {"action": "create_budget_actions", "parameters": restriction},
        {"action": "get_budget_performance", "parameters": {"budget_name": SECRET}},
        {"action": "monitor_budgets", "parameters": {"next_token": SECRET}},
        {"action": "recommend_budgets", "parameters": {"cost_data": SECRET, "optimization_data": SECRET}},
    ]
