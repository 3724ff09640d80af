"""`python -m local ask`: what it sends, which model it asks, how an answer looks, and how it ends."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from local.ask import request_for, run
from local.ask_models import NoCredentialsError, variables_of
from local.ask_views import show_answer
from local.bedrock.script import BUILTIN_MODEL

ROOT = Path(__file__).parents[2]
PROFILE = "us.anthropic.claude-sonnet-4-6"

ANSWER: dict[str, Any] = {
    "text": "One budget is breached: 'elasticache-monthly' [bold].",
    "session_id": "s-1",
    "tools": [
        {"action": "analyze_budgets", "error_code": None},
        {"action": "list_alerts", "error_code": "THROTTLED"},
    ],
    "model": {"model_id": PROFILE, "turns": 2, "input_tokens": 5320, "output_tokens": 240, "cost": None},
    "removed_sentences": 0,
    "bound": None,
    "proposed_changes": [],
    "incomplete": [],
}
PROPOSED = {
    "request": {
        "action": "update_budget",
        "parameters": {"budget_name": "a", "amount": "5"},
        "confirmation_token": "t-1",
    },
    "preview": {},
    "expires_at": "2026-10-20T12:10:00Z",
}


def shown(**other: Any) -> list[str]:
    console = Console(file=io.StringIO(), highlight=False, width=60)
    show_answer(console, {**ANSWER, **other})
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text.splitlines()


def command(*words: str) -> subprocess.CompletedProcess[str]:
    # Nothing of the machine's own AWS configuration may reach the command.
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MODEL_"))}
    nothing = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return subprocess.run(
        [sys.executable, "-m", "local", "ask", *words],
        cwd=ROOT,
        env={**kept, **nothing},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def _own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine on which nothing of AWS is configured."""
    for name in [each for each in os.environ if each.startswith(("AWS_", "MODEL_"))]:
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def test_a_question_is_sent_with_what_was_said_about_it() -> None:
    assert request_for("Well?", None, allow_changes=False) == {
        "action": "ask",
        "parameters": {"query": "Well?"},
    }
    assert request_for("Well?", "s-1", allow_changes=True)["parameters"] == {
        "query": "Well?",
        "session_id": "s-1",
        "allow_changes": True,
    }


def test_the_built_in_model_answers_where_none_is_named() -> None:
    assert variables_of(None, "bedrock") == {"MODEL_PROVIDER": "bedrock", "MODEL_ID": BUILTIN_MODEL}


@pytest.mark.usefixtures("_own")
def test_a_model_of_bedrock_is_asked_where_it_is_with_the_machines_own_credentials(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "mine")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    asked = variables_of(PROFILE, "bedrock")
    assert asked == {
        "MODEL_PROVIDER": "bedrock",
        "MODEL_ID": PROFILE,
        "MODEL_REGION": "us-west-2",
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "https://bedrock-runtime.us-west-2.amazonaws.com",
        "AWS_ACCESS_KEY_ID": "mine",
        "AWS_SECRET_ACCESS_KEY": "hidden",
    }
    by_arn = f"arn:aws:bedrock:eu-west-1:123456789012:inference-profile/{PROFILE}"
    assert variables_of(by_arn, "bedrock")["MODEL_REGION"] == "eu-west-1"


@pytest.mark.usefixtures("_own")
def test_an_api_key_of_bedrock_is_enough_and_nothing_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NoCredentialsError, match="needs AWS credentials"):
        variables_of(PROFILE, "bedrock")
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "a-key")
    asked = variables_of(PROFILE, "bedrock")
    assert asked["AWS_BEARER_TOKEN_BEDROCK"] == "a-key"
    assert "AWS_ACCESS_KEY_ID" not in asked


def test_another_providers_model_is_only_named() -> None:
    assert variables_of("gpt", "openai") == {"MODEL_PROVIDER": "openai", "MODEL_ID": "gpt"}


def test_an_answer_is_its_text_and_in_small_print_how_it_came_about() -> None:
    assert shown() == [
        "One budget is breached: 'elasticache-monthly' [bold].",
        f"analyze_budgets, list_alerts (THROTTLED) · {PROFILE}, 2 turns, 5,320 tokens read, 240 written, "
        "no price known (MODEL_PRICES)",
        "conversation s-1",
    ]


def test_what_is_wrong_with_an_answer_is_said() -> None:
    lines = shown(
        tools=[],
        removed_sentences=2,
        bound="ASK_SECONDS",
        incomplete=[{"part": "history", "code": "THROTTLED", "reason": "AWS was busy"}],
        model={**ANSWER["model"], "cost": {"amount": "0.0021", "unit": "USD"}},
    )
    assert lines[1].startswith("no tool")
    assert lines[1].endswith("0.0021 USD")
    assert lines[2:4] == [
        "stopped at a bound: ASK_SECONDS",
        "2 sentences removed, because no result of a tool holds what they say",
    ]
    assert lines[-1] == "not read: history: AWS was busy"


def test_a_proposed_change_is_a_request_that_can_be_sent() -> None:
    text = "\n".join(shown(proposed_changes=[PROPOSED]))
    _, said, request = text.partition("Proposed, and not made. To make it, until 2026-10-20T12:10:00Z, send:")
    assert said
    assert json.loads(request) == PROPOSED["request"]


def test_an_error_ends_with_status_one_and_its_message() -> None:
    done = command("How are we doing?", "--model-id", "gpt", "--model-provider", "openai")
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("_own")
def test_with_nobody_to_ask_it_ends_with_status_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["Well?", "--model-id", PROFILE]) == 2
    assert "needs AWS credentials" in capsys.readouterr().err
    with pytest.raises(SystemExit) as ended:
        run(["Well?", "--model-provider", "openai"])
    assert ended.value.code == 2


def readme_examples() -> list[list[str]]:
    """The words after `python -m local ask` in the README of the embedded AWS."""
    text = (ROOT / "local" / "README.md").read_text(encoding="utf-8")
    return [
        shlex.split(line, comments=True)
        for line in re.findall(r"^python -m local ask (.*)$", text, re.MULTILINE)
    ]


@pytest.mark.parametrize("words", readme_examples(), ids=lambda words: words[0])
def test_what_the_readme_shows_is_answered(words: list[str]) -> None:
    done = command(*words)
    assert done.returncode == 0, done.stderr
    assert "conversation" in done.stdout
    assert ("Proposed, and not made" in done.stdout) is ("--allow-changes" in words)
