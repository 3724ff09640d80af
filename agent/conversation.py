"""One conversation with a model, within bounds: calls of tools, seconds and tokens.

It runs in a thread of its own, because neither a model nor AWS can be hurried: when the time is over, what is
known until then is the answer. Everything it does by itself is reading.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from contextvars import copy_context
from dataclasses import dataclass, field
from threading import Event, Thread
from time import monotonic
from typing import Any

from strands import Agent
from strands.agent.conversation_manager import NullConversationManager
from strands.hooks import AfterModelCallEvent, HookProvider, HookRegistry
from strands.hooks.events import BeforeToolCallEvent
from strands.interventions import Deny, InterventionHandler, Proceed
from strands.models.model import Model
from strands.tools.executors import SequentialToolExecutor
from strands.types.content import Message, Messages
from strands.types.exceptions import MaxTokensReachedException, ModelThrottledException

from agent.guardrails import guardrails
from agent.models import TooLongForModel
from agent.strands_tools import ActionTool
from tools.domain.conversation import Bound, ModelUse
from tools.domain.names import AGENT_NAME

_TURNS_TO_ANSWER = 2
"""Turns that a model has after its last allowed call: one to be told so, one to answer."""
_GRACE_SECONDS = 1.5
"""How long a conversation that was told to end may take for it."""
_TRIES = 3
_PAUSES = (0.5, 1.5)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one question may take. `deadline` is a moment of `time.monotonic`."""

    tool_calls: int
    tokens: int
    deadline: float

    def seconds_left(self) -> float:
        """How much time is left."""
        return max(0.0, self.deadline - monotonic())


@dataclass(slots=True)
class Spoken:
    """What a run of the model said: its last text, why it stopped, and the bound that it met."""

    text: str = ""
    stop_reason: str = "end_turn"
    bound: Bound | None = None
    failure: BaseException | None = None
    ended: Event = field(default_factory=Event)


class _Bounds(InterventionHandler):
    """Denies calls of tools beyond their number, or after the time."""

    name = "bounds"

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.calls = 0
        self.met: Bound | None = None

    def before_tool_call(self, event: BeforeToolCallEvent, **kwargs: Any) -> Proceed | Deny:
        del event, kwargs
        self.calls += 1
        if self.calls > self._limits.tool_calls:
            self.met = Bound.TOOL_CALLS
            return Deny(
                reason=f"The {self._limits.tool_calls} tool calls that one question may take are used up. Answer "
                "now with what you know, and say what is missing."
            )
        if not self._limits.seconds_left():
            self.met = Bound.SECONDS
            return Deny(reason="The time for this question is over. Answer now with what you know.")
        return Proceed()


