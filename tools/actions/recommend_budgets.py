"""recommend_budgets: which budgets an account should have, from what it spent in whole months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from pydantic import Field

from tools.actions._action import Incomplete, Model, Parameters, WholeNumber, action
from tools.actions._choices import Text, Texts, subscribers_from
from tools.actions._cost_meter import CostMeter, cost_explorer_for
from tools.actions._histories import HistoryReader
from tools.actions._in_words import EXPLAIN, ResultInWords, gaps_of, told
from tools.actions._reading import read_budgets
from tools.actions._recommendation_view import RecommendationView, recommendation_view
from tools.actions._reply import Amount, ReadCost, read_or_say, shown
from tools.actions._shown_parts import parts_of_recommendations
from tools.domain.budget import Budget
from tools.domain.budget_types import BUDGET_TYPES, COST, USAGE, BudgetTypeName
from tools.domain.claimed_forecasts import ClaimedForecast, forecast_for
from tools.domain.errors import DataUnavailable, InvalidParameters, problem_with
from tools.domain.existing_budgets import compared_with_existing
from tools.domain.grouping import GroupBy, free_budget_name
from tools.domain.money import USD, Spend
from tools.domain.notifications import problems_with_subscribers
from tools.domain.paging import MOST_NAMES, as_many_as_fit
from tools.domain.quoting import shortened
from tools.domain.recommendation import BudgetRecommendation, recommend_limit, recommend_target
from tools.domain.recommendation_words import Compared, WithoutRecommendation, recommendations_in_words
from tools.domain.recommenders._experience import Experience, experience_of
from tools.domain.savings import CALLER, Saving, claimed_savings
from tools.domain.scope_histories import ScopeHistory, triage
from tools.domain.supplied_costs import SuppliedCosts, Unusable, supplied_costs
from tools.gateways import Gateways

SUPPLIED = "cost_data"
READ = "Cost Explorer"
LONGEST_LOOKBACK = 37
LONGEST_CONTEXT = 10_000
# Cost Explorer lags by a day and bills are corrected in the first days of the next month.
DAYS_OF_CORRECTIONS = 3


class RecommendBudgetsParameters(Parameters):
    """What to recommend budgets from."""

    longest_request: ClassVar[int] = 5_000_000

    lookback_months: WholeNumber = Field(
        default=12, ge=1, le=LONGEST_LOOKBACK, description="How many whole months to look at."
    )
    group_by: GroupBy = Field(
        default=GroupBy.SERVICE,
        description="What gets a budget each; USAGE by usage type within it, because units must not be mixed.",
    )
    group_key: Text | None = Field(
        default=None, description="The tag key, or the cost category's name, for TAG and COST_CATEGORY."
    )
    minimum_monthly_spend: Decimal = Field(
        default=Decimal(10), ge=0, description="Dollars a month under which no budget is recommended."
    )
    target_breach_probability: Decimal = Field(
        default=Decimal("0.10"),
        ge=Decimal("0.01"),
        le=Decimal("0.5"),
        description="How likely an ordinary month may pass the limit, 0.01 to 0.5.",
    )
    budget_types: list[BudgetTypeName] = Field(
        default=[BudgetTypeName.COST], min_length=1, description="The types of budgets to recommend."
    )
    fresh: bool = Field(
        default=False, description="Ask Cost Explorer anew, whatever it answered earlier the same day."
    )
    explain: bool = EXPLAIN
    notification_email: Texts | None = Field(
        default=None, description="Who is to be told; goes into the create_budget requests."
    )
    cost_data: list[Any] | dict[str, Any] | str | None = Field(
        default=None,
        description="Costs to use instead of asking Cost Explorer: a list of {service, month, amount} or a "
        "GetCostAndUsage response by month. Forecasts to take into account: a list of {service, period, mean, "
        "lower, upper, probability, source} or a GetCostForecast response by month. Text is passed along as "
        "context and changes no number.",
    )
    optimization_data: list[Any] | dict[str, Any] | str | None = Field(
        default=None,
        description="Savings to count on: a list of {service, monthly_savings, probability, source}. Text is "
        "passed along as context and changes no number.",
    )


class BelowMinimum(Model):
    """Scopes that spend less than the minimum."""

    scopes: int
    monthly_spend: Amount


class SkippedView(Model):
    """A scope that gets no recommendation."""

    scope: str
    reason: str


class UnusedView(Model):
    """A part of what the caller sent that changed no number."""

    part: str
    reason: str


class Months(Model):
    """The whole months that were looked at, both inclusive, such as 2026-09."""

    first: str
    last: str


class RecommendBudgetsResult(ResultInWords):
    """The budgets the account should have, the most expensive scopes first."""

    recommendations: list[RecommendationView]
    left_out: int = Field(
        description="Smaller scopes that did not fit into one reply; a higher minimum_monthly_spend shows fewer."
    )
    months: Months
    source: str = Field(description="Where the costs come from: Cost Explorer or cost_data.")
    cost_explorer: ReadCost
    below_minimum: BelowMinimum
    skipped_count: int
    skipped: list[SkippedView] = Field(description=f"At most {MOST_NAMES} of them.")
    unused: list[UnusedView] = Field(
        description="Parts of cost_data and optimization_data that were not used."
    )
    context: list[str] = Field(description="Text that the caller sent along; it changed no number.")
    notes: list[str]


@action(mutates=False)
def recommend_budgets(parameters: RecommendBudgetsParameters, gateways: Gateways) -> RecommendBudgetsResult:
    """Recommend budgets from what the account spent in whole past months, with the reasons in numbers.

    Use it to find out which budgets are missing and which limits do not fit. Every recommendation has a limit
    that an ordinary month passes only with the given probability, the expected spend, a comparison with the
    existing budget of the same scope, and a create_budget request to send as it is. What began in the last two
    months is judged by its days, up to five scopes for a page each. Reading Cost Explorer costs $0.01 a page; the
    reply says how many there were. What it answered is remembered for the day, and fresh asks anew. Changes
    nothing.
    """
    account_id = parameters.account_id or gateways.identity.account_id
    _check(parameters, account_id)
    now = gateways.clock.now()
    today = now.date()
    incomplete: list[Incomplete] = []
    supplied = supplied_costs(parameters.cost_data, parameters.group_by, today.replace(day=1))
    claims = claimed_savings(parameters.optimization_data)
    reader = HistoryReader(
        cost_explorer=cost_explorer_for(gateways, fresh=parameters.fresh),
        today=today,
        lookback_months=parameters.lookback_months,
        narrowed_to=None if account_id == gateways.identity.account_id else account_id,
        meter=CostMeter(now, incomplete),
        worth_days=parameters.minimum_monthly_spend,
    )
    histories = [
        found
        for name in dict.fromkeys(parameters.budget_types)
        for found in reader.of_type(BUDGET_TYPES[name], parameters.group_by, parameters.group_key, supplied)
    ]
    if reader.narrowed_to is not None and not histories and not reader.skipped and not incomplete:
        raise DataUnavailable(
            f"Cost Explorer has no figures of account {account_id} in these months. It says the same of an "
            "account without costs and of one outside of the organization: check the id."
        )
    existing = read_or_say(
        "existing budgets", incomplete, lambda: read_budgets(None, account_id, gateways, incomplete)
    )
    experience = experience_of(each.history for each in histories if each.costs is not None)
    sorted_out = triage(
        histories, parameters.minimum_monthly_spend, parameters.target_breach_probability, experience
    )
    applied = _applied_savings(claims.savings, parameters.group_by, [each for each, _ in sorted_out.worth])
    recommendations = [
        found
        for each, _ in sorted_out.worth
        if (
            found := _recommended(
                each,
                applied.of(each),
                _forecast_of(each, supplied),
                parameters.target_breach_probability,
                experience,
            )
        )
        is not None
    ]
    compared = [
        Compared(each, None if existing is None else compared_with_existing(each, existing, now))
        for each in recommendations
    ]
    views = _views(compared, existing or (), parameters)
    shown_views = as_many_as_fit(views, lambda view: len(view.model_dump_json()) + 2)
    skipped = [*reader.skipped, *sorted_out.skipped]
    unused = [
        *supplied.unusable,
        *claims.unusable,
        *applied.unused,
        *_unused_forecasts(supplied.forecasts, recommendations),
    ]
    small_spend = Spend(sum(sorted_out.small, Decimal(0)), USD)
    result = RecommendBudgetsResult(
        recommendations=shown_views,
        left_out=len(views) - len(shown_views),
        months=Months(first=f"{reader.months[0]:%Y-%m}", last=f"{reader.months[-1]:%Y-%m}"),
        source=SUPPLIED if supplied.amounts and BudgetTypeName.COST in parameters.budget_types else READ,
        cost_explorer=reader.meter.view(),
        below_minimum=BelowMinimum(
            scopes=len(sorted_out.small),
            monthly_spend=shown(small_spend),
        ),
        skipped_count=len(skipped),
        skipped=[SkippedView(scope=each.scope, reason=each.reason) for each in skipped[:MOST_NAMES]],
        unused=[UnusedView(part=each.part, reason=each.reason) for each in unused[:MOST_NAMES]],
        context=[
            shortened(text, LONGEST_CONTEXT)
            for text in (supplied.context, claims.context)
            if text is not None
        ],
        notes=[
            *_notes(
                parameters,
                today,
                anything=bool(histories),
                unnamed=bool(reader.skipped),
                recommended=bool(recommendations),
            ),
            *reader.notes,
            *_notes_on_unused(len(unused)),
        ],
        incomplete=incomplete,
    )
    if not parameters.explain:
        return result
    sentences = recommendations_in_words(
        compared,
        months=(reader.months[0], reader.months[-1]),
        breach_probability=parameters.target_breach_probability,
        rest=WithoutRecommendation(
            minimum=Spend(parameters.minimum_monthly_spend, USD),
            small=len(sorted_out.small),
            small_spend=small_spend,
            skipped=skipped,
            not_shown=result.left_out,
        ),
        unused=len(unused),
        notes=result.notes,
        gaps=gaps_of(result),
    )
    parts = parts_of_recommendations(
        result.model_dump(mode="json"),
        breach_probability=str(parameters.target_breach_probability),
        minimum=str(parameters.minimum_monthly_spend),
        unused=len(unused),
    )
    return told(recommend_budgets.name, result, gateways, sentences, parts)


def _notes_on_unused(count: int) -> list[str]:
    return [] if count <= MOST_NAMES else [f"{count} parts were not used; the first {MOST_NAMES} are listed."]


def _check(parameters: RecommendBudgetsParameters, account_id: str) -> None:
    """What one field alone does not show. Raises InvalidParameters."""
    problems = []
    if parameters.group_by.needs_key and parameters.group_key is None:
        problems.append(
            problem_with(
                "group_key",
                f"is required when group_by is {parameters.group_by.value}",
                "a tag key" if parameters.group_by is GroupBy.TAG else "a cost category's name",
            )
        )
    if not parameters.group_by.needs_key and parameters.group_key is not None:
        problems.append(
            problem_with(
                "group_key",
                f"means nothing when group_by is {parameters.group_by.value}",
                "only with TAG and COST_CATEGORY",
            )
        )
    if parameters.notification_email is not None:
        subscribers = subscribers_from(parameters.notification_email, None)
        problems += [
            problem_with("notification_email", each)
            for each in problems_with_subscribers(subscribers, account_id)
        ]
    if problems:
        raise InvalidParameters.listing(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class _AppliedSavings:
    """Savings that lower a recommended limit, all of them when it is the total; and those that lower none."""

    savings: tuple[Saving, ...]
    total: bool
    unused: tuple[Unusable, ...]

    def of(self, scope: ScopeHistory) -> tuple[Saving, ...]:
        if scope.budget_type is not COST:
            return ()
        services = scope.where.scope.values_of("Service")
        return tuple(each for each in self.savings if self.total or each.service in services)


def _applied_savings(
    savings: Sequence[Saving], group_by: GroupBy, scopes: Sequence[ScopeHistory]
) -> _AppliedSavings:
    """Savings by service fit cost budgets by service, and their total; the rest is said to be unused."""
    costs = [each for each in scopes if each.budget_type is COST]
    services = {value for each in costs for value in each.where.scope.values_of("Service")}
    is_total = group_by is GroupBy.TOTAL and bool(costs)
    used = tuple(each for each in savings if is_total or each.service in services)
    return _AppliedSavings(
        savings=used,
        total=is_total,
        unused=tuple(
            Unusable(CALLER, f"no cost budget is recommended for '{each.service}', which it speaks of")
            for each in savings
            if each not in used
        ),
    )


def _forecast_of(scope: ScopeHistory, supplied: SuppliedCosts) -> ClaimedForecast | None:
    """The claim that speaks of what a cost budget of this scope counts."""
    if scope.budget_type is not COST:
        return None
    where = scope.where.scope
    return forecast_for(supplied.forecasts, where.values_of("Service"), is_total=where.is_everything)


def _unused_forecasts(
    forecasts: Sequence[ClaimedForecast], recommendations: Sequence[BudgetRecommendation]
) -> list[Unusable]:
    used = [each.adjustment.forecast for each in recommendations if each.adjustment is not None]
    return [
        Unusable(
            each.claimed_by,
            f"its forecast of {each.service or 'the total'} for {each.month:%Y-%m} speaks of no cost budget that "
            "is recommended, or of a later month than another one",
        )
        for each in forecasts
        if each not in used
    ]


def _recommended(
    scope: ScopeHistory,
    savings: Sequence[Saving],
    forecast: ClaimedForecast | None,
    breach_probability: Decimal,
    experience: Experience,
) -> BudgetRecommendation | None:
    if scope.budget_type.default_target is not None:
        return recommend_target(scope.budget_type, scope.where, scope.history, breach_probability)
    return recommend_limit(
        scope.budget_type,
        scope.where,
        scope.history,
        breach_probability,
        savings,
        forecast,
        experience,
        scope.taken_off,
    )


def _views(
    compared: Sequence[Compared], existing: Sequence[Budget], parameters: RecommendBudgetsParameters
) -> list[RecommendationView]:
    taken = {each.name for each in existing}
    return [
        recommendation_view(
            each.recommendation,
            free_budget_name(each.recommendation.budget_type, each.recommendation.where.label, taken),
            each.existing,
            emails=parameters.notification_email or (),
            account_id=parameters.account_id,
        )
        for each in compared
    ]


def _notes(
    parameters: RecommendBudgetsParameters, today: date, *, anything: bool, unnamed: bool, recommended: bool
) -> list[str]:
    types = [BUDGET_TYPES[each] for each in parameters.budget_types]
    notes = []
    if not anything and unnamed:
        notes.append(
            "What was spent lies outside of this grouping (see skipped); check group_key, or group by SERVICE."
        )
    elif not anything:
        notes.append("Nothing was spent or used in these months, so there is nothing to recommend.")
    if recommended and parameters.notification_email is None:
        notes.append(
            "The create_budget requests name nobody to tell: send notification_email to have it put in."
        )
        if any(each.default_target is not None for each in types):
            notes.append(
                "AWS keeps the target of a utilization or coverage budget only as a notification, so without"
                " notification_email those requests create a budget without a target."
            )
    if USAGE in types and parameters.group_by is GroupBy.TOTAL:
        notes.append("USAGE is by usage type, not in total: units must not be mixed.")
    if today.day <= DAYS_OF_CORRECTIONS:
        notes.append("The last month ended only days ago; AWS may still correct its figures.")
    return notes
