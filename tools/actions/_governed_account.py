"""Reading an account for an audit: what rules look at, of all budgets in few calls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from tools.actions._action import Incomplete
from tools.actions._cost_meter import CostMeter
from tools.actions._reply import read_or_say
from tools.domain.budget import Budget
from tools.domain.budget_actions import BudgetAction
from tools.domain.governance.governed import Facet, GovernedAccount, GovernedBudget, recent_spend_of
from tools.domain.money import Spend
from tools.domain.periods import add_months
from tools.gateways import Gateways

Read = TypeVar("Read")

_OF_ACTIONS = frozenset({Facet.ACTIONS, Facet.TARGETS, Facet.ACCOUNT_ACTIONS})


@dataclass
class AuditedAccount:
    """An account that is audited. What cannot be read is said in `incomplete`, and its facets are in `unread`."""

    account_id: str
    gateways: Gateways
    facets: Collection[Facet]
    meter: CostMeter
    incomplete: list[Incomplete] = field(default_factory=list)
    unread: set[Facet] = field(default_factory=set)

    def read(self, budgets: Sequence[Budget]) -> tuple[list[GovernedBudget], GovernedAccount]:
        """These budgets and their account, with what the facets name.

        Notifications and budget actions come in one sweep each. Subscribers and tags take calls for every budget,
        so they are read only where a rule looks at them.
        """
        account_id, now = self.account_id, self.gateways.clock.now()
        aws = self.gateways.budgets
        sweep = self._part(
            {Facet.NOTIFICATIONS}, "notifications", lambda: aws.notifications_by_budget(account_id)
        )
        actions = self._part(
            _OF_ACTIONS, "budget actions", lambda: _by_budget(aws.all_budget_actions(account_id))
        )
        told = self._part(
            {Facet.SUBSCRIBERS},
            "subscribers",
            lambda: {each.name: aws.notifications_of(account_id, each.name) for each in budgets},
        )
        tags = self._part(
            {Facet.TAGS}, "tags", lambda: {each.name: aws.tags_of(account_id, each.name) for each in budgets}
        )
        watched = sweep if told is None else told
        own_roles = self._part({Facet.TARGETS}, "the agent's own role", self._own_roles) or ()
        governed = [
            GovernedBudget(
                account_id=account_id,
                definition=each.definition,
                now=now,
                read_notifications=None if watched is None else watched.get(each.name, ()),
                read_tags=None if tags is None else tags[each.name],
                read_actions=None if actions is None else actions.get(each.name, ()),
                recent_spend=recent_spend_of(each, now),
                own_roles=own_roles,
            )
            for each in budgets
        ]
        account = GovernedAccount(
            account_id=account_id,
            now=now,
            budgets=tuple(budgets),
            read_acting_budgets=None if actions is None else frozenset(actions),
            read_spend=self._part({Facet.ACCOUNT_SPEND}, "spend by account", self._spend),
        )
        return governed, account

    def _part(self, facets: Collection[Facet], part: str, read: Callable[[], Read]) -> Read | None:
        """What `read` gives where a rule looks at one of the facets; None where none does or it cannot be read."""
        wanted = set(facets) & set(self.facets)
        if not wanted:
            return None
        found = read_or_say(part, self.incomplete, read)
        if found is None:
            self.unread |= wanted
        return found

    def _own_roles(self) -> tuple[str, ...]:
        identity = self.gateways.identity
        if self.account_id != identity.account_id:
            return ()
        return tuple(each for each in (identity.role_arn(), identity.action_execution_role_arn) if each)

    def _spend(self) -> dict[str, Spend]:
        """What each account spent in the last whole month, in one page of Cost Explorer as a rule."""
        month = self.gateways.clock.now().date().replace(day=1)
        last = add_months(month, -1)
        read = self.gateways.cost_explorer.monthly_amounts(
            (last, month), metric="UnblendedCost", group_by=("DIMENSION", "LINKED_ACCOUNT")
        )
        self.meter.note(read)
        return {
            account: Spend(months[last], read.units[account])
            for account, months in read.amounts.items()
            if last in months
        }


def _by_budget(actions: Sequence[BudgetAction]) -> dict[str, tuple[BudgetAction, ...]]:
    found: dict[str, list[BudgetAction]] = defaultdict(list)
    for each in actions:
        found[each.definition.budget_name].append(each)
    return {name: tuple(attached) for name, attached in found.items()}
