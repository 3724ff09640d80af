"""Parts of an answer that could not be read: said, never empty, and only failures of reading are forgiven."""

from __future__ import annotations

import pytest

from tools.actions._action import Incomplete
from tools.actions._reply import read_or_say
from tools.domain.errors import (
    AccessDenied,
    AwsUnavailable,
    BudgetAgentError,
    BudgetNotFound,
    DataUnavailable,
    InvalidParameters,
    Throttled,
)


def raising(error: BudgetAgentError) -> str:
    raise error


@pytest.mark.parametrize("kind", [AccessDenied, AwsUnavailable, DataUnavailable, Throttled])
def test_a_failure_of_reading_leaves_the_rest_of_the_answer_and_is_said(kind: type[BudgetAgentError]) -> None:
    incomplete: list[Incomplete] = []
    assert read_or_say("a part", incomplete, lambda: raising(kind("the reason"))) is None
    [said] = incomplete
    assert (said.part, said.code, said.reason) == ("a part", kind.code, "the reason")
    assert said.retryable is kind.retryable


@pytest.mark.parametrize("kind", [BudgetNotFound, InvalidParameters])
def test_a_mistake_of_the_caller_ends_the_action(kind: type[BudgetAgentError]) -> None:
    with pytest.raises(kind):
        read_or_say("a part", [], lambda: raising(kind("the reason")))
