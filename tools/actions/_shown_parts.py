"""What a model is shown of each result that it sums up, as replies have it: the weightiest parts first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tools.actions._condensed import Part, part_of
from tools.domain.insights.catalogue import MOST_NAMED

Json = Mapping[str, Any]

MOST_BUDGETS = 12
_MOST_FINDINGS = 8
_MOST_TOTALS = 8
_BUDGET = (
    *("name", "type", "time_unit", "budget_status", "period", "elapsed_percent", "limit", "actual_spend"),
    *("forecasted_spend", "variance", "utilization_percent", "target_percent", "figures_are_current"),
)

MOST_RECOMMENDATIONS = 10
_MOST_SKIPPED = 5
_RECOMMENDATION = (
    *("scope", "budget_type", "limit", "target_percent", "expected_spend", "interval", "is_starting_limit"),
    *("rationale", "story", "before_credits", "optimization"),
)

_MOST_PERIODS = 14


def parts_of_analysis(result: Json, worst: Sequence[Json], budgets: int) -> list[Part]:
    """Of analyze_budgets; `worst` are the first of all `budgets`, whatever the page, the worst first."""
    summary = result["summary"]
    # The sentence names the worst; all names could be hundreds.
    insights = [{**each, "budgets": each["budgets"][:MOST_NAMED]} for each in result["insights"]]
    return [
        Part("budgets_by_type", summary["by_type"]),
        Part("budgets_by_status", summary["by_status"]),
        part_of("insights", insights),
        part_of("lint", result["lint"]["findings"], _MOST_FINDINGS),
        part_of("totals", summary["totals"], _MOST_TOTALS),
        Part("note_on_totals", summary["note"]),
        Part("worst_budgets", [_only(_BUDGET, each) for each in worst[:MOST_BUDGETS]], budgets),
    ]


def parts_of_recommendations(
    result: Json, *, breach_probability: str, minimum: str, unused: int
) -> list[Part]:
    """Of recommend_budgets; not the texts that the caller sent along, which are no part of the answer."""
    shown = [
        {
            **_only(_RECOMMENDATION, each),
            "existing_budget": None
            if each["existing_budget"] is None
            else _only(("verdict", "sentence"), each["existing_budget"]),
        }
        for each in result["recommendations"]
    ]
    return [
        Part("months", result["months"]),
        Part("source", result["source"]),
        Part("target_breach_probability", breach_probability),
        Part("minimum_monthly_spend", minimum),
        Part("below_minimum", result["below_minimum"]),
        Part("skipped_count", result["skipped_count"]),
        part_of("skipped", result["skipped"], _MOST_SKIPPED),
        Part("unused_parts_of_what_was_sent", unused),
        part_of("notes", result["notes"]),
        Part("recommendations_that_did_not_fit_into_the_reply", result["left_out"]),
        part_of("recommendations", shown, MOST_RECOMMENDATIONS),
    ]


def parts_of_performance(result: Json) -> list[Part]:
    """Of get_budget_performance; the latest periods first."""
    explanation, record = result["explanation"], result["forecast_record"]
    drivers = [] if explanation is None else explanation["drivers"]
    return [
        *[Part(name, result[name]) for name in ("budget_name", "budget_type", "time_unit", "target_percent")],
        Part("summary", result["summary"]),
        Part("story", result["story"]),
        Part("outlook", result["outlook"]),
        Part("explanation", None if explanation is None else {**explanation, "drivers": len(drivers)}),
        Part("forecast_record", None if record is None else record["sentence"]),
        part_of("notes", result["notes"]),
        Part("scope", result["scope"]),
        part_of("drivers", drivers),
        part_of("periods_latest_first", result["periods"][::-1], _MOST_PERIODS),
    ]


def _only(names: Sequence[str], entry: Json) -> dict[str, Any]:
    return {name: entry[name] for name in names}
