"""What a question costs beyond the model and the actions it calls, and how much a model is told of its tools.

    python -m benchmarks.asking [--rounds N] [--json]

Three contestants take turns against one embedded AWS in a process of its own: a question through the handler, with
the built-in model; the same requests to the model made by bare boto3; and the action that the model calls, named.
What the question takes beyond the other two is the overhead. Tokens of the tools' descriptions are counted as one
for every 3.5 characters of JSON, which is more than the tokenizers of models come to.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

import boto3

from benchmarks.pipeline import embedded_aws, measured, speak_to
from local.remote import Remote

MODEL_ID = "us.anthropic.claude-sonnet-4-6"
QUESTION = "Which budget templates are there?"
ACTION = "list_budget_templates"
MOST_TOKENS = 4_000
_CHARACTERS_OF_A_TOKEN = 3.5
# What ConverseStream takes of what the embedded AWS tells of a request.
_MEMBERS = ("modelId", "messages", "system", "inferenceConfig", "toolConfig")


def main(arguments: list[str]) -> int:
    """Measure and print; the exit status, 1 if the tools' descriptions are longer than the goal."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.asking", description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    options = parser.parse_args(arguments)
    with embedded_aws() as url:
        seconds = measured(contestants(url), options.rounds)
    characters = characters_of_tools()
    report = {
        "rounds": options.rounds,
        "ratio_to_model_and_action": round(seconds["question"] / (seconds["model"] + seconds["action"]), 3),
        "overhead_seconds": round(seconds["question"] - seconds["model"] - seconds["action"], 5),
        "seconds": {name: round(each, 5) for name, each in seconds.items()},
        "tools": {"characters": characters, "tokens": round(characters / _CHARACTERS_OF_A_TOKEN)},
    }
    sys.stdout.write(json.dumps(report) + "\n" if options.json else in_words(report))
    return 0 if report["tools"]["tokens"] < MOST_TOKENS else 1


def contestants(url: str) -> dict[str, Callable[[], Any]]:
    """The question, its requests to the model alone, and its action alone."""
    speak_to(url)
    os.environ["MODEL_ID"] = MODEL_ID
    from lambda_handler import lambda_handler

    remote = Remote(url)
    remote.ask("POST", "bedrock", {"builtin": True})

    def answered(action: str, **parameters: Any) -> Any:
        reply = lambda_handler({"action": action, "parameters": parameters}, None)
        assert reply["status"] == "success", reply
        return reply["data"]

    asked = answered("ask", query=QUESTION)
    assert [each["action"] for each in asked["tools"]] == [ACTION]
    requests = [
        {name: each[name] for name in _MEMBERS if name in each}
        for each in remote.ask("GET", "bedrock")["requests"]
    ]
    assert len(requests) == asked["model"]["turns"]
    client = boto3.client("bedrock-runtime", region_name="us-east-1")

    def by_model() -> Any:
        return [list(client.converse_stream(**each)["stream"]) for each in requests]

    return {
        "question": lambda: answered("ask", query=QUESTION),
        "model": by_model,
        "action": lambda: answered(ACTION),
    }


def characters_of_tools() -> int:
    """How long the tools' descriptions are as JSON, as every turn sends them."""
    from agent.assistant import NO_TOOLS
    from agent.conversation_tools import conversation_spec
    from tools.actions.catalogue import ACTIONS

    told = [conversation_spec(action) for name, action in ACTIONS.items() if name not in NO_TOOLS]
    return len(json.dumps(told, ensure_ascii=False, separators=(",", ":")))


def in_words(report: Mapping[str, Any]) -> str:
    """The report for people."""
    lines = [f"{name:9} {seconds * 1000:8.2f} ms" for name, seconds in report["seconds"].items()]
    lines.append(f"overhead  {report['overhead_seconds'] * 1000:8.2f} ms")
    lines.append(f"question / (model + action)  {report['ratio_to_model_and_action']}")
    tools = report["tools"]
    lines.append(
        f"tools     {tools['characters']:,} characters, about {tools['tokens']:,} tokens (goal {MOST_TOKENS:,})"
    )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
