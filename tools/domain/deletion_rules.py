"""What stands in the way of deleting a budget, and which restrictions its budget actions would leave behind.

Source: user guide, "Configuring budget actions": a policy that a budget action applied is taken off when the
action is reversed, or at the next period when it is an IAM policy. Neither happens to an action that is deleted.
"""

from __future__ import annotations

from collections.abc import Sequence

from tools.domain.advice import Advice
from tools.domain.budget_action_states import Restricts, is_in_progress, state_of
from tools.domain.budget_actions import BudgetAction, restriction_in_words
from tools.domain.errors import ResourceLocked, problem_with
from tools.domain.quoting import quoted

_REVERSE = "execute_budget_action with execution_type REVERSE_BUDGET_ACTION"


def require_rest(name: str, actions: Sequence[BudgetAction]) -> None:
    """Raise ResourceLocked while AWS is carrying out, reversing or resetting one of the budget actions."""
    busy = [each for each in actions if is_in_progress(each.status)]
    if busy:
        listed = ", ".join(f"{each.id} ({each.status})" for each in busy)
        raise ResourceLocked(
            f"AWS is working on budget actions of '{name}': {listed}. Nothing was deleted; try again in a minute.",
            {"locked": [each.id for each in busy]},
        )


def restricting(actions: Sequence[BudgetAction]) -> list[BudgetAction]:
    """Those that have been carried out and not undone: what they did would outlast them."""
    return [each for each in actions if state_of(each.status).restricts is Restricts.YES]


def problems_with_deletion(
    name: str,
    confirm: str | None,
    actions: Sequence[BudgetAction],
    *,
    leaves_restrictions: bool,
    is_rehearsal: bool,
) -> list[dict[str, str]]:
    """Why the budget must not be deleted as it was asked; a rehearsal needs no confirmation."""
    problems = []
    if confirm is None and not is_rehearsal:
        problems.append(
            problem_with(
                "confirm",
                "deleting cannot be undone, so the budget's name is needed a second time",
                quoted(name),
            )
        )
    elif confirm is not None and confirm != name:
        problems.append(problem_with("confirm", f"{quoted(confirm)} is not the budget's name", quoted(name)))
    if not leaves_restrictions:
        problems += [
            problem_with(
                "leave_restrictions",
                f"budget action {each.id} was carried out, and without it nothing takes back "
                f"{restriction_in_words(each.definition.target)}",
                f"true, or reverse it first ({_REVERSE})",
            )
            for each in restricting(actions)
        ]
    return problems


def advice_on_deletion(actions: Sequence[BudgetAction]) -> list[Advice]:
    """What to know of a budget that is deleted with these actions."""
    left = [f"{restriction_in_words(each.definition.target)} ({each.id})" for each in restricting(actions)]
    found = [
        Advice(
            "HISTORY_IS_LOST", "AWS keeps no history of a deleted budget; one made again begins with none."
        )
    ]
    if left:
        found.append(
            Advice("RESTRICTIONS_STAY", f"Nothing but a person takes these back now: {'; '.join(left)}.")
        )
    found += [
        Advice(
            "MAY_BE_RESTRICTED",
            f"Budget action {each.id} failed on the way; look whether a part is in force: "
            f"{restriction_in_words(each.definition.target)}.",
        )
        for each in actions
        if state_of(each.status).restricts is Restricts.PERHAPS
    ]
    return found
