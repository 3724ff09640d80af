"""Questions through the real handler to a model whose every turn is written in a script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from local.remote import Remote
from tests.embedded import STATE_TABLE, make_state_table, the_server
from tests.lambda_context import Context
from tests.pipeline import MODEL_ID, Pipeline, pipeline

Turn = Mapping[str, Any]


@contextmanager
def asking(scenario: str = "company", **variables: str) -> Iterator[Asking]:
    """The handler with a state table and a model, built anew, on a scenario as it begins."""
    given = {"BUDGET_STATE_TABLE": STATE_TABLE, "MODEL_ID": MODEL_ID, **variables}
    with pipeline(scenario, **given) as through:
        make_state_table()
        yield Asking(through)


class Asking:
    """Asks, with what the model is going to say."""

    def __init__(self, through: Pipeline) -> None:
        self.through = through

    def ask(
        self, query: str, *turns: Turn, context: Context | None = None, **parameters: Any
    ) -> dict[str, Any]:
        """The reply to a question."""
        if turns:
            play(turns)
        event = {"action": "ask", "parameters": {"query": query, **parameters}}
        return self.through.send(event, context)

    def answer(self, query: str, *turns: Turn, **parameters: Any) -> dict[str, Any]:
        """The result of a question that succeeds."""
        reply = self.ask(query, *turns, **parameters)
        assert reply["status"] == "success", reply
        data: dict[str, Any] = reply["data"]
        return data


def says(text: str, **further: Any) -> Turn:
    """A turn that is text."""
    return {"text": text, **further}


def calls(name: str, given: Mapping[str, Any] | None = None, **further: Any) -> Turn:
    """A turn that calls one tool."""
    return {
        "tool_uses": [
            {"name": name, **({} if "input_text" in further else {"input": dict(given or {})}), **further}
        ]
    }


def fails(error: str, **further: Any) -> Turn:
    """A turn that is an error."""
    return {"failure": {"error": error, **further}}


def play(turns: Sequence[Turn]) -> None:
    """Have the model say this."""
    Remote(the_server().url).ask("POST", "bedrock", {"turns": list(turns)})


def heard() -> list[dict[str, Any]]:
    """Every request that the model got since the last script."""
    told: dict[str, Any] = Remote(the_server().url).ask("GET", "bedrock")
    found: list[dict[str, Any]] = told["requests"]
    return found
