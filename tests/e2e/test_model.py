"""On the deployed stack: the model that the template names is asked, with exactly its permissions."""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

from local.remote import Remote
from tests.documents import ROOT
from tests.e2e.deployment import PROJECT, Deployment, readme_commands, with_host_parameters
from tests.e2e.test_deploy import MODEL_PERMISSIONS
from tests.events import Event, events

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(platform.system() != "Linux", reason="Lambda's wheels run on Linux only"),
]

MODEL = "us.anthropic.claude-sonnet-4-6"
SETTINGS = '{"ASK_SECONDS": 40}'
PARAMETERS = (
    f"ModelId={MODEL} ModelGuardrail=gr0a1b2c3d4e@1 ModelPrices=input=3,output=15 'ModelSettings={SETTINGS}'"
)


@pytest.fixture(scope="module")
def asking(deployed: Deployment) -> Iterator[Deployment]:
    """The deployed agent with a model, which on the embedded AWS is the built-in one."""
    command = with_host_parameters(readme_commands()[2])
    deployed.run(command.replace("ProjectName=", f"{PARAMETERS} ProjectName="))
    Remote(deployed.url).ask("POST", "bedrock", {"builtin": True})
    yield deployed
    nothing = "ModelId='' ModelGuardrail='' ModelPrices='' ModelSettings=''"
    deployed.run(command.replace("ProjectName=", f"{nothing} ProjectName="))


@pytest.mark.parametrize("event", [each for each in events() if each.asks], ids=lambda event: event.name)
def test_every_question_gets_its_answer(asking: Deployment, event: Event) -> None:
    data, expected = asking.send(event.request)["data"], event.reply["data"]
    for part in ("text", "tools", "removed_sentences", "bound", "incomplete"):
        assert data[part] == expected[part]
    assert [each["request"] for each in data["proposed_changes"]] == [
        each["request"] for each in expected["proposed_changes"]
    ]


def ask(asking: Deployment) -> Any:
    return asking.act("ask", query="How are our budgets doing?")


def test_the_function_takes_what_the_template_says_of_the_model(asking: Deployment) -> None:
    live = asking.client("lambda").get_function_configuration(
        FunctionName=f"{PROJECT}-agent", Qualifier="live"
    )
    variables = live["Environment"]["Variables"]
    assert (variables["MODEL_ID"], variables["MODEL_SETTINGS"]) == (MODEL, SETTINGS)
    assert asking.act("analyze_budgets")["status"] == "success", "a wrong setting would fail every request"


def test_the_model_that_was_named_answers_through_its_guardrail(asking: Deployment) -> None:
    reply = ask(asking)
    assert reply["status"] == "success", reply
    assert reply["data"]["model"]["model_id"] == MODEL
    (request, *_) = Remote(asking.url).ask("GET", "bedrock")["requests"]
    assert request["modelId"] == MODEL
    assert request["guardrailConfig"]["guardrailIdentifier"] == "gr0a1b2c3d4e"


@pytest.mark.parametrize("permission", MODEL_PERMISSIONS)
def test_a_permission_of_the_model_that_is_taken_away_is_missed_and_named(
    asking: Deployment, permission: str
) -> None:
    with asking.without(permission):
        refused = ask(asking)
    assert refused["status"] == "error", refused
    assert permission in json.dumps(refused["data"]["error"])
    assert ask(asking)["status"] == "success", "with the permission it works"


QUESTIONS = [
    ("How are our budgets doing?", "analyze_budgets", {}),
    ("Which budgets are over their limit?", "analyze_budgets", {}),
    ("Give me an overview of all budgets, please.", "analyze_budgets", {}),
    ("Which budgets do you recommend?", "recommend_budgets", {}),
    (
        "Why is `elasticache-monthly` over its limit?",
        "get_budget_performance",
        {"budget_name": "elasticache-monthly"},
    ),
    (
        "What is the history of `cloudfront-monthly`?",
        "get_budget_performance",
        {"budget_name": "cloudfront-monthly"},
    ),
    ("Are there any open alerts?", "list_alerts", {}),
    ("What changed lately?", "list_changes", {}),
    ("Which restrictions are attached to our budgets?", "list_budget_actions", {}),
    ("Do our budgets follow the rules?", "audit_budgets", {}),
    ("Which budget templates are there?", "list_budget_templates", {}),
]
_DOLLARS = re.compile(r"\$[\d,]+\.\d\d")


@pytest.mark.parametrize(("query", "action", "parameters"), QUESTIONS, ids=[each[0] for each in QUESTIONS])
def test_a_supervisor_reads_the_same_text_in_three_ways_with_the_figures_of_the_analysis(
    asking: Deployment, query: str, action: str, parameters: dict[str, Any]
) -> None:
    reply = asking.send({"query": query})
    told = json.loads(reply["body"])["response"]
    assert told == reply["response"] == reply["data"]["text"]
    assert "error" not in reply
    assert reply["statusCode"] == 200
    assert len(told) > 10
    assert told.isprintable() or "\n" in told
    assert [each["action"] for each in reply["data"]["tools"]] == [action]
    analysis = asking.act(action, **parameters)["data"]
    assert set(_DOLLARS.findall(told)) <= _dollars_of(analysis)
    again = asking.send({"query": query})
    assert again["response"] == told


def test_the_questions_of_the_supervisor_are_answered_with_figures(asking: Deployment) -> None:
    answers = [asking.send({"query": query})["response"] for query, _, _ in QUESTIONS[:6]]
    assert all(len(_DOLLARS.findall(answer)) > 2 for answer in answers)


def test_a_supervisor_whose_question_cannot_be_answered_finds_the_error_in_two_places(
    asking: Deployment,
) -> None:
    reply = asking.send({"query": " " * 5_000})
    assert reply["status"] == "error"
    assert reply["error"] == reply["response"] == reply["data"]["error"]["message"]
    assert json.loads(reply["body"])["error"] == reply["error"]


def test_the_supervisor_of_the_readme_asks_and_asks_on(
    asking: Deployment, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in asking.environment().items():
        monkeypatch.setenv(name, value)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    _, _, after = readme.partition("#### A supervisor\n")
    code = after.partition("```python\n")[2].partition("```")[0]
    file = tmp_path / "supervisor.py"
    file.write_text(code, encoding="utf-8")
    names = run_path(str(file))
    text, session = names["ask_about_budgets"]("Which budgets are over their limit?")
    assert "elasticache-monthly" in text
    text, again = names["ask_about_budgets"]("Are there any open alerts?", session)
    assert again == session
    with pytest.raises(RuntimeError, match="session_id"):
        names["ask_about_budgets"]("And now?", "short")


def _dollars_of(value: Any) -> set[str]:
    """Every amount of a reply, as people read it."""
    if isinstance(value, dict):
        own = (
            {f"${abs(Decimal(value['amount'])):,.2f}"}
            if value.get("unit") == "USD" and value.get("amount")
            else set()
        )
        return own.union(*(_dollars_of(each) for each in value.values()))
    if isinstance(value, list):
        return set().union(*(_dollars_of(each) for each in value))
    return set(_DOLLARS.findall(value)) if isinstance(value, str) else set()
