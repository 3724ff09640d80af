"""The keyword model: which tool it uses for which words, and that it tells what tools said and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.bedrock.keywords.answers import THERE_IS_MORE
from local.bedrock.keywords.model import next_turn
from local.bedrock.models import conversation
from local.bedrock.script import BUILTIN_MODEL, Turn, parse_script
from local.server import EmbeddedAws
from tests.contracts.local.worlds import a_client

TOOLS = [
    "analyze_budgets",
    "monitor_budgets",
    "recommend_budgets",
    "get_budget_performance",
    "list_changes",
    "list_alerts",
    "list_budget_actions",
    "audit_budgets",
    "list_budget_templates",
    "create_budget",
    "update_budget",
    "delete_budget",
]
BUDGETS = {
    "budgets": [
        {
            "name": "elasticache-monthly",
            "scope": "Service Amazon ElastiCache",
            "budget_status": "BREACHED",
            "actual_spend": {"amount": "1126.26", "unit": "USD"},
            "limit": {"amount": "460.00", "unit": "USD"},
            "utilization_percent": 244.8,
        },
        {"name": "EC2-Monthly-Budget", "scope": "Service Amazon Elastic Compute Cloud - Compute"},
        {"name": "sandbox-daily", "scope": "account 210000000004"},
    ],
    "insights": [{"sentence": "One budget is breached: 'elasticache-monthly'."}],
}
Message = dict[str, Any]


def user(text: str) -> Message:
    return {"role": "user", "content": [{"text": text}]}


def used(tool: str, result: Any, *, identifier: str = "one", **given: Any) -> list[Message]:
    """A use of a tool and what it answered."""
    status = "error" if "error" in result else "success"
    answer = {"toolUseId": identifier, "content": [{"json": result}], "status": status}
    return [
        {
            "role": "assistant",
            "content": [{"toolUse": {"toolUseId": identifier, "name": tool, "input": given}}],
        },
        {"role": "user", "content": [{"toolResult": answer}]},
    ]


def turn(*messages: Message, tools: list[str] = TOOLS, properties: Any = None) -> Turn:
    schema = {"type": "object", **({} if properties is None else {"properties": properties})}
    specs = [{"toolSpec": {"name": each, "inputSchema": {"json": schema}}} for each in tools]
    return next_turn({"messages": list(messages), "toolConfig": {"tools": specs}})


def use(*messages: Message, **how: Any) -> tuple[str, dict[str, Any]]:
    """The tool that is used, and with what."""
    (asked,) = turn(*messages, **how).tool_uses
    return asked.name, dict(asked.input)


def told(*messages: Message) -> list[str]:
    """The lines of the answer."""
    said = turn(*messages)
    assert said.tool_uses == ()
    return (said.text or "").splitlines()


@pytest.mark.parametrize(
    ("question", "tool"),
    [
        ("How are our budgets doing?", "analyze_budgets"),
        ("Give me an overview", "analyze_budgets"),
        ("Any alerts today?", "list_alerts"),
        ("What do you recommend?", "recommend_budgets"),
        ("Which budgets should we have?", "recommend_budgets"),
        ("What has changed since Monday?", "list_changes"),
        ("Who raised the limit?", "list_changes"),
        ("Is anybody restricted?", "list_budget_actions"),
        ("Do we comply with the rules?", "audit_budgets"),
        ("Which templates are there?", "list_budget_templates"),
        ("Which thresholds are crossed?", "monitor_budgets"),
    ],
)
def test_words_choose_the_tool(question: str, tool: str) -> None:
    assert use(user(question)) == (tool, {})


def test_only_what_is_offered_is_used() -> None:
    offered = ["analyze_budgets", "monitor_budgets"]
    assert use(user("Any alerts?"), tools=offered)[0] == "monitor_budgets"
    assert turn(user("Any templates?"), tools=offered).tool_uses == ()
    assert "no tool called create_budget" in (
        turn(user("Create a budget of 5 USD"), tools=offered).text or ""
    )


def test_what_it_does_not_know_it_says_it_does_not_know() -> None:
    assert "stand-in" in told(user("What's the weather?"))[0]


def test_a_budget_in_quotes_is_asked_for_at_once() -> None:
    assert use(user("Why is 'team-a' over?")) == ("get_budget_performance", {"budget_name": "team-a"})


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Why is elasticache over?", "elasticache-monthly"),
        ("How did sandbox-daily perform?", "sandbox-daily"),
        ("Why did elastic compute cost more?", "EC2-Monthly-Budget"),
    ],
)
def test_any_other_budget_is_looked_for_first(question: str, name: str) -> None:
    looked = [user(question), *used("analyze_budgets", BUDGETS)]
    assert use(user(question)) == ("analyze_budgets", {})
    assert use(*looked) == ("get_budget_performance", {"budget_name": name})


def test_names_of_earlier_answers_are_known_and_it_means_the_last_one() -> None:
    before = [user("Overview"), *used("analyze_budgets", BUDGETS), {"role": "assistant", "content": []}]
    about = ("get_budget_performance", {"budget_name": "sandbox-daily"})
    assert use(*before, user("And why is sandbox-daily over?")) == about
    asked = used(about[0], {"story": "It rose."}, identifier="two", **about[1])
    assert use(user("Why is 'sandbox-daily' over?"), *asked, before[-1], user("Why is that?")) == about


def test_a_budget_that_cannot_be_told_is_asked_for() -> None:
    lines = told(user("Why, oh why?"), *used("analyze_budgets", BUDGETS))
    assert lines[0] == "One budget is breached: 'elasticache-monthly'."
    assert "which budget" in lines[-1]


def test_after_two_calls_it_answers() -> None:
    question = user("Why is elasticache over?")
    looked = used("analyze_budgets", BUDGETS)
    explained = used("get_budget_performance", {"story": "It stepped up."}, identifier="two")
    assert told(question, *looked, *explained) == ["It stepped up."]


@pytest.mark.parametrize(
    ("question", "parameters"),
    [
        (
            "create a monthly budget of 500 USD for Amazon EC2 called ec2-guard and tell ops@example.com",
            {
                "budget_name": "ec2-guard",
                "budget_type": "COST",
                "time_unit": "MONTHLY",
                "amount": "500",
                "service_filter": "Amazon Elastic Compute Cloud - Compute",
                "notification_email": "ops@example.com",
            },
        ),
        (
            "Please add a daily budget for AWS Glue of $1,250.50.",
            {
                "budget_name": "aws-glue-daily",
                "budget_type": "COST",
                "time_unit": "DAILY",
                "amount": "1250.5",
                "service_filter": "AWS Glue",
            },
        ),
        (
            "Can you set up a quarterly budget of 1.5k USD for all costs named 'whole account'?",
            {
                "budget_name": "whole account",
                "budget_type": "COST",
                "time_unit": "QUARTERLY",
                "amount": "1500",
            },
        ),
    ],
)
def test_a_budget_is_created_as_the_words_say(question: str, parameters: dict[str, Any]) -> None:
    assert use(user(question)) == ("create_budget", parameters)


@pytest.mark.parametrize(
    ("question", "amount"),
    [
        ("Raise the limit of 'sandbox-daily' to 90 USD", "90"),
        ("please lower 'sandbox-daily' from $70 to $55.50", "55.5"),
    ],
)
def test_a_limit_is_set_to_the_new_amount(question: str, amount: str) -> None:
    assert use(user(question)) == ("update_budget", {"budget_name": "sandbox-daily", "amount": amount})


def test_deleting_takes_the_exact_name_twice() -> None:
    question = user("Delete sandbox-daily")
    wanted = {"budget_name": "sandbox-daily", "confirm": "sandbox-daily"}
    assert use(question, *used("analyze_budgets", BUDGETS)) == ("delete_budget", wanted)
    assert "which budget" in told(user("Delete the daily one"), *used("analyze_budgets", BUDGETS))[-1]


def test_what_a_change_lacks_is_asked_for() -> None:
    assert "I need an amount" in told(user("Create a budget for Amazon S3"))[0]
    assert "I need the new amount" in told(user("Raise 'sandbox-daily' by 10 %"))[0]


def test_only_parameters_that_the_tool_takes_are_given() -> None:
    question = user("Create a budget of 5 USD called small")
    assert use(question, properties={"budget_name": {}, "amount": {}}) == (
        "create_budget",
        {"budget_name": "small", "amount": "5"},
    )


@pytest.mark.parametrize(
    ("tool", "question", "result", "lines"),
    [
        (
            "analyze_budgets",
            "What is the status of elasticache-monthly?",
            BUDGETS,
            [
                "'elasticache-monthly' is BREACHED: 1126.26 USD of 460.00 USD, 244.8 %.",
                "One budget is breached: 'elasticache-monthly'.",
            ],
        ),
        (
            "get_budget_performance",
            "Why is 'a' over?",
            {
                "summary": {"sentence": "'a' kept to its limit in 0 of 12 periods."},
                "story": "It stepped up in 2026-05.",
                "explanation": None,
                "notes": ["Credits hide some of it."],
                "incomplete": [{"part": "forecast", "code": "THROTTLED", "reason": "AWS was busy"}],
            },
            [
                "'a' kept to its limit in 0 of 12 periods.",
                "It stepped up in 2026-05.",
                "Credits hide some of it.",
                "Not read: forecast: AWS was busy",
            ],
        ),
        ("list_changes", "What changed?", {"changes": []}, ["No change is recorded."]),
        (
            "recommend_budgets",
            "What do you recommend?",
            {"recommendations": [{"rationale": f"Reason {each}."} for each in "abcd"]},
            ["Reason a.", "Reason b.", "Reason c.", THERE_IS_MORE],
        ),
        (
            "update_budget",
            "Raise 'a' to 5 USD",
            {"dry_run": True, "differences": [{"what": "limit", "before": "$1.00", "after": "$5.00"}]},
            ["Tried only; nothing was changed.", "limit: $1.00 before, $5.00 after."],
        ),
        (
            "create_budget",
            "Create a budget of 5 USD called a",
            {"proposal": {"message": "This waits for a confirmation."}},
            ["This waits for a confirmation."],
        ),
        (
            "list_alerts",
            "Any alerts?",
            {"error": {"code": "ACCESS_DENIED", "message": "AWS refuses dynamodb:Query."}},
            ["list_alerts failed: AWS refuses dynamodb:Query."],
        ),
    ],
)
def test_an_answer_holds_what_the_result_says_and_nothing_else(
    tool: str, question: str, result: Any, lines: list[str]
) -> None:
    assert told(user(question), *used(tool, result)) == lines


def test_the_same_request_gets_the_same_turn() -> None:
    messages = [user("Why is elasticache over?"), *used("analyze_budgets", BUDGETS)]
    assert turn(*messages) == turn(*messages)


@pytest.fixture
def bedrock(aws: EmbeddedAws) -> Any:
    return a_client("bedrock-runtime", aws)


def test_it_is_asked_over_the_real_protocol_once_it_is_switched_on(bedrock: Any) -> None:
    conversation().play(parse_script({"builtin": True}))
    schema = {"json": {"type": "object"}}
    config = {"tools": [{"toolSpec": {"name": "analyze_budgets", "inputSchema": schema}}]}
    messages = [user("Overview, please")]
    answers = []
    for _ in range(2):
        events = list(
            bedrock.converse_stream(modelId=BUILTIN_MODEL, messages=messages, toolConfig=config)["stream"]
        )
        started = [each["contentBlockStart"]["start"] for each in events if "contentBlockStart" in each]
        deltas = [each["contentBlockDelta"]["delta"] for each in events if "contentBlockDelta" in each]
        answers.append("".join(each.get("text", "") for each in deltas))
        messages += (
            used("analyze_budgets", BUDGETS, identifier=started[0]["toolUse"]["toolUseId"]) if started else []
        )
    assert answers == ["", "One budget is breached: 'elasticache-monthly'."]
    assert [each.turn for each in conversation().heard] == [1, 2]


def test_a_script_or_the_builtin_model_but_not_both() -> None:
    with pytest.raises(ValueError, match="one or the other"):
        parse_script({"builtin": True, "turns": [{"text": "Well."}]})
    with pytest.raises(ValueError, match="true or false"):
        parse_script({"builtin": "yes"})
    with pytest.raises(ValueError, match="no turns"):
        parse_script(json.loads('{"builtin": false}'))
