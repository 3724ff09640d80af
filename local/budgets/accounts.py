"""Whose budgets there are: the stores behind moto's backends."""

from typing import Any

from moto.budgets.models import budgets_backends

from local.budgets.store import Store


def store_of(account_id: str, partition: str) -> Store:
    """What is kept for an account."""
    backend: Any = budgets_backends[account_id][partition]
    store: Store = backend.store
    return store


def all_stores() -> list[Store]:
    """What is kept for every account that has called AWS Budgets."""
    backends: list[Any] = [
        backend for account in list(budgets_backends.values()) for backend in list(account.values())
    ]
    return [backend.store for backend in backends]
