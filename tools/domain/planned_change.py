"""A change of one budget as it is planned: everything that its calls will do, before the first of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.domain.budget import BudgetDefinition
    from tools.domain.budget_steps import BudgetStep
    from tools.domain.notifications import Notification


@dataclass(frozen=True, slots=True)
class NewBudget:
    """A budget that is to be created, with its notifications and the tags on it."""

    definition: BudgetDefinition
    notifications: tuple[Notification, ...]
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedChange:
    """What is to be created, and what is to be done to it or to the budget that exists, of this name."""

    account_id: str
    budget_name: str
    created: NewBudget | None = None
    steps: tuple[BudgetStep, ...] = ()
