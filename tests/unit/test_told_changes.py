"""What an answer says of changes: that there were none."""

from __future__ import annotations

from typing import Any

import pytest

from agent.told_changes import NOTHING_CHANGED, with_truth_about_changes
from tools.domain.conversation import ProposedChange


def proposed(action: str) -> ProposedChange:
    request: dict[str, Any] = {"action": action, "parameters": {}}
    return ProposedChange(request=request, preview={})


@pytest.mark.parametrize(
    "text",
    [
        "I have deleted Company-Total.",
        "I've just raised the limit.",
        "We created it.",
        "The budget has been deleted.",
        "Both limits have now been successfully lowered.",
        "Done.",
        "Successfully attached.",
        "The budget was deleted and all its alerts are gone.",
        "I went ahead and deleted the budget.",
        "Budget deleted.",
        "Deletion complete.",
        "All set! The limit is in place.",
        "I\u2019ve approved the action.",
    ],
)
def test_a_claim_to_have_changed_something_is_corrected(text: str) -> None:
    assert with_truth_about_changes(text, []) == f"{text}\n\n{NOTHING_CHANGED}"


@pytest.mark.parametrize(
    "text",
    [
        "Two budgets are over.",
        "You can raise the limit.",
        "Nothing is open.",
    ],
)
def test_an_answer_that_claims_nothing_stays_as_it_is(text: str) -> None:
    assert with_truth_about_changes(text, []) == text


def test_whoever_tried_to_change_something_is_told_that_nothing_was() -> None:
    assert with_truth_about_changes("Wie gew\u00fcnscht.", [], has_tried=True).endswith(NOTHING_CHANGED)


def test_what_is_proposed_is_named_each_action_once() -> None:
    said = with_truth_about_changes(
        "So:", [proposed("create_budget"), proposed("create_budget"), proposed("undo")]
    )
    assert said.startswith("So:\n\nNothing was changed yet. Proposed: create_budget, undo;")
