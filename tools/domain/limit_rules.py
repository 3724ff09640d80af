"""What AWS refuses of a budget's limit: a fixed one, planned ones, or one that adjusts itself.

Source: Budgets API shapes `Budget` (BudgetLimit, PlannedBudgetLimits) and `AutoAdjustData`; the service's own
error texts for currencies and for a budget without any limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from tools.domain.budget import AutoAdjust, AutoAdjustType, BudgetDefinition
from tools.domain.budget_types import BudgetType, Measure
from tools.domain.errors import problem_with
from tools.domain.money import USD, Spend
from tools.domain.periods import END_OF_TIME, TimeUnit, period_start, periods_from

PLANNED_PERIODS: Mapping[TimeUnit, int] = MappingProxyType({TimeUnit.MONTHLY: 12, TimeUnit.QUARTERLY: 4})
LONGEST_ADJUSTMENT: Mapping[TimeUnit, int] = MappingProxyType(
    {TimeUnit.DAILY: 60, TimeUnit.MONTHLY: 12, TimeUnit.QUARTERLY: 4, TimeUnit.ANNUALLY: 1}
)
THREE_WAYS = "amount, planned_limits or auto_adjust"


def problems_with_limit(definition: BudgetDefinition, now: datetime) -> list[dict[str, str]]:
    """Every reason for which AWS would refuse the limit; a unit that nobody named is an empty text."""
    if definition.type.fixed_limit is not None:
        return _problems_with_fixed_limit(definition, definition.type.fixed_limit)
    given = [
        name
        for name, value in (
            ("amount", definition.limit),
            ("planned_limits", definition.planned_limits),
            ("auto_adjust", definition.auto_adjust),
        )
        if value
    ]
    if len(given) != 1:
        named = f"given together: {', '.join(given)}" if given else "none is given"
        return [problem_with("amount", f"a budget needs exactly one kind of limit; {named}", THREE_WAYS)]
    problems = [] if definition.limit is None else _problems_with_unit(definition.type, definition.limit)
    if definition.planned_limits:
        problems += _problems_with_plan(definition, now)
    if definition.auto_adjust is not None:
        problems += _problems_with_adjustment(definition.time_unit, definition.auto_adjust)
    return problems


def planned_starts(definition: BudgetDefinition, now: datetime) -> list[datetime]:
    """The periods that a plan has to name: 12 months or 4 quarters from the current one, or the first one.

    Fewer when the budget ends sooner; empty for a time unit that cannot be planned.
    """
    count = PLANNED_PERIODS.get(definition.time_unit)
    if count is None:
        return []
    first = period_start(definition.time_unit, max(now, definition.starts or now))
    ends = definition.ends or END_OF_TIME
    return [start for start in periods_from(definition.time_unit, first, count) if start < ends]


def _problems_with_fixed_limit(definition: BudgetDefinition, fixed: Spend) -> list[dict[str, str]]:
    kind = definition.type.name.value
    problems = []
    if definition.planned_limits:
        problems.append(problem_with("planned_limits", f"{kind} budgets have none"))
    if definition.auto_adjust is not None:
        problems.append(problem_with("auto_adjust", f"{kind} budgets have none"))
    if definition.limit is not None and definition.limit.amount != fixed.amount:
        problems.append(
            problem_with(
                "amount",
                f"the limit of {kind} budgets is always {fixed.in_words()}; the percentage to reach is a "
                "notification's threshold, so send it as target",
                f"{fixed.amount}, or nothing",
            )
        )
    if definition.limit is not None and definition.limit.unit != fixed.unit:
        problems.append(problem_with("unit", f"{kind} budgets are measured in {fixed.unit}", fixed.unit))
    return problems


def _problems_with_unit(budget_type: BudgetType, limit: Spend) -> list[dict[str, str]]:
    if budget_type.measure is Measure.COST and limit.unit != USD:
        return [problem_with("unit", f"AWS takes no cost budget in '{limit.unit}'", USD)]
    if not limit.unit:
        return [
            problem_with(
                "unit", "a usage budget needs the unit of the usage", "Hrs, GB, GB-Month, Requests, ..."
            )
        ]
    return []


def _problems_with_plan(definition: BudgetDefinition, now: datetime) -> list[dict[str, str]]:
    units = ", ".join(PLANNED_PERIODS)
    if definition.time_unit not in PLANNED_PERIODS:
        return [problem_with("planned_limits", f"AWS plans no {definition.time_unit} budgets", units)]
    expected = planned_starts(definition, now)
    missing = [start for start in expected if start not in definition.planned_limits]
    foreign = sorted(start for start in definition.planned_limits if start not in expected)
    problems = []
    if missing or foreign:
        parts = [f"lacks {_days(missing)}"] * bool(missing) + [f"has {_days(foreign)} too many"] * bool(
            foreign
        )
        problems.append(
            problem_with("planned_limits", f"the plan {' and '.join(parts)}", f"exactly {_days(expected)}")
        )
    return problems + _problems_with_unit(definition.type, next(iter(definition.planned_limits.values())))


def _problems_with_adjustment(time_unit: TimeUnit, auto_adjust: AutoAdjust) -> list[dict[str, str]]:
    longest = LONGEST_ADJUSTMENT.get(time_unit)
    if longest is None:
        return [
            problem_with("auto_adjust", f"AWS adjusts no {time_unit} budgets", ", ".join(LONGEST_ADJUSTMENT))
        ]
    if auto_adjust.type is AutoAdjustType.FORECAST:
        if auto_adjust.periods is None:
            return []
        return [problem_with("auto_adjust.periods", "FORECAST looks at no past periods", "leave it out")]
    if auto_adjust.periods is None or not 1 <= auto_adjust.periods <= longest:
        return [
            problem_with(
                "auto_adjust.periods",
                "HISTORICAL needs the number of past periods to average",
                f"1 to {longest} for {time_unit}",
            )
        ]
    return []


def _days(moments: list[datetime]) -> str:
    return ", ".join(f"{moment:%Y-%m-%d}" for moment in moments)
