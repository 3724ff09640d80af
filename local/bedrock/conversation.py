"""Conversation: the script as far as it was played, and every request the model heard."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from local.bedrock.foundation_models import check_model
from local.bedrock.keywords.model import next_turn
from local.bedrock.script import Script, Turn
from local.refusal import Refused


@dataclass(frozen=True)
class Heard:
    """One request: its parameters as boto3 names them, who asked, when (aware UTC), and which turn answered.

    `turn` counts from 1; it is None for a request that was not answered, and `refusal` says why.
    """

    operation: str
    parameters: Mapping[str, Any]
    account_id: str
    at: datetime
    turn: int | None
    refusal: str | None = None


class Conversation:
    """Plays one script to whoever asks, in the order of the requests; or lets the keyword model answer."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._script: Script | None = None
        self._next = 0
        self.heard: list[Heard] = []

    def play(self, script: Script) -> None:
        """Begin with the script, forgetting the last one and what was heard."""
        with self._lock:
            self._script, self._next, self.heard = script, 0, []

    def forget(self) -> None:
        """Have no script, and have heard nothing."""
        with self._lock:
            self._script, self._next, self.heard = None, 0, []

    @property
    def turns_left(self) -> int:
        """How many turns are still to be played; none of the keyword model's, which never ends."""
        return max(0, len(self._turns) - self._next)

    @property
    def is_builtin(self) -> bool:
        """Whether the keyword model answers."""
        return self._script is not None and self._script.is_builtin

    @property
    def _turns(self) -> tuple[Turn, ...]:
        return () if self._script is None else self._script.turns

    def check_model(self, model_id: str, region: str) -> None:
        """Raise Refused for a model that does not exist, or that the script closes to the account."""
        script = self._script or Script(())
        check_model(model_id, region, script.models, script.models_without_access)

    def answer(
        self, operation: str, parameters: Mapping[str, Any], account_id: str, at: datetime
    ) -> tuple[int, Turn]:
        """The number and the turn that answers. Raises Refused if there is none or it was not meant for this.

        A turn that does not fit stays the next one.
        """
        with self._lock:
            try:
                turn = self._fitting(operation, parameters)
            except Refused as refused:
                self.heard.append(Heard(operation, parameters, account_id, at, None, refused.message))
                raise
            self._next += 1
            self.heard.append(Heard(operation, parameters, account_id, at, self._next))
            return self._next, turn

    def _fitting(self, operation: str, parameters: Mapping[str, Any]) -> Turn:
        if self._script is None:
            raise _mismatch(
                "No script is loaded, so the embedded AWS cannot play the model. Load one: "
                "python -m local bedrock script FILE, or POST /_local/bedrock; or switch the built-in model on: "
                "python -m local bedrock builtin."
            )
        if self.is_builtin:
            return next_turn(parameters)
        if self._next == len(self._turns):
            raise _mismatch(f"The script has ended: all its turns were played ({self._next}).")
        turn, where = self._turns[self._next], f"Turn {self._next + 1} of the script"
        said = spoken_in(parameters["messages"][-1])
        if turn.expect is not None and turn.expect not in said:
            raise _mismatch(f"{where} expects {turn.expect!r} in the last message, which is: {said}")
        offered = {
            tool["toolSpec"]["name"]
            for tool in (parameters.get("toolConfig") or {}).get("tools", [])
            if "toolSpec" in tool
        }
        for use in turn.tool_uses:
            if use.name not in offered and not use.is_unknown:
                names = ", ".join(sorted(offered)) or "none"
                raise _mismatch(f"{where} uses the tool {use.name}; the request offers {names}")
            if use.input_text is not None and operation == "Converse":
                raise _mismatch(f"{where} has input_text, which only ConverseStream can send")
        if turn.reason == "guardrail_intervened" and not parameters.get("guardrailConfig"):
            raise _mismatch(f"{where} is a guardrail's; the request has no guardrailConfig")
        return turn


def spoken_in(message: Mapping[str, Any]) -> str:
    """All text of a message: of its text blocks, and of what tools answered."""
    return "\n".join(_texts(message["content"]))


def _texts(blocks: list[Mapping[str, Any]]) -> Iterator[str]:
    for block in blocks:
        if "text" in block:
            yield block["text"]
        if "json" in block:
            yield json.dumps(block["json"], ensure_ascii=False)
        if "toolResult" in block:
            yield from _texts(block["toolResult"].get("content", []))


def _mismatch(message: str) -> Refused:
    return Refused("ValidationException", message)
