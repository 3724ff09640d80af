"""Lint: each check finds its case with figures and a remedy, and only its case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.builders import NOW, a_budget, a_notification, past_months, usd
from tools.domain.budget import AutoAdjust, AutoAdjustType, Budget, HealthStatus
from tools.domain.budget_types import COST, RI_UTILIZATION, USAGE
from tools.domain.insights._insight import Severity
from tools.domain.lint._check import Linted, LintedAccount, LintFinding
from tools.domain.lint.catalogue import lint
from tools.domain.lint.filters import nearest_value
from tools.domain.money import Spend
from tools.domain.periods import TimeUnit, add_months, at_midnight
from tools.domain.scope import CostTypes, Scope, scope_by
from tools.domain.standing import standing_of

EC2 = "Amazon Elastic Compute Cloud - Compute"
SERVICES = {"Service": {EC2: Decimal(900), "AWS Lambda": Decimal(5)}}
SEPTEMBER = date(2026, 9, 1)


def found(
    *budgets: Budget,
    past: list[str | int | None] | None = None,
    real: Mapping[str, Mapping[str, Decimal]] | None = None,
) -> list[LintFinding]:
    linted = [
        Linted(
            standing=standing_of(each, NOW),
            past=None if past is None else tuple(past_months(past, type=each.type, last=SEPTEMBER)),
        )
        for each in budgets
    ]
    return lint(LintedAccount(budgets=linted, real=real or {}, since=date(2026, 4, 1) if real else None))


def the(code: str, *budgets: Budget, **read: Any) -> LintFinding:
    [finding] = [each for each in found(*budgets, **read) if each.code == code]
    assert finding.remedy
    return finding


def codes(*budgets: Budget, **read: Any) -> list[str]:
    return [each.code for each in found(*budgets, **read)]


def test_a_healthy_budget_has_no_finding() -> None:
    budget = a_budget(scope=scope_by("Service", EC2), notifications=(a_notification(80),))
    assert codes(budget, past=[60, 90, 80], real=SERVICES) == []


def test_a_value_that_no_cost_line_has_is_said_with_the_nearest_that_has() -> None:
    finding = the(
        "UNKNOWN_FILTER_VALUE", a_budget("web", scope=scope_by("Service", "EC2-Instances")), real=SERVICES
    )
    assert finding.sentence == (
        "'web': it can never fire: no cost line has Service 'EC2-Instances' since 2026-04-01;"
        f" the nearest that has is '{EC2}' with $900.00."
    )
    assert finding.remedy == f"update_budget 'web' with service_filter ['{EC2}'], if that is what is meant."


def test_a_tag_value_that_nobody_uses_is_said_with_the_nearest() -> None:
    real = {"TagKeyValue": {"user:team$platform": Decimal(7), "user:team$": Decimal(1)}}
    budget = a_budget("web", scope=scope_by("TagKeyValue", "user:team$Platfrom"))
    assert (
        "the nearest that has is 'user:team$platform' with $7.00"
        in the("UNKNOWN_FILTER_VALUE", budget, real=real).sentence
    )


def test_without_reading_only_what_cannot_exist_is_said() -> None:
    budget = a_budget("web", scope=scope_by("Service", "EC2-Instances"))
    assert f"probably meant '{EC2}'" in the("UNKNOWN_FILTER_VALUE", budget).sentence
    assert codes(a_budget("web", scope=scope_by("Service", "Amazon Unheard Of"))) == []


def test_one_value_is_said_once() -> None:
    assert codes(a_budget("web", scope=scope_by("Service", "EC2-Instances")), real=SERVICES) == [
        "UNKNOWN_FILTER_VALUE"
    ]


@pytest.mark.parametrize(
    ("value", "nearest"),
    [
        ("ec2", EC2),
        ("aws lambda", "AWS Lambda"),
        ("AWS Lamda", "AWS Lambda"),
        ("Something else entirely", None),
    ],
)
def test_the_nearest_value_is_an_alias_another_case_or_a_slip_of_the_pen(
    value: str, nearest: str | None
) -> None:
    assert nearest_value(value, "Service", SERVICES["Service"]) == nearest


def test_a_narrowed_budget_that_never_counted_anything_is_said_with_its_periods() -> None:
    finding = the(
        "MATCHES_NO_SPEND", a_budget("web", actual=0, scope=scope_by("Service", EC2)), past=[0, 0, 0]
    )
    assert "counts nothing after 62.9 % of its month and in 3 whole past months" in finding.sentence
    assert codes(a_budget(actual=0, scope=scope_by("Service", EC2)), past=[0, 5, 0]) == []
    assert codes(a_budget(actual=0), past=[0, 0, 0]) == []


def test_a_threshold_far_beyond_everything_never_fires() -> None:
    budget = a_budget("web", limit=1000, actual=60, notifications=(a_notification(80), a_notification(100)))
    finding = the("NEVER_FIRES", budget, past=[100, 200, 150])
    assert finding.sentence == (
        "'web' fires only over $800.00, and the most of 4 months was $200.00 in 2026-08."
    )
    assert codes(budget, past=[100, 300, 150]) == []
    assert codes(replace(budget, notifications=None), past=[100, 200, 150]) == []


def test_a_reservation_threshold_far_under_everything_never_fires() -> None:
    budget = a_budget(
        "ri", type=RI_UTILIZATION, actual=93, notifications=(a_notification(20, type=RI_UTILIZATION),)
    )
    assert (
        "fires only under 20.0 %, and the least of 4 months was 92.0 %"
        in the("NEVER_FIRES", budget, past=[95, 94, 92]).sentence
    )


def test_a_limit_under_the_cheapest_month_always_fires() -> None:
    finding = the("ALWAYS_FIRES", a_budget("web", limit=100, actual=50), past=[150, 120, 170])
    assert finding.sentence == (
        "'web' is broken in every month: the cheapest of 3 whole ones was $120.00 in 2026-08, and its limit is"
        " $100.00."
    )
    assert codes(a_budget(limit=100), past=[150, 100, 170]) == []
    assert codes(a_budget(limit=100), past=[150, 120]) == []


def test_an_auto_adjusting_limit_is_left_to_aws() -> None:
    adjusting = AutoAdjust(type=AutoAdjustType.HISTORICAL, periods=6)
    assert codes(a_budget(limit=100, auto_adjust=adjusting), past=[150, 120, 170]) == []


def test_a_target_that_no_month_reached_always_fires() -> None:
    budget = a_budget("ri", type=RI_UTILIZATION, notifications=(a_notification(90, type=RI_UTILIZATION),))
    assert (
        "the best of 3 whole ones was 71.0 % in 2026-09, and its target is 90.0 %"
        in the("ALWAYS_FIRES", budget, past=[60, 70, 71]).sentence
    )


def test_two_budgets_of_the_same_are_said_once_with_both_limits() -> None:
    finding = the("DUPLICATE", a_budget("b", limit=200), a_budget("a", limit=100))
    assert (finding.budget, finding.others) == ("a", ("b",))
    assert finding.sentence == (
        "'a' ($100.00) and 'b' ($200.00) are MONTHLY COST budgets of the same: all costs."
    )


@pytest.mark.parametrize(
    "other",
    [
        a_budget("b", time_unit=TimeUnit.QUARTERLY),
        a_budget("b", type=USAGE),
        a_budget("b", scope=Scope(cost_types=CostTypes(include_credit=False))),
        a_budget("b", starts=datetime(2027, 1, 1, tzinfo=UTC)),
    ],
    ids=["another period", "another type", "other kinds of cost", "not begun"],
)
def test_budgets_that_count_differently_are_no_duplicates(other: Budget) -> None:
    assert "DUPLICATE" not in codes(a_budget("a"), other)


def test_defaults_written_out_count_the_same() -> None:
    written = a_budget("b", scope=Scope(cost_types=CostTypes()))
    assert codes(a_budget("a"), written) == ["DUPLICATE"]


def test_a_part_with_a_limit_as_high_as_the_whole_is_shadowed() -> None:
    whole = a_budget("whole", limit=100, scope=scope_by("Service", EC2, "AWS Lambda"))
    part = a_budget("part", limit=100, scope=Scope(filters={"Service": (EC2,), "Region": ("us-east-1",)}))
    finding = the("SHADOWED", whole, part)
    assert (finding.budget, finding.others) == ("part", ("whole",))
    assert codes(a_budget("whole", limit=101, scope=whole.definition.scope), part) == []
    assert codes(part, a_budget("all", limit=50)) == ["SHADOWED"]


def test_thousands_of_accounts_are_compared_without_comparing_all_with_all() -> None:
    many = [a_budget(f"b{each}", scope=scope_by("LinkedAccount", f"{each:012d}")) for each in range(3000)]
    began = datetime.now(UTC)
    assert codes(*many) == []
    assert datetime.now(UTC) - began < timedelta(seconds=5)


def planned(last: date) -> Budget:
    firsts = [add_months(last, -back) for back in range(6)]
    return a_budget("plan", planned={at_midnight(first): usd(100) for first in firsts})


@pytest.mark.parametrize(
    ("last", "said"),
    [
        (date(2026, 8, 1), "was planned up to 2026-08; since then $100.00 stays"),
        (date(2026, 10, 1), "is planned up to 2026-10, no month ahead; from then on $100.00 stays"),
        (date(2026, 11, 1), "is planned up to 2026-11, one month ahead; from then on $100.00 stays"),
    ],
)
def test_a_plan_that_runs_out_is_said_before_and_after(last: date, said: str) -> None:
    assert the("PLAN_RUNS_OUT", planned(last)).sentence == f"'plan' {said}."


def test_a_plan_with_two_months_ahead_is_no_finding() -> None:
    assert codes(planned(date(2026, 12, 1))) == []


def test_a_budget_that_ended_is_said() -> None:
    ended = a_budget("old", ends=datetime(2026, 6, 1, tzinfo=UTC))
    assert the("ENDED", ended).sentence == "'old' ended on 2026-06-01 and watches nothing since."


def test_a_limit_in_another_currency_or_unit_is_never_compared() -> None:
    budget = a_budget("web", type=COST)
    euros = replace(budget, definition=replace(budget.definition, limit=Spend(Decimal(80), "EUR")))
    assert "has a limit of 80 EUR, but AWS counts it in USD" in the("WRONG_UNIT", euros).sentence
    hours = a_budget("hours", type=USAGE)
    counted = replace(hours, actual_spend=Spend(Decimal(5), "Hrs"))
    assert "AWS counts it in Hrs" in the("WRONG_UNIT", counted).sentence


def test_what_aws_cannot_compute_or_has_not_for_a_day_is_said() -> None:
    sick = a_budget("sick", health=HealthStatus(is_healthy=False, reason="FILTER_INVALID", as_of=NOW))
    assert "AWS cannot compute 'sick': FILTER_INVALID" in the("UNHEALTHY", sick).sentence
    old = a_budget("old", last_updated=NOW - timedelta(hours=60))
    assert "60 hours ago" in the("STALE_FIGURES", old).sentence


def test_the_gravest_come_first() -> None:
    findings = found(a_budget("a", limit=10), a_budget("b", limit=20), past=[50, 60, 70])
    severities = [each.severity for each in findings]
    assert severities == sorted(severities, reverse=True)
    assert severities[0] is Severity.HIGH
