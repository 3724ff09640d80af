"""The built-in model, asked over HTTP by Strands with the agent's own tools on the company's account."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from strands import Agent
from strands.models import BedrockModel

from agent.bootstrap import build_agent
from agent.guardrails import guardrails
from agent.settings import load_settings
from agent.strands_tools import as_strands_tool
from local.bedrock.models import conversation
from local.bedrock.script import BUILTIN_MODEL, parse_script
from tests.embedded import begin, environment
from tools.actions.catalogue import ACTIONS


@pytest.fixture
def agent() -> Iterator[Agent]:
    """An agent that may do everything at once: consent is not what is tried here."""
    begin("company")
    conversation().play(parse_script({"builtin": True}))
    with environment():
        gateways = build_agent(load_settings()).gateways
        config = Config(proxies={}, retries={"total_max_attempts": 1})
        session = boto3.Session(region_name="us-east-1")
        model = BedrockModel(model_id=BUILTIN_MODEL, boto_session=session, boto_client_config=config)
        yield Agent(
            model=model,
            tools=[as_strands_tool(each, gateways) for each in ACTIONS.values()],
            interventions=guardrails(),
            callback_handler=None,
        )
        model.client.close()


def asked(agent: Agent, question: str) -> tuple[list[tuple[str, Any]], list[str], str]:
    """The tools that were used and with what, the lines of the answer, and all that tools said."""
    lines = str(agent(question)).strip().splitlines()
    blocks = [block for message in agent.messages for block in message["content"]]
    uses = [(block["toolUse"]["name"], block["toolUse"]["input"]) for block in blocks if "toolUse" in block]
    results = json.dumps([block["toolResult"] for block in blocks if "toolResult" in block])
    return uses, lines, results


def test_why_is_answered_with_the_sentences_of_the_budget_that_is_meant(agent: Agent) -> None:
    uses, lines, results = asked(agent, "Why is our cache over its elasticache limit?")
    assert uses == [
        ("analyze_budgets", {}),
        ("get_budget_performance", {"budget_name": "elasticache-monthly"}),
    ]
    assert len(lines) >= 3
    assert [line for line in lines if line not in results] == []


def test_a_budget_is_created_from_words_and_then_known_by_its_name(agent: Agent) -> None:
    question = "create a monthly budget of 500 USD for Amazon EC2 called ec2-guard and tell ops@example.com"
    _, lines, _ = asked(agent, question)
    assert lines[:2] == [
        "Created.",
        "'ec2-guard': limit 500.00 USD, MONTHLY, Service Amazon Elastic Compute Cloud - Compute.",
    ]
    uses, lines, _ = asked(agent, "Raise ec2-guard to 900 USD")
    assert uses[-1] == ("update_budget", {"budget_name": "ec2-guard", "amount": "900"})
    assert lines[:2] == ["Changed.", "limit: $500.00 before, $900.00 after."]


def test_an_error_of_a_tool_is_told_with_its_message(agent: Agent) -> None:
    _, lines, _ = asked(agent, "Why is 'no-such-budget' over?")
    (line,) = lines
    assert line.startswith("get_budget_performance failed: There is no budget named 'no-such-budget'")
