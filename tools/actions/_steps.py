"""Performing a change step by step, and saying precisely how far it came."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import Field

from tools.actions._action import Model
from tools.actions._reply import as_json
from tools.domain.budget_steps import BudgetStep
from tools.domain.errors import AwsUnavailable, BudgetAgentError, ResourceLocked
from tools.domain.planned_change import PlannedChange
from tools.gateways import Gateways


class CallView(Model):
    """One call of the Budgets API."""

    operation: str
    does: str = Field(description="In words.")
    request: dict[str, Any]


def calls_for(steps: Sequence[BudgetStep], account_id: str, name: str, gateways: Gateways) -> list[CallView]:
    """The calls that the steps would be, for a dry run."""
    gateways.gate.consider(PlannedChange(account_id=account_id, budget_name=name, steps=tuple(steps)))
    found = []
    for step in steps:
        operation, request = gateways.budgets.call_for(account_id, name, step)
        found.append(CallView(operation=operation, does=step.in_words(), request=as_json(request)))
    return found


def perform(
    steps: Sequence[BudgetStep],
    account_id: str,
    name: str,
    gateways: Gateways,
    kept: Mapping[str, Any] | None = None,
    has_happened: Callable[[BudgetStep], bool] | None = None,
) -> list[str]:
    """Perform the steps in order; what was done, in words.

    All of them are judged by the governance rules before the first. A step that fails ends it with its error,
    whose details say what was `done`, what `failed`, what was `not_done`, and hold what is `kept` for the caller.
    The same request sent again takes up from there, since it looks at what stands. `has_happened` is asked where
    AWS refuses a step as not allowed now: a lost reply makes boto3 send a call again, and what was done already is
    refused then.
    """
    gateways.gate.consider(PlannedChange(account_id=account_id, budget_name=name, steps=tuple(steps)))
    done: list[str] = []
    for position, step in enumerate(steps):
        try:
            gateways.budgets.apply(account_id, name, step)
        except BudgetAgentError as error:
            if isinstance(error, ResourceLocked) and has_happened is not None and has_happened(step):
                done.append(step.in_words())
                continue
            words = [each.in_words() for each in steps]
            progress = {"done": done, "failed": words[position], "not_done": words[position + 1 :]}
            sentence = f"{error.message} {_how_far(name, error, progress)}"
            raise type(error)(sentence, {**error.details, **progress, **(kept or {})}) from error
        done.append(step.in_words())
    return done


def _how_far(name: str, error: BudgetAgentError, progress: Mapping[str, Any]) -> str:
    failed, done = progress["failed"], progress["done"]
    sure = "may or may not have happened" if isinstance(error, AwsUnavailable) else "was not done"
    if not done:
        return f"Of '{name}' nothing else was changed: the first step, {failed}, {sure}."
    left = len(progress["not_done"])
    rest = f", and {left} more step{'s' * (left != 1)} not begun" if left else ""
    return (
        f"'{name}' is changed in part: done is {'; '.join(done)}; {failed} {sure}{rest}. "
        "The same request sent again does what is left."
    )
