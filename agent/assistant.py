"""The assistant: a Strands agent for every question, whose answer is held against what its tools said.

Source of the tools' figures are the actions; the model only chooses among them and words what they say.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from time import monotonic
from typing import Any

from strands.models.model import Model

from agent.conversation import Conversation, Limits, Spoken
from agent.conversation_tools import ConversationTool, ToolRecord
from agent.invocation import Caller, present_caller
from agent.models import ModelErrors, build_model, cost_of, model_errors
from agent.observability import logger, record_model_use
from agent.prompt_guard import without_prompt
from agent.proposals import with_tokens
from agent.remembering import gap, keep, remember
from agent.settings import Settings
from agent.told_changes import with_truth_about_changes
from agent.unfinished_answers import finished_part, gaps_of, instead_of_an_answer
from tools.actions._action import Action
from tools.domain.conversation import Answer, Gap, ModelUse, ProposedChange, Question, Words
from tools.domain.errors import BudgetAgentError
from tools.domain.grounding import Facts, grounded_text, ungrounded
from tools.domain.sessions import Turn
from tools.gateways import Gateways

_PROMPTS = Path(__file__).with_name("prompts")
NO_TOOLS = ("ask", "receive_notification")
"""What is no tool: questions to the model itself, and what AWS Budgets sends."""

_TIME_TO_REPLY = 5.0
_SECONDS_FOR_WORDS = 20.0
_MOST_NAMED = 10


class StrandsAssistant:
    """`Assistant` with the model of the settings. `actions` and `gateways` are those of named actions."""

    def __init__(
        self,
        settings: Settings,
        actions: Mapping[str, Action],
        gateways: Gateways,
        errors: ModelErrors,
        make_model: Callable[[Settings], Model] = build_model,
    ) -> None:
        self._settings = settings
        self._actions = actions
        self._gateways = gateways
        self._errors = errors
        self._make_model = make_model
        # Its warnings quote what a model wrote, and the log must not hold that.
        logging.getLogger("strands").setLevel(logging.CRITICAL)

    def answer(self, question: Question) -> Answer:
        """Answer it. Raises InvalidParameters for a session_id that others could guess, and the model's errors."""
        caller = present_caller()
        before = remember(question, caller, self._gateways)
        record = ToolRecord()
        facts = self._facts()
        for each in before.turns:
            facts.add_text(each.answer)
        prompt = self._prompt(question)
        conversation = Conversation(
            model=self._model,
            prompt=prompt,
            history=[(each.question, each.answer) for each in before.turns],
            tools=self._tools(record, [*(each.question for each in before.turns), question.text], prompt),
            limits=self._limits(self._settings.ask_seconds),
            errors=self._errors_of_model,
            heard=record.inputs,
        )
        spoken = conversation.ask(question.text)
        results = len(record.results)
        for each in record.results:
            facts.add_result(each)
        spoken = self._repaired(conversation, spoken, facts, record, results)
        text = grounded_text(without_prompt(finished_part(spoken), prompt), facts)
        said = text.text.strip() or instead_of_an_answer(spoken, record.calls, record.results, self._settings)
        # A thread that was not waited for may still be proposing.
        proposed = tuple(record.proposals)
        has_tried = any(self._actions[each.action].mutates for each in tuple(record.calls))
        said = with_truth_about_changes(said, proposed, has_tried=has_tried)
        proposals, gaps = self._proposals(question, proposed, caller)
        kept = keep(before, Turn(question.text, said), self._settings.ask_session_hours, self._gateways)
        use = conversation.use(str(self._settings.model_id))
        return Answer(
            text=said,
            session_id=before.id,
            tools=tuple(record.calls),
            use=self._priced(use),
            removed_sentences=text.removed_sentences,
            bound=spoken.bound,
            proposals=proposals,
            gaps=(*before.gaps, *gaps, *gaps_of(spoken), *kept),
        )

    def in_words(self, action: str, result: Mapping[str, Any]) -> Words:
        """Sum a result up. Raises the model's errors."""
        facts = self._facts()
        facts.add_result(result)
        prompt = _read("summary.md")
        conversation = Conversation(
            model=self._model,
            prompt=prompt,
            history=(),
            tools=(),
            limits=self._limits(_SECONDS_FOR_WORDS),
            errors=self._errors_of_model,
        )
        shown = json.dumps(result, ensure_ascii=False)
        spoken = conversation.ask(f"The result of {action}:\n{shown}")
        spoken = self._repaired(conversation, spoken, facts, ToolRecord(), 0)
        text = grounded_text(without_prompt(finished_part(spoken), prompt), facts)
        return Words(
            text=text.text,
            use=self._priced(conversation.use(str(self._settings.model_id))),
            removed_sentences=text.removed_sentences,
        )

    @cached_property
    def _model(self) -> Model:
        return self._make_model(self._settings)

    def _errors_of_model(self) -> AbstractContextManager[None]:
        return model_errors(str(self._settings.model_id), self._errors)

    def _prompt(self, question: Question) -> str:
        own = self._gateways.identity.account_id
        lines = [
            _read("system.md"),
            f"Today is {self._gateways.clock.now():%Y-%m-%d}. Your account is {own}.",
        ]
        if question.account_id not in (None, own):
            lines.append(f"The question is about {question.account_id}: pass it as account_id to every tool.")
        return "\n".join(lines)

    def _tools(self, record: ToolRecord, words: Sequence[str], prompt: str) -> list[ConversationTool]:
        return [
            ConversationTool(self._actions[name], self._gateways, record, words, prompt)
            for name in self._actions
            if name not in NO_TOOLS
        ]

    def _limits(self, seconds: float) -> Limits:
        left = self._gateways.seconds_left() - _TIME_TO_REPLY
        return Limits(
            tool_calls=self._settings.ask_tool_calls,
            tokens=self._settings.ask_tokens,
            deadline=monotonic() + max(0.5, min(seconds, left)),
        )

    def _facts(self) -> Facts:
        facts = Facts()
        facts.add_moment(self._gateways.clock.now())
        facts.add_words(self._actions)
        facts.add_words(
            field for name in self._actions for field in self._actions[name].parameters.model_fields
        )
        facts.add_result(self._gateways.identity.account_id)
        return facts

    def _repaired(
        self, conversation: Conversation, spoken: Spoken, facts: Facts, record: ToolRecord, known: int
    ) -> Spoken:
        """The answer, or where it named what no tool gave the model's second attempt."""
        claims = ungrounded(spoken.text, facts)
        if not claims or spoken.bound is not None or conversation.tokens_left() <= 0:
            return spoken
        named = ", ".join(f'"{each.text}"' for each in claims[:_MOST_NAMED])
        logger.info("answer sent back", claims=len(claims))
        try:
            again = conversation.ask(_repair_of(named))
        except BudgetAgentError as error:
            # The first answer stands without its wrong sentences: it was paid for, and says the rest.
            logger.warning("answer not repaired", error_code=error.code)
            return spoken
        for each in record.results[known:]:
            facts.add_result(each)
        return again if again.text.strip() else spoken

    def _priced(self, use: ModelUse) -> ModelUse:
        priced = replace(use, cost=cost_of(use, self._settings.model_prices))
        record_model_use(priced)
        return priced

    def _proposals(
        self, question: Question, proposals: tuple[ProposedChange, ...], caller: Caller
    ) -> tuple[tuple[ProposedChange, ...], tuple[Gap, ...]]:
        """What was proposed; with tokens where the question allows changes and tokens can be kept."""
        if not proposals or not question.allow_changes:
            return proposals, ()
        try:
            return with_tokens(proposals, caller, self._gateways), ()
        except BudgetAgentError as error:
            return proposals, (gap("confirmation_token", error),)


def _repair_of(named: str) -> str:
    return (
        f"Your answer names what is in no tool result of this conversation: {named}. Write the whole answer "
        "again without it: only with what tools have told you, each figure exactly as it stands there. If a "
        "tool can tell what is missing, call it."
    )


def _read(name: str) -> str:
    return (_PROMPTS / name).read_text(encoding="utf-8")
