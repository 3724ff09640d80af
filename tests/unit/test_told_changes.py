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
        "It was set to $500.00 in October.",
        "Nothing is open.",
    ],
)
def test_an_answer_that_claims_nothing_stays_as_it_is(text: str) -> None:
    assert with_truth_about_changes(text, []) == text


def test_what_is_proposed_is_named_each_action_once() -> None:
    said = with_truth_about_changes(
        "So:", [proposed("create_budget"), proposed("create_budget"), proposed("undo")]
    )
    assert said.startswith("So:\n\nNothing was changed yet. Proposed: create_budget, undo;")
