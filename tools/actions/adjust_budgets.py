"""adjust_budgets: limits and thresholds that no longer fit, moved within guard rails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from pydantic import Field

from tools.actions._action import BudgetName, Incomplete, Model, MutatingParameters, WholeNumber, action
from tools.actions._adjusting import Adjusted, Adjuster, Outcome, performed
from tools.actions._adjustment_view import AdjustmentView, adjustment_view
from tools.actions._budget_histories import BudgetHistoryReader
from tools.actions._choices import NotNegative, Text
from tools.actions._cost_meter import CostMeter, cost_explorer_for
from tools.actions._governance import ChangeResult
from tools.actions._reading import read_budgets
from tools.actions._recording import Recorder
from tools.actions._reply import ReadCost, read_or_say
from tools.domain.audit import AuditEntry
from tools.domain.budget import Budget
from tools.domain.budget_types import BudgetTypeName
from tools.domain.errors import InvalidParameters, StateUnavailable
from tools.domain.guard_rails import GuardRails
from tools.domain.paging import MOST_NAMES, as_many_as_fit
from tools.domain.past_changes import PastChanges
from tools.gateways import Gateways

LONGEST_LOOKBACK = 37


class AdjustBudgetsParameters(MutatingParameters):
    """Which budgets, and the rails their limits stay within."""

    dry_run: bool = Field(
        default=True,
        description="Show what would be done; false does it. This is the only default that is so.",
    )
    budget_names: list[BudgetName] | None = Field(
        default=None, min_length=1, max_length=MOST_NAMES, description="Only these budgets, at most 500."
    )
    budget_types: list[BudgetTypeName] = Field(
        default=[BudgetTypeName.COST, BudgetTypeName.USAGE],
        min_length=1,
        description="Only budgets of these types; the limit of RI and Savings Plans budgets is fixed.",
    )
    limits: bool = Field(default=True, description="Adjust limits.")
    thresholds: bool = Field(
        default=True,
        description="Adjust thresholds in percent of actual spend: near the limit for steady scopes, far from it "
        "for lumpy ones.",
    )
    pace: bool = Field(
        default=False,
        description="Set the lower thresholds of monthly budgets by the usual daily profile as well, which reads "
        "a page of Cost Explorer for each budget that has such.",
    )
    target_breach_probability: Decimal = Field(
        default=Decimal("0.10"),
        ge=Decimal("0.01"),
        le=Decimal("0.5"),
        description="How likely an ordinary period may pass the limit, 0.01 to 0.5.",
    )
    lookback_months: WholeNumber = Field(
        default=12, ge=1, le=LONGEST_LOOKBACK, description="How many whole months to look at."
    )
    largest_change_percent: Decimal = Field(
        default=Decimal(20),
        gt=0,
        le=1000,
        description="How far a limit may move in one period of its budget, in percent of what it was at its "
        "start.",
    )
    floor: NotNegative | None = Field(
        default=None, description="No limit is moved below this amount, in the unit of its budget."
    )
    ceiling: NotNegative | None = Field(
        default=None, description="No limit is moved above this amount, in the unit of its budget."
    )
    days_between_changes: WholeNumber = Field(
        default=7,
        ge=0,
        le=366,
        description="A budget whose limit this agent changed less than so many days ago is left alone.",
    )
    fixed_tag_key: Text = Field(
        default="limit", description="A budget with this tag on it, and this value, is left alone."
    )
    fixed_tag_value: Text = Field(
        default="fixed", description="The value of that tag, in any case of letters."
    )
    include_planned: bool = Field(
        default=False, description="Budgets with planned limits too; their plan ends with the new limit."
    )
    include_auto_adjusting: bool = Field(
        default=False, description="Budgets that AWS adjusts too; the new limit ends that."
    )
    fresh: bool = Field(
        default=False, description="Ask Cost Explorer anew, whatever it answered earlier the same day."
    )


class LeftAloneView(Model):
    """A budget that is not touched, and why."""

    budget_name: str
    code: str
    reason: str


class AdjustBudgetsResult(ChangeResult):
    """What was, or would be, adjusted, and what was left alone."""

    dry_run: bool
    sentence: str
    adjustments: list[AdjustmentView] = Field(description="Those that change most first.")
    left_out: int = Field(
        description="Adjustments that did not fit into one reply; name budgets to see them."
    )
    fitting: int = Field(description="Budgets whose limit and thresholds fit.")
    left_alone_count: int
    left_alone: list[LeftAloneView] = Field(description=f"At most {MOST_NAMES} of them.")
    cost_explorer: ReadCost


@action(mutates=True, records_itself=True)
def adjust_budgets(parameters: AdjustBudgetsParameters, gateways: Gateways) -> AdjustBudgetsResult:
    """Move limits and thresholds that no longer fit what is spent, within guard rails; a dry run by default.

    Use it once a month to keep budgets honest. Each proposal says before, after, why in numbers and which rail
    held it back. Nothing is moved beyond the largest change per period, the floor and the ceiling, under what is
    spent already, or more often than allowed; budgets tagged as fixed, planned and auto-adjusting ones are left
    alone. With dry_run false it is done, each budget is recorded by itself, and undo_change takes it back.
    """
    now = gateways.clock.now()
    account_id = parameters.account_id or gateways.identity.account_id
    _check(parameters, gateways)
    incomplete: list[Incomplete] = []
    meter = CostMeter(now, incomplete)
    budgets = [
        each
        for each in read_budgets(
            parameters.budget_names,
            account_id,
            gateways,
            incomplete,
            notifications_needed=parameters.thresholds,
        )
        if each.type.name in parameters.budget_types
    ]
    adjuster = Adjuster(
        gateways=gateways,
        account_id=account_id,
        now=now,
        rails=GuardRails(
            largest_change=parameters.largest_change_percent / 100,
            floor=parameters.floor,
            ceiling=parameters.ceiling,
        ),
        breach_probability=parameters.target_breach_probability,
        days_between_changes=parameters.days_between_changes,
        fixed_tag=(parameters.fixed_tag_key, parameters.fixed_tag_value),
        includes_planned=parameters.include_planned,
        includes_auto_adjusting=parameters.include_auto_adjusting,
        limits=parameters.limits,
        thresholds=parameters.thresholds,
        pace=parameters.pace,
        reader=BudgetHistoryReader(
            gateways=gateways,
            cost_explorer=cost_explorer_for(gateways, fresh=parameters.fresh),
            account_id=account_id,
            narrowed_to=None if account_id == gateways.identity.account_id else account_id,
            today=now.date(),
            lookback_months=parameters.lookback_months,
            meter=meter,
        ),
        past=_past_changes(parameters, account_id, budgets, gateways, incomplete),
    )
    plans, alone = adjuster.plans_for(budgets)
    recorder = Recorder(gateways, account_id, adjust_budgets.name, parameters.reason, incomplete)
    outcomes = performed(plans, recorder, is_rehearsal=parameters.dry_run)
    views = [adjustment_view(each) for each in outcomes]
    shown = as_many_as_fit(views, lambda view: len(view.model_dump_json()) + 2)
    fitting = len(budgets) - len(plans) - len(alone)
    return AdjustBudgetsResult(
        dry_run=parameters.dry_run,
        sentence=_sentence(outcomes, fitting, len(alone), is_rehearsal=parameters.dry_run),
        adjustments=shown,
        left_out=len(views) - len(shown),
        fitting=fitting,
        left_alone_count=len(alone),
        left_alone=[
            LeftAloneView(budget_name=each.name, code=each.code, reason=each.reason)
            for each in alone[:MOST_NAMES]
        ],
        cost_explorer=meter.view(),
        incomplete=incomplete,
    )


def _check(parameters: AdjustBudgetsParameters, gateways: Gateways) -> None:
    """What one field alone does not show. Raises InvalidParameters, StateUnavailable."""
    floor, ceiling = parameters.floor, parameters.ceiling
    if floor is not None and ceiling is not None and floor > ceiling:
        raise InvalidParameters.because(
            "floor", f"is above the ceiling of {ceiling:f}", f"at most {ceiling:f}"
        )
    if not parameters.limits and not parameters.thresholds:
        raise InvalidParameters.because(
            "limits", "neither limits nor thresholds are to be adjusted", "one of them"
        )
    if gateways.state is None and parameters.days_between_changes and not parameters.dry_run:
        raise StateUnavailable(
            "No state table is configured (BUDGET_STATE_TABLE), so nobody knows when limits were changed last. "
            "Send days_between_changes 0 to adjust them all the same; undo_change cannot take that back."
        )


def _past_changes(
    parameters: AdjustBudgetsParameters,
    account_id: str,
    budgets: Sequence[Budget],
    gateways: Gateways,
    incomplete: list[Incomplete],
) -> PastChanges:
    """What the agent changed since the last period of any budget began, and as far back as it has to rest."""
    now = gateways.clock.now()
    if gateways.state is None:
        if parameters.days_between_changes:
            reason = "No state table is configured, so it is not known how long ago limits were changed."
            incomplete.append(
                Incomplete(part="past changes", code="STATE_UNAVAILABLE", reason=reason, retryable=False)
            )
        return PastChanges(())
    state = gateways.state
    starts = [period.start for each in budgets if (period := each.definition.period_at(now)) is not None]
    since = min([*starts, now - timedelta(days=parameters.days_between_changes)])

    def read() -> PastChanges:
        entries: list[AuditEntry] = []
        last: str | None = None
        while True:
            page = state.changes(account_id, most=_ENTRIES_READ, since=since, before=last)
            entries += page.entries
            last = page.last
            if last is None:
                return PastChanges(entries)

    if not parameters.dry_run:
        return read()
    return read_or_say("past changes", incomplete, read) or PastChanges(())


_ENTRIES_READ = 500


def _sentence(outcomes: Sequence[Adjusted], fitting: int, alone: int, *, is_rehearsal: bool) -> str:
    counts = Counter(each.outcome for each in outcomes)
    moved = counts[Outcome.PROPOSED if is_rehearsal else Outcome.ADJUSTED]
    parts = [
        f"{moved} {'would be' if is_rehearsal else 'were'} adjusted",
        f"{fitting} fit",
        *([f"{counts[Outcome.HELD_BACK]} held back"] if counts[Outcome.HELD_BACK] else []),
        *([f"{counts[Outcome.FAILED]} failed"] if counts[Outcome.FAILED] else []),
        *([f"{counts[Outcome.NOT_BEGUN]} not begun"] if counts[Outcome.NOT_BEGUN] else []),
        f"{alone} left alone",
    ]
    total = len(outcomes) + fitting + alone
    return f"Of {total} budgets {', '.join(parts)}."
