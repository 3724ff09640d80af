"""The list of actions: what is not here cannot be asked for."""

from __future__ import annotations

from tools.actions._action import Action
from tools.actions.analyze_budgets import analyze_budgets
from tools.actions.create_budget import create_budget
from tools.actions.create_budget_actions import create_budget_actions
from tools.actions.delete_budget import delete_budget
from tools.actions.get_budget_performance import get_budget_performance
from tools.actions.list_changes import list_changes
from tools.actions.monitor_budgets import monitor_budgets
from tools.actions.recommend_budgets import recommend_budgets
from tools.actions.update_budget import update_budget

ACTIONS: tuple[Action, ...] = (
    analyze_budgets,
    create_budget,
    monitor_budgets,
    recommend_budgets,
    create_budget_actions,
    get_budget_performance,
    update_budget,
    delete_budget,
    list_changes,
)

ACTION_NAMES = [each.name for each in ACTIONS]