class _Retries(HookProvider):
    """Tries a model again that asks to slow down, as long as there is time."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._failed = 0

    def register_hooks(self, registry: HookRegistry, **kwargs: Any) -> None:
        del kwargs
        registry.add_callback(AfterModelCallEvent, self._after)

    async def _after(self, event: AfterModelCallEvent) -> None:
        if not isinstance(event.exception, ModelThrottledException):
            self._failed = 0
            return
        self._failed += 1
        if self._failed >= _TRIES or self._limits.seconds_left() <= _PAUSES[self._failed - 1]:
            return
        await asyncio.sleep(_PAUSES[self._failed - 1])
        event.retry = True


class Conversation:
    """A Strands agent for one question, and for one repair of its answer. Nothing of it is kept for the next."""

    def __init__(
        self,
        *,
        model: Model,
        prompt: str,
        history: Sequence[tuple[str, str]],
        tools: Sequence[ActionTool],
        limits: Limits,
        errors: Callable[[], AbstractContextManager[None]],
        heard: dict[str, str] | None = None,
    ) -> None:
        """`heard` gets what the model writes as the input of each tool's call, by the call's id."""
        self._limits = limits
        self._errors = errors
        self._heard = {} if heard is None else heard
        self._bounds = _Bounds(limits)
        self._agent = Agent(
            model=model,
            messages=[message for pair in history for message in _messages_of(*pair)],
            tools=list(tools),
            system_prompt=prompt,
            callback_handler=None,
            conversation_manager=NullConversationManager(),
            interventions=[self._bounds, *guardrails()],
            hooks=[_Retries(limits)],
            retry_strategy=None,
            tool_executor=SequentialToolExecutor(),
            name=AGENT_NAME,
        )

    def ask(self, words: str) -> Spoken:
        """What the model says to these words, as far as it came within the bounds.

        Raises what `agent.models.model_errors` raises.
        """
        spoken, stop = Spoken(), Event()
        thread = Thread(
            target=copy_context().run, args=(self._run, words, spoken, stop), name="conversation", daemon=True
        )
        thread.start()
        if not spoken.ended.wait(self._limits.seconds_left()):
            stop.set()
            spoken.ended.wait(_GRACE_SECONDS)
            return Spoken(text=spoken.text, stop_reason="cancelled", bound=Bound.SECONDS)
        return self._ended(spoken)

    def use(self, model_id: str) -> ModelUse:
        """What it took so far."""
        metrics = self._agent.event_loop_metrics
        used = metrics.accumulated_usage
        return ModelUse(
            model_id=model_id,
            turns=metrics.cycle_count,
            input_tokens=used["inputTokens"],
            output_tokens=used["outputTokens"],
            cache_read_tokens=used.get("cacheReadInputTokens", 0),
            cache_write_tokens=used.get("cacheWriteInputTokens", 0),
        )

    def tokens_left(self) -> int:
        """How many tokens may still be read and written."""
        return self._limits.tokens - int(self._agent.event_loop_metrics.accumulated_usage["totalTokens"])

    def _ended(self, spoken: Spoken) -> Spoken:
        if spoken.failure is not None:
            try:
                with self._errors():
                    raise spoken.failure
            except (TooLongForModel, MaxTokensReachedException):
                return Spoken(text=spoken.text, stop_reason="max_tokens", bound=Bound.TOKENS)
        bound = spoken.bound or self._bounds.met
        return Spoken(text=spoken.text, stop_reason=spoken.stop_reason, bound=bound)

    def _run(self, words: str, spoken: Spoken, stop: Event) -> None:
        """The thread. What goes wrong in it is raised by who waits for it."""
        try:
            asyncio.run(self._listen(words, spoken, stop))
        except BaseException as error:  # noqa: BLE001 - handed over, see _ended
            spoken.failure = error
        finally:
            spoken.ended.set()

    async def _listen(self, words: str, spoken: Spoken, stop: Event) -> None:
        turns = self._limits.tool_calls + _TURNS_TO_ANSWER
        events = self._agent.stream_async(
            words, cancel_signal=stop, limits={"turns": turns, "total_tokens": max(1, self.tokens_left())}
        )
        async for event in events:
            if event.get("start_event_loop"):
                spoken.text = ""
            elif "data" in event:
                spoken.text += _whole_characters(event["data"])
            elif event.get("type") == "tool_use_stream":
                use = event["current_tool_use"]
                self._heard[use["toolUseId"]] = use["input"]
            elif "result" in event:
                result = event["result"]
                spoken.stop_reason = result.stop_reason
                spoken.bound = _BOUNDS.get(result.stop_reason)
                if spoken.bound is None:
                    spoken.text = _text_of(result.message)
                # Who waits goes on: what asyncio tidies up after this can wait for a model's socket.
                spoken.ended.set()


_BOUNDS = {
    "limit_turns": Bound.TOOL_CALLS,
    "limit_total_tokens": Bound.TOKENS,
    "max_tokens": Bound.TOKENS,
    "model_context_window_exceeded": Bound.TOKENS,
}


def _messages_of(question: str, answer: str) -> Messages:
    return [
        {"role": "user", "content": [{"text": question}]},
        {"role": "assistant", "content": [{"text": answer}]},
    ]


def _text_of(message: Message) -> str:
    return "".join(_whole_characters(block["text"]) for block in message["content"] if "text" in block)


def _whole_characters(text: str) -> str:
    """The text without half characters, which no reply can carry."""
    return text.encode(errors="replace").decode()
