"""Reading what governance rules look at, as far as the action has not read it already."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from agent.guarded_budgets import GuardedBudgets
from tools.actions._cost_meter import CostMeter
from tools.domain.budget import Budget, BudgetDefinition
from tools.domain.budget_actions import BudgetAction
from tools.domain.budget_types import Measure
from tools.domain.errors import AccessDenied, AwsUnavailable, BudgetAgentError, DataUnavailable, Throttled
from tools.domain.governance.governed import Facet, GovernedAccount, GovernedBudget, recent_spend_of
from tools.domain.money import USD, Spend
from tools.domain.periods import PER_MONTH, add_months
from tools.domain.planned_change import NewBudget
from tools.domain.scope_expression import as_expression, metric_of
from tools.gateways import Gateways

MONTHS_COMPARED = 3

Read = TypeVar("Read")


class GovernedReading:
    """Reads for one call. `failures` has, by facet, why one could not be read;"""

    def __init__(self, gateways: Gateways, budgets: GuardedBudgets, meter: Callable[[], CostMeter]) -> None:
        self._gateways = gateways
        self._budgets = budgets
        self.failures: dict[Facet, BudgetAgentError] = {}
        self._meter = meter

    def existing(self, account_id: str, name: str, facets: Collection[Facet]) -> GovernedBudget:
        """A budget as it stands. Raises BudgetNotFound, and whatever keeps its definition from being read."""
        now = self._gateways.clock.now()
        budgets = self._budgets
        budget = self._seen("budget", account_id, name, lambda: budgets.get_budget(account_id, name))
        notifications = tags = actions = None
        if {Facet.NOTIFICATIONS, Facet.SUBSCRIBERS} & set(facets):
            notifications = self._tried(
                (Facet.NOTIFICATIONS, Facet.SUBSCRIBERS),
                lambda: self._seen(
                    "notifications", account_id, name, lambda: budgets.notifications_of(account_id, name)
                ),
            )
        if Facet.TAGS in facets:
            tags = self._tried(
                (Facet.TAGS,),
                lambda: self._seen("tags", account_id, name, lambda: budgets.tags_of(account_id, name)),
            )
        if {Facet.ACTIONS, Facet.TARGETS} & set(facets):
            actions = self._tried((Facet.ACTIONS, Facet.TARGETS), lambda: self._actions(account_id, budget))
        return GovernedBudget(
            account_id=account_id,
            definition=budget.definition,
            now=now,
            read_notifications=notifications,
            read_tags=tags,
            read_actions=actions,
            recent_spend=recent_spend_of(budget, now),
            own_roles=self._own_roles(account_id, facets),
        )

    def new(self, account_id: str, created: NewBudget, facets: Collection[Facet]) -> GovernedBudget:
        """A budget that is to be created: everything of it is known but what it would have counted of late."""
        now = self._gateways.clock.now()
        spent = None
        if Facet.RECENT_COSTS in facets:
            spent = self._tried(
                (Facet.RECENT_COSTS,), lambda: self._recent_costs(account_id, created.definition, now)
            )
        return GovernedBudget(
            account_id=account_id,
            definition=created.definition,
            now=now,
            read_notifications=created.notifications,
            read_tags=created.tags,
            read_actions=(),
            recent_spend=spent,
            own_roles=self._own_roles(account_id, facets),
        )

    def account(self, account_id: str) -> GovernedAccount:
        """The account with the names of its budgets that have budget actions."""
        acting = self._tried(
            (Facet.ACCOUNT_ACTIONS,), lambda: _acting(self._budgets.all_budget_actions(account_id))
        )
        return GovernedAccount(
            account_id=account_id, now=self._gateways.clock.now(), read_acting_budgets=acting
        )

    def _actions(self, account_id: str, budget: Budget) -> tuple[BudgetAction, ...]:
        """Of a type that can have some."""
        if not budget.type.allows_budget_actions:
            return ()
        name = budget.name
        found = self._seen(
            "actions", account_id, name, lambda: self._budgets.budget_actions_of(account_id, name)
        )
        return tuple(found)

    def _recent_costs(self, account_id: str, definition: BudgetDefinition, now: datetime) -> Spend | None:
        """The mean of the last whole months in Cost Explorer, for one period of the budget."""
        factor = PER_MONTH.get(definition.time_unit)
        if definition.type.measure is not Measure.COST or factor is None:
            return None
        month = now.date().replace(day=1)
        read = self._gateways.cost_explorer.daily_amounts(
            (add_months(month, -MONTHS_COMPARED), month),
            metric=metric_of(definition.type, definition.scope),
            expression=as_expression(definition.scope),
        )
        self._meter().note(read)
        return Spend(sum(read.amounts.values(), Decimal(0)) / MONTHS_COMPARED / factor, USD)

    def _own_roles(self, account_id: str, facets: Collection[Facet]) -> tuple[str, ...]:
        """The agent's, where it works in its own account and somebody may be restricted there."""
        identity = self._gateways.identity
        if account_id != identity.account_id or Facet.TARGETS not in facets:
            return ()
        own = self._tried((Facet.TARGETS,), identity.role_arn)
        return tuple(each for each in (own, identity.action_execution_role_arn) if each)

    def _seen(self, what: str, account_id: str, name: str, read: Callable[[], Read]) -> Read:
        """What the action has read since the last write; else it is read now."""
        key = (what, account_id, name)
        found: Read = self._budgets.seen[key] if key in self._budgets.seen else read()
        return found

    def _tried(self, facets: tuple[Facet, ...], read: Callable[[], Read]) -> Read | None:
        """What `read` gives, or None, with the failure kept for whoever needs the facets."""
        try:
            return read()
        except (AccessDenied, Throttled, AwsUnavailable, DataUnavailable) as error:
            self.failures.update(dict.fromkeys(facets, error))
            return None


def _acting(actions: list[BudgetAction]) -> frozenset[str]:
    return frozenset(each.definition.budget_name for each in actions)
