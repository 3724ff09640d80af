"""The list of actions: what is not here cannot be asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module

from tools.actions._action import Action

# Each is the name of a file beside this one and of the action in it.
ACTION_NAMES = [
    "analyze_budgets",
    "create_budget",
    "monitor_budgets",
    "recommend_budgets",
    "create_budget_actions",
    "get_budget_performance",
    "update_budget",
    "delete_budget",
    "list_changes",
    "undo_change",
    "adjust_budgets",
    "list_alerts",
    "acknowledge_alert",
    "reconcile_budget_actions",
    "list_budget_actions",
    "execute_budget_action",
    "receive_notification",
    "audit_budgets",
    "list_budget_templates",
    "ask",
    "describe_agent",
]


class Catalogue(Mapping[str, Action]):
    """Actions by name, in the list's order. One is imported when it is looked up, and no other with it.

    A request pays for the action it asks for, however many there are; `values()` imports all of them.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def __getitem__(self, name: str) -> Action:
        """The action. Raises KeyError for a name that is not listed."""
        if name not in self._names:
            raise KeyError(name)
        found: Action = getattr(import_module(f"{__package__}.{name}"), name)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


ACTIONS = Catalogue(ACTION_NAMES)
