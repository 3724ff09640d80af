"""What Bedrock Runtime asks of a conversation before the model sees it."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from botocore.model import Shape

from local.budgets.rules.shapes import violations_of
from local.refusal import Refused

Message = Mapping[str, Any]


def check_request(parameters: Mapping[str, Any], shape: Shape) -> None:
    """Raise Refused for a request that breaks the service model or the order of a conversation.

    The texts are those of Converse where they are known from public reports of its ValidationException.
    """
    violations = violations_of(parameters, shape)
    if violations:
        noun = "error" if len(violations) == 1 else "errors"
        raise _invalid(f"{len(violations)} validation {noun} detected: {'; '.join(violations)}")
    messages: Sequence[Message] = parameters.get("messages") or []
    _check_roles(messages)
    _check_texts(messages)
    _check_tools(messages, has_tools=bool(parameters.get("toolConfig")))


def _check_roles(messages: Sequence[Message]) -> None:
    if not messages or messages[0]["role"] != "user":
        raise _invalid(
            "A conversation must start with a user message. Try again with a conversation that starts with a "
            "user message."
        )
    if any(one["role"] == other["role"] for one, other in pairwise(messages)):
        raise _invalid(
            "A conversation must alternate between user and assistant roles. Make sure the conversation "
            "alternates between user and assistant roles and try again."
        )
    if messages[-1]["role"] != "user":
        raise _invalid(
            "This model does not support assistant message prefill. The conversation must end with a user message."
        )


def _check_texts(messages: Sequence[Message]) -> None:
    for number, message in enumerate(messages):
        if not message["content"]:
            raise _invalid(
                f"The content field in the Message object at messages.{number} is empty. Add a ContentBlock "
                "object to the content field and try again."
            )
        for index, block in enumerate(message["content"]):
            where = f"messages.{number}.content.{index}"
            if "text" in block and not block["text"].strip():
                raise _invalid(
                    f"The text field in the ContentBlock object at {where} is blank. Add text to the text "
                    "field, and try again."
                )
            result = block.get("toolResult")
            if result is not None and result.get("status") == "error" and not result.get("content"):
                raise _invalid(
                    f"The content field at {where}.toolResult cannot be empty when status value is error."
                )


def _check_tools(messages: Sequence[Message], *, has_tools: bool) -> None:
    uses = [list(_ids(message, "toolUse")) for message in messages]
    results = [list(_ids(message, "toolResult")) for message in messages]
    if any([*uses, *results]) and not has_tools:
        raise _invalid(
            "The toolConfig field must be defined when using toolUse and toolResult content blocks."
        )
    for number, (asked, answered) in enumerate(zip([[], *uses[:-1]], results, strict=True)):
        missing = [each for each in asked if each not in answered]
        if missing:
            raise _invalid(
                f"Expected toolResult blocks at messages.{number}.content for the following Ids: "
                f"{', '.join(missing)}"
            )
        if len(answered) > len(asked):
            raise _invalid(
                f"The number of toolResult blocks at messages.{number}.content exceeds the number of toolUse "
                "blocks of previous turn."
            )


def _ids(message: Message, kind: str) -> Iterator[str]:
    return (block[kind]["toolUseId"] for block in message["content"] if kind in block)


def _invalid(message: str) -> Refused:
    return Refused("ValidationException", message)
