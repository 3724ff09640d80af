"""reconcile_budget_actions: restrictions without a cause are released, re-armed, mended or explained."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial

from pydantic import Field

from tools.actions._action import (
    BudgetName,
    Incomplete,
    Model,
    MutatingParameters,
    action,
)
from tools.actions._announcing import Announced, deliver_announcements
from tools.actions._cost_meter import CostMeter
from tools.actions._governance import ChangeResult
from tools.actions._reconciling import Looked, Reconciling
from tools.actions._reply import Amount, ReadCost, read_or_say, shown
from tools.domain.audit import Change
from tools.domain.budget import Budget
from tools.domain.budget_action_states import Restricts, state_of
from tools.domain.budget_actions import restriction_in_words
from tools.domain.errors import StateUnavailable
from tools.domain.money import USD, Spend
from tools.domain.periods import whole_months_before
from tools.domain.reconciliation import DEFAULT_RELEASE_PERCENT, ReleaseMode, ReleasePolicy
from tools.domain.standing import standing_of
from tools.domain.uncovered_spend import Uncovered, uncovered_by
from tools.gateways import Gateways

MOST_UNCOVERED = 50
_KINDS = {"Service": "SERVICE", "LinkedAccount": "LINKED_ACCOUNT"}


class ReconcileBudgetActionsParameters(MutatingParameters):
    """Which budget actions, and how they are released."""

    budget_name: BudgetName | None = Field(default=None, description="Only budget actions of this budget.")
    release: ReleaseMode = Field(
        default=ReleaseMode.AUTOMATIC,
        description="AUTOMATIC releases a restriction whose cause is gone; MANUAL tells people to. A budget's tag "
        "budget-agent:release (automatic or manual) decides over it.",
    )
    release_percent: Decimal = Field(
        default=DEFAULT_RELEASE_PERCENT,
        ge=1,
        le=100,
        description="Percent of a budget action's threshold under which spend has to fall, unless the limit was "
        "raised.",
    )
    list_uncovered: bool = Field(
        default=True,
        description="Also list services and accounts that cost something and have no budget; takes two pages of "
        "Cost Explorer, $0.02.",
    )
    minimum_monthly_spend: Decimal = Field(
        default=Decimal(10), ge=0, description="Dollars a month up to which a missing budget is not listed."
    )
    dry_run: bool = Field(default=False, description="Show what would be done, and do and remember nothing.")


class ReconciledAction(Model):
    """A budget action that does not just stand by."""

    budget: str
    action_id: str
    does: str = Field(description="In words: what to whom.")
    status_before: str
    execution: str | None = Field(description="What AWS was, or in a dry run would be, asked for.")
    executed: bool
    status: str = Field(description="Afterwards.")
    restricts: str = Field(
        description="Whether somebody is restricted by it now: yes, no, or perhaps, in part."
    )
    why: str
    needs_person: bool


class RepairsView(Model):
    """How far the agent's memory was from AWS's truth."""

    begun: int = Field(description="Budget actions it did not know.")
    brought_up: int = Field(description="Those whose state had changed.")
    forgotten: int = Field(description="Those that AWS has no more.")


class UncoveredView(Model):
    """A service or account that no COST budget names."""

    kind: str = Field(description="Service or LinkedAccount.")
    value: str
    last_month: Amount


class ReconcileBudgetActionsResult(ChangeResult):
    """What was done and why; those that just stand by are only counted."""

    sentence: str
    dry_run: bool
    looked_at: int
    standing_by: int
    budget_actions: list[ReconciledAction]
    repairs: RepairsView
    uncovered: list[UncoveredView] | None = Field(
        description=f"The dearest first, at most {MOST_UNCOVERED}; null when it was not asked for or not read."
    )
    uncovered_left_out: int
    cost_explorer: ReadCost | None
    announced: Announced | None = Field(
        description="What was told by the channels of what this and earlier runs announced; null in a dry run."
    )

    def recorded_change(self) -> Change:
        """What AWS was asked for; nothing else changes budgets."""
        executed = [each.model_dump(mode="json") for each in self.budget_actions if each.executed]
        return Change(after={"budget_actions": executed}, is_change=bool(executed))


@action(mutates=True)
def reconcile_budget_actions(
    parameters: ReconcileBudgetActionsParameters, gateways: Gateways
) -> ReconcileBudgetActionsResult:
    """Release restrictions whose cause is gone, put them back on watch, retry what failed, and explain the rest.

    Use it on a schedule, so that nobody stays locked out by neglect, and after raising a limit. A restriction is
    reversed when the limit was raised or spend fell well under its threshold, re-armed when it cannot act again at
    once, and a failure is tried again three times. Every step is announced once. dry_run shows all of it.
    """
    state = gateways.state
    if state is None:
        raise StateUnavailable(
            "Budget actions are not reconciled without a memory, which keeps a failure from being tried for ever: "
            "no state table is configured; name one in BUDGET_STATE_TABLE."
        )
    now = gateways.clock.now()
    account_id = parameters.account_id or gateways.identity.account_id
    incomplete: list[Incomplete] = []
    name = parameters.budget_name
    actions = (
        gateways.budgets.all_budget_actions(account_id)
        if name is None
        else gateways.budgets.budget_actions_of(account_id, name)
    )
    budgets = read_or_say("budgets", incomplete, partial(gateways.budgets.list_budgets, account_id))
    run = Reconciling(
        gateways=gateways,
        state=state,
        account_id=account_id,
        standings={each.name: standing_of(each, now) for each in budgets or ()},
        policy=ReleasePolicy(mode=parameters.release, percent=parameters.release_percent),
        is_rehearsal=parameters.dry_run,
        now=now,
        incomplete=incomplete,
    )
    run.run(actions, is_everything=name is None)
    meter = CostMeter(now, incomplete)
    uncovered = _uncovered(parameters, budgets, account_id, now, gateways, incomplete, meter)
    active = [_view(each) for each in run.looked if each.action.status != "STANDBY"]
    announced = None if parameters.dry_run else deliver_announcements(gateways, account_id, incomplete)
    return ReconcileBudgetActionsResult(
        sentence=_sentence(run.looked, is_rehearsal=parameters.dry_run),
        dry_run=parameters.dry_run,
        looked_at=len(run.looked),
        standing_by=len(run.looked) - len(active),
        budget_actions=active,
        repairs=RepairsView(
            begun=run.repairs.begun,
            brought_up=run.repairs.brought_up,
            forgotten=run.repairs.forgotten,
        ),
        uncovered=None
        if uncovered is None
        else [_uncovered_view(each) for each in uncovered[:MOST_UNCOVERED]],
        uncovered_left_out=max(len(uncovered or ()) - MOST_UNCOVERED, 0),
        cost_explorer=meter.view() if meter.reads else None,
        announced=announced,
        incomplete=incomplete,
    )


def _uncovered(
    parameters: ReconcileBudgetActionsParameters,
    budgets: Sequence[Budget] | None,
    account_id: str,
    now: datetime,
    gateways: Gateways,
    incomplete: list[Incomplete],
    meter: CostMeter,
) -> list[Uncovered] | None:
    """What cost something in the last whole month and has no budget; None when it was not asked for or read."""
    if not parameters.list_uncovered or budgets is None:
        return None
    [month] = whole_months_before(now.date(), 1)
    foreign = None if account_id == gateways.identity.account_id else account_id
    found: list[Uncovered] = []
    for kind, dimension in _KINDS.items():
        read = read_or_say(
            f"spend by {dimension}",
            incomplete,
            partial(
                gateways.cost_explorer.monthly_amounts,
                (month, now.date().replace(day=1)),
                metric="UnblendedCost",
                group_by=("DIMENSION", dimension),
                account_id=foreign,
            ),
        )
        if read is None:
            return None
        meter.note(read)
        amounts = {value: by_month.get(month, Decimal(0)) for value, by_month in read.amounts.items()}
        found += uncovered_by(kind, amounts, budgets, parameters.minimum_monthly_spend)
    return sorted(found, key=lambda each: -each.amount)


def _view(looked: Looked) -> ReconciledAction:
    decision = looked.decision
    return ReconciledAction(
        budget=looked.action.definition.budget_name,
        action_id=looked.action.id,
        does=restriction_in_words(looked.action.definition.target),
        status_before=looked.action.status,
        execution=None if decision.execution is None else decision.execution.value,
        executed=looked.executed,
        status=looked.status_after,
        restricts=state_of(looked.status_after).restricts.value,
        why=decision.why,
        needs_person=decision.needs_person,
    )


def _uncovered_view(uncovered: Uncovered) -> UncoveredView:
    return UncoveredView(
        kind=uncovered.kind, value=uncovered.value, last_month=shown(Spend(uncovered.amount, USD))
    )


def _sentence(looked: Sequence[Looked], *, is_rehearsal: bool) -> str:
    asked = [each for each in looked if each.decision.execution is not None]
    done = [each for each in asked if each.executed or is_rehearsal]
    restricting = sum(state_of(each.status_after).restricts is Restricts.YES for each in looked)
    waiting = sum(each.decision.needs_person for each in looked)
    verb = "would be" if is_rehearsal else "was" if len(done) == 1 else "were"
    steps = f"{len(done)} of {len(looked)} budget actions {verb} acted on"
    failed = f", {len(asked) - len(done)} could not be" if len(asked) > len(done) else ""
    rest = f"{restricting} restrict{'s' if restricting == 1 else ''} somebody now"
    people = f"; {waiting} need{'s' if waiting == 1 else ''} a person" if waiting else ""
    return f"{steps}{failed}; {rest}{people}."
