"""ask: a question in people's words, answered with the other actions by a language model."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from tools.actions._action import Incomplete, Model, Parameters, Result, action
from tools.actions._model_use import ModelUseView, model_use_of
from tools.actions._reply import Moment
from tools.domain.conversation import LONGEST_QUERY, Answer, ProposedChange, Question
from tools.gateways import Gateways


class AskParameters(Parameters):
    """The question, and what it follows."""

    query: Annotated[str, StringConstraints(strip_whitespace=True)] = Field(
        min_length=1, max_length=LONGEST_QUERY, description="What you want to know, in your words."
    )
    session_id: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="The session_id of an earlier answer, to ask on; or your own, of at least 16 characters.",
    )
    allow_changes: bool = Field(
        default=False,
        description="Give every proposed change a confirmation_token, with which it can be sent for some minutes.",
    )


class ToolCallView(Model):
    """One tool that the model called."""

    action: str
    error_code: str | None = Field(description="How it failed; null for a result.")


class ProposedChangeView(Model):
    """A change that the model proposes and has not made."""

    request: dict[str, Any] = Field(description="The complete request. Sent as it is, it makes the change.")
    preview: dict[str, Any] = Field(description="What a dry run of it says.")
    expires_at: Moment | None = Field(
        description="Until when its confirmation_token holds; null without one."
    )


class AskResult(Result):
    """The answer, what it rests on, and the changes it proposes."""

    text: str = Field(description="Every figure, name, date and ARN in it comes from a tool's result.")
    session_id: str | None = Field(description="To ask on; null where nothing can be remembered.")
    tools: list[ToolCallView] = Field(description="In their order.")
    model: ModelUseView
    removed_sentences: int = Field(
        description="How many named something that no tool gave; in the text a mark stands where they were."
    )
    bound: str | None = Field(
        description="What ended the answer early: TOOL_CALLS, SECONDS or TOKENS; null if nothing did."
    )
    proposed_changes: list[ProposedChangeView]


@action(mutates=False, example={"query": "Which budgets are over their limit?"})
def ask(parameters: AskParameters, gateways: Gateways) -> AskResult:
    """Answer a question about budgets and spending in words, with the figures of the other actions.

    Use it when you do not know which action to ask. A language model calls the actions that read, and answers from
    what they say; it can make no change, it proposes changes as complete requests. Changes nothing.
    """
    answer = gateways.assistant.answer(
        Question(
            text=parameters.query,
            session_id=parameters.session_id,
            allow_changes=parameters.allow_changes,
            account_id=parameters.account_id,
        )
    )
    return _result(answer)


def _result(answer: Answer) -> AskResult:
    return AskResult(
        text=answer.text,
        session_id=answer.session_id,
        tools=[ToolCallView(action=each.action, error_code=each.error_code) for each in answer.tools],
        model=model_use_of(answer.use),
        removed_sentences=answer.removed_sentences,
        bound=answer.bound,
        proposed_changes=[_proposal(each) for each in answer.proposals],
        incomplete=[
            Incomplete(part=each.part, code=each.code, reason=each.reason, retryable=each.retryable)
            for each in answer.gaps
        ],
    )


def _proposal(change: ProposedChange) -> ProposedChangeView:
    return ProposedChangeView(
        request=dict(change.request), preview=dict(change.preview), expires_at=change.expires_at
    )
