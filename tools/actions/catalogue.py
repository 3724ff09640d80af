"""The list of actions: what is not here cannot be asked for."""

from __future__ import annotations

from tools.actions._action import Action
from tools.actions.analyze_budgets import analyze_budgets

ACTIONS: tuple[Action, ...] = (analyze_budgets,)

ACTION_NAMES = [each.name for each in ACTIONS]
