"""The list of actions: what is not here cannot be asked for."""

from __future__ import annotations

from tools.actions._action import Action
from tools.actions.analyze_budgets import analyze_budgets
from tools.actions.monitor_budgets import monitor_budgets

ACTIONS: tuple[Action, ...] = (
    analyze_budgets,
    monitor_budgets,
)

ACTION_NAMES = [each.name for each in ACTIONS]
