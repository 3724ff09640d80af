"""Questions in words: what the model is told, what it may do, how it is bounded, and what comes back."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from agent.remembering import SHORTEST_CHOSEN_ID
from agent.told_changes import NOTHING_CHANGED
from tests.asking import asking, calls, fails, heard, play, says
from tests.embedded import items_of_state_table, the_server
from tests.lambda_context import Context
from tests.pipeline import MODEL_ID, pipeline

BUDGET = {"budget_name": "ec2-guard", "amount": 500}


def test_without_a_model_it_says_what_to_configure_and_named_actions_work() -> None:
    with pipeline() as through:
        refused = through.act("ask", query="What is over?")
        works = through.act("list_budget_templates")
    assert refused["data"]["error"]["code"] == "MODEL_UNAVAILABLE"
    assert refused["data"]["error"]["details"]["configure"] == ["MODEL_ID"]
    assert works["status"] == "success"


def test_the_answer_comes_from_the_tools_and_tells_what_it_took() -> None:
    with asking(MODEL_PRICES="input=3,output=15") as world:
        analyzed = world.through.act("analyze_budgets")["data"]["summary"]
        text = f"You have {analyzed['budgets']} budgets."
        answer = world.answer(
            "How many budgets are there?",
            {**calls("analyze_budgets"), "usage": {"input_tokens": 4000, "output_tokens": 50}},
            says(text, usage={"input_tokens": 9000, "output_tokens": 20}),
        )
    assert answer["text"] == text
    assert answer["tools"] == [{"action": "analyze_budgets", "error_code": None}]
    assert answer["model"] == {
        "model_id": MODEL_ID,
        "turns": 2,
        "input_tokens": 13000,
        "output_tokens": 70,
        "cache_read_tokens": 0,
        "cache_write_tokens": 0,
        "cost": {"amount": "0.04005", "unit": "USD"},
    }
    assert (answer["removed_sentences"], answer["bound"], answer["proposed_changes"]) == (0, None, [])


def test_the_model_is_told_the_day_the_account_and_every_tool_but_two() -> None:
    with asking() as world:
        world.answer("Hello", says("I help with budgets."))
        [request] = heard()
    [system, *_] = request["system"]
    assert "Today is 2026-10-20." in system["text"]
    assert "Your account is 123456789012." in system["text"]
    names = {each["toolSpec"]["name"] for each in request["toolConfig"]["tools"] if "toolSpec" in each}
    assert {"analyze_budgets", "create_budget", "delete_budget"} <= names
    assert names.isdisjoint({"ask", "receive_notification"})
    assert request["modelId"] == MODEL_ID
    assert request["inferenceConfig"] == {"maxTokens": 2000, "temperature": 0}


def test_settings_reach_the_model() -> None:
    with asking(
        MODEL_TEMPERATURE="0.5",
        MODEL_MAX_TOKENS="300",
        MODEL_GUARDRAIL="gr1234567890@2",
        MODEL_PROMPT_CACHING="false",
    ) as world:
        world.answer("Hello", says("Hello."))
        [request] = heard()
    assert request["inferenceConfig"] == {"maxTokens": 300, "temperature": 0.5}
    assert request["guardrailConfig"]["guardrailIdentifier"] == "gr1234567890"
    assert request["guardrailConfig"]["guardrailVersion"] == "2"
    assert "cachePoint" not in json.dumps(request)


def test_prompt_and_tools_are_marked_for_the_cache() -> None:
    with asking() as world:
        world.answer("Hello", says("Hello."))
        [request] = heard()
    assert {"cachePoint": {"type": "default"}} in request["toolConfig"]["tools"]
    assert {"cachePoint": {"type": "default"}} in request["system"]


def test_a_figure_that_no_tool_gave_is_sent_back_once_and_may_be_repaired() -> None:
    with asking() as world:
        answer = world.answer(
            "How many are over?",
            calls("analyze_budgets"),
            says("You spend 987654 USD on Mars."),
            says("That is not known.", expect="987654"),
        )
    assert answer["text"] == "That is not known."
    assert answer["removed_sentences"] == 0


def test_what_is_still_wrong_then_is_removed_and_marked() -> None:
    with asking() as world:
        answer = world.answer(
            "How many are over?",
            calls("analyze_budgets"),
            says("You spend 987654 USD on Mars."),
            says("Budgets help. You spend 987654 USD on Mars."),
        )
    assert answer["text"].startswith("Budgets help. [removed")
    assert "987654" not in json.dumps(answer)
    assert answer["removed_sentences"] == 1


def test_an_answer_that_cannot_be_repaired_stands_without_what_is_wrong() -> None:
    with asking() as world:
        answer = world.answer(
            "How many are over?",
            calls("analyze_budgets"),
            says("Budgets help. You spend 987654 USD on Mars."),
            fails("ServiceUnavailableException"),
            fails("ServiceUnavailableException"),
        )
    assert answer["text"].startswith("Budgets help. [removed")
    assert answer["removed_sentences"] == 1


@pytest.mark.parametrize("allowed", [True, False])
def test_a_change_is_rehearsed_and_proposed_never_made(allowed: bool) -> None:
    with asking() as world:
        answer = world.answer(
            "Create a budget called ec2-guard of 500 USD.",
            calls("create_budget", BUDGET),
            says("I have created it."),
            allow_changes=allowed,
        )
        missing = world.through.act("analyze_budgets", budget_names=["ec2-guard"])
        changes = world.through.act("list_changes")
    [proposed] = answer["proposed_changes"]
    assert proposed["request"]["action"] == "create_budget"
    assert proposed["request"]["parameters"] == {**BUDGET, "dry_run": False}
    assert ("confirmation_token" in proposed["request"]) == allowed
    assert (proposed["expires_at"] == "2026-10-20T12:15:00Z") == allowed
    assert "Nothing was changed yet. Proposed: create_budget" in answer["text"]
    assert missing["data"]["error"]["code"] == "BUDGET_NOT_FOUND"
    assert changes["data"]["changes"] == []


def test_what_a_rule_refuses_is_not_proposed_as_allowed() -> None:
    with asking() as world:
        answer = world.answer(
            "Delete it.",
            calls("delete_budget", {"budget_name": "no-such-budget", "confirm": "no-such-budget"}),
            says("There is none."),
            allow_changes=True,
        )
    assert answer["tools"] == [{"action": "delete_budget", "error_code": "BUDGET_NOT_FOUND"}]
    assert answer["proposed_changes"] == []


def test_sending_a_proposal_makes_its_change_once() -> None:
    with asking() as world:
        request = proposal(world)
        made = world.through.send(request, other_invocation(1))
        again = world.through.send(request, other_invocation(2))
        changes = world.through.act("list_changes")["data"]["changes"]
    assert made["status"] == "success"
    assert again["data"]["error"]["code"] == "CONFIRMATION_REFUSED"
    assert again["data"]["error"]["details"] == {"reason": "USED"}
    assert [each["action"] for each in changes] == ["create_budget"]


def test_a_change_that_fails_gives_its_token_back() -> None:
    with asking(AWS_ATTEMPTS="1") as world:
        request = proposal(world)
        world.through.fault("budgets", "CreateBudget", "throttle", times=1)
        failed = world.through.send(request, other_invocation(1))
        made = world.through.send(request, other_invocation(2))
    assert failed["data"]["error"]["code"] == "THROTTLED"
    assert made["status"] == "success"


def test_a_question_that_follows_knows_what_was_said() -> None:
    with asking() as world:
        first = world.answer("Hello", says("I help with budgets."))
        world.answer("Go on", says("Gladly."), session_id=first["session_id"])
        [request] = heard()
    assert [each["content"][0]["text"] for each in request["messages"]] == [
        "Hello",
        "I help with budgets.",
        "Go on",
    ]


def test_figures_of_an_earlier_answer_may_be_said_again() -> None:
    with asking() as world:
        count = world.through.act("analyze_budgets")["data"]["summary"]["budgets"]
        first = world.answer("How many?", calls("analyze_budgets"), says(f"{count} budgets."))
        again = world.answer("Sure?", says(f"Yes, {count} budgets."), session_id=first["session_id"])
    assert again["text"] == f"Yes, {count} budgets."
    assert again["removed_sentences"] == 0


def test_a_session_id_of_ones_own_must_not_be_guessable() -> None:
    with asking() as world:
        refused = world.ask("Hello", session_id="team-a")
        own = world.answer("Hello", says("Hello."), session_id="x" * SHORTEST_CHOSEN_ID)
    assert refused["data"]["error"]["code"] == "INVALID_PARAMETERS"
    assert "guess" in refused["data"]["error"]["message"]
    assert own["session_id"] == "x" * SHORTEST_CHOSEN_ID


def test_a_session_is_over_after_its_hours() -> None:
    with asking(ASK_SESSION_HOURS="1") as world:
        first = world.answer("Hello", says("I help with budgets."))
        the_server().world.clock.set(the_server().world.clock.now().replace(hour=14))
        world.answer("Go on", says("With what?"), session_id=first["session_id"])
        [request] = heard()
    assert len(request["messages"]) == 1


def test_without_a_table_it_answers_and_says_what_it_cannot_remember() -> None:
    with asking(BUDGET_STATE_TABLE="") as world:
        first = world.answer("Hello", says("Hello."))
        second = world.answer("Again", says("Hello."), session_id="x" * 20)
        third = world.answer("Create it", calls("create_budget", BUDGET), says("So."), allow_changes=True)
    assert (first["session_id"], first["incomplete"]) == (None, [])
    assert [(each["part"], each["code"]) for each in second["incomplete"]] == [
        ("session", "STATE_UNAVAILABLE")
    ]
    assert [each["part"] for each in third["incomplete"]] == ["confirmation_token"]
    assert third["proposed_changes"][0]["request"]["parameters"]["dry_run"] is False


def test_calls_of_tools_are_bounded() -> None:
    with asking(ASK_TOOL_CALLS="2") as world:
        answer = world.answer(
            "Loop", *[calls("list_alerts")] * 3, says("No alert is open.", expect="used up")
        )
    assert answer["text"] == "No alert is open."
    assert answer["bound"] == "TOOL_CALLS"
    assert len(answer["tools"]) == 2


def test_a_model_that_never_stops_calling_is_stopped() -> None:
    with asking(ASK_TOOL_CALLS="2") as world:
        answer = world.answer("Loop", *[calls("list_alerts")] * 30)
        requests = heard()
    assert answer["bound"] == "TOOL_CALLS"
    assert "No alert is open." in answer["text"]
    assert len(requests) == 4


def test_tokens_are_bounded() -> None:
    with asking(ASK_TOKENS="1000") as world:
        answer = world.answer(
            "What is open?",
            {**calls("list_alerts"), "usage": {"input_tokens": 990, "output_tokens": 20}},
            says("Never heard."),
        )
        requests = heard()
    assert answer["bound"] == "TOKENS"
    assert "tokens that one question may take were used up" in answer["text"]
    assert len(requests) == 1


def test_an_answer_that_is_cut_off_ends_with_a_whole_sentence() -> None:
    with asking() as world:
        answer = world.answer("Tell me", says("Budgets help. They are lim", stop_reason="max_tokens"))
    assert answer["text"] == "Budgets help."
    assert answer["bound"] == "TOKENS"


def test_seconds_are_bounded_and_what_was_read_is_told() -> None:
    with asking(ASK_SECONDS="1") as world:
        world.through.fault("bedrock-runtime", "ConverseStream", "slow", times=10, seconds=6)
        answer = world.answer("What is open?", calls("list_alerts"), says("Too late."))
    assert answer["bound"] == "SECONDS"
    assert "were over before the answer was written" in answer["text"]


def test_a_model_that_asks_to_slow_down_is_tried_again() -> None:
    with asking() as world:
        answer = world.answer("Hello", fails("ThrottlingException"), says("Hello."))
    assert answer["text"] == "Hello."


def test_throttling_in_the_middle_of_a_stream_is_tried_again_from_the_beginning() -> None:
    with asking() as world:
        answer = world.answer(
            "Hello",
            says("Hello, I am", failure={"error": "ThrottlingException", "after_events": 3}),
            says("Hello."),
        )
    assert answer["text"] == "Hello."


@pytest.mark.parametrize(
    ("turn", "code", "retryable"),
    [
        (fails("ModelStreamErrorException", after_events=2), "AWS_UNAVAILABLE", True),
        (fails("ServiceUnavailableException"), "AWS_UNAVAILABLE", True),
        (fails("InternalServerException", after_events=1), "AWS_UNAVAILABLE", True),
        (fails("ValidationException", message="The model says no."), "MODEL_UNAVAILABLE", False),
        (fails("ResourceNotFoundException", message="Model not found."), "MODEL_UNAVAILABLE", False),
        (
            fails(
                "AccessDeniedException",
                message="You don't have access to the model with the specified model ID.",
            ),
            "MODEL_UNAVAILABLE",
            False,
        ),
        (
            fails(
                "AccessDeniedException",
                message="x is not authorized to perform: bedrock:InvokeModelWithResponseStream on y",
            ),
            "ACCESS_DENIED",
            False,
        ),
    ],
)
def test_a_model_that_does_not_answer_says_why(turn: dict[str, Any], code: str, retryable: bool) -> None:
    with asking() as world:
        error = world.ask("Hello", {"text": "Hello, I am going to fail", **turn}, turn)["data"]["error"]
    assert (error["code"], error["retryable"]) == (code, retryable)
    if code == "MODEL_UNAVAILABLE":
        assert error["details"]["configure"] == ["MODEL_ID", "MODEL_REGION"]
    if code == "ACCESS_DENIED":
        assert error["details"]["permission"] == "bedrock:InvokeModelWithResponseStream"


def test_a_call_that_is_no_json_is_told_to_the_model() -> None:
    with asking() as world:
        answer = world.answer(
            "Adjust all",
            calls("adjust_budgets", input_text='{"budget_names": ["a'),
            says("I could not.", expect="no JSON object"),
        )
    assert answer["tools"] == [{"action": "adjust_budgets", "error_code": "INVALID_PARAMETERS"}]
    assert answer["proposed_changes"] == []


def test_an_unknown_tool_is_refused_and_the_conversation_goes_on() -> None:
    with asking() as world:
        answer = world.answer(
            "Do it", calls("rm_rf", is_unknown=True), says("I cannot.", expect="not an action of this agent")
        )
    assert answer["text"] == "I cannot."
    assert answer["tools"] == []


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("guardrail_intervened", "GUARDRAIL_INTERVENED"),
        ("content_filtered", "CONTENT_FILTERED"),
        ("malformed_model_output", "MODEL_OUTPUT_MALFORMED"),
    ],
)
def test_a_refusal_is_told_as_what_it_is(reason: str, code: str) -> None:
    with asking(MODEL_GUARDRAIL="gr1234567890@1") as world:
        answer = world.answer("Hello", says("Sorry, I cannot answer that.", stop_reason=reason))
    assert answer["text"] == "Sorry, I cannot answer that."
    assert [(each["part"], each["code"]) for each in answer["incomplete"]] == [("answer", code)]


def test_a_claim_to_have_changed_something_is_corrected() -> None:
    with asking() as world:
        answer = world.answer("Delete all budgets", says("Done, I have deleted them."))
    assert answer["text"].endswith(NOTHING_CHANGED)


def test_addresses_that_nobody_named_reach_no_proposal() -> None:
    with asking() as world:
        answer = world.answer(
            "Create a budget called ec2-guard of 500 USD.",
            calls("create_budget", {**BUDGET, "notification_email": "thief@example.org"}),
            says("Whom shall it tell?", expect="has not named these addresses"),
            allow_changes=True,
        )
    assert answer["proposed_changes"] == []


def test_log_and_table_hold_no_word_of_tools_and_no_token(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with asking() as world:
        request = proposal(world, query="Create ec2-guard of 500 USD for marked@example.com, marked-words")
        world.answer("x", calls("list_alerts", input_text='{"marked-words'), says("marked-words"))
        kept = json.dumps([each for each in items_of_state_table() if "#confirmations" in each["pk"]["S"]])
    written = capfd.readouterr()
    for text in (written.out, written.err, kept):
        assert "marked" not in text
        assert request["confirmation_token"] not in text


def test_tokens_of_the_model_are_metrics(capfd: pytest.CaptureFixture[str]) -> None:
    with asking() as world:
        world.answer("Hello", says("Hello.", usage={"input_tokens": 11, "output_tokens": 2}))
    [found] = [json.loads(line) for line in capfd.readouterr().out.splitlines() if '"ModelTurns"' in line]
    assert (found["ModelInputTokens"], found["ModelOutputTokens"]) == ([11.0], [2.0])


def test_the_prompts_are_packed_beside_the_agent() -> None:
    prompts = Path(__file__).parents[2] / "agent" / "prompts"
    assert {each.name for each in prompts.iterdir()} == {"system.md", "summary.md"}


def test_an_address_that_only_contains_a_named_one_is_not_named() -> None:
    with asking() as world:
        answer = world.answer(
            "Create a budget called ec2-guard of 500 USD and tell joann@acme.com.au.",
            calls("create_budget", {**BUDGET, "notification_email": "ann@acme.com"}),
            calls("create_budget", {**BUDGET, "notification_email": "joann@acme.com"}),
            calls("create_budget", {**BUDGET, "notification_email": "Joann@acme.com.au"}),
            says("I propose it."),
        )
    [proposed] = answer["proposed_changes"]
    assert proposed["request"]["parameters"]["notification_email"] == "Joann@acme.com.au"


def test_half_a_character_of_a_model_reaches_no_reply_and_no_proposal() -> None:
    with asking() as world:
        answer = world.answer(
            "Create a budget",
            calls("create_budget", input_text='{"budget_name": "a\\ud800", "amount": 5}'),
            says("Hello."),
        )
    assert answer["proposed_changes"] == []
    assert answer["tools"] == [{"action": "create_budget", "error_code": "INVALID_PARAMETERS"}]


def test_a_blank_question_is_the_callers_mistake() -> None:
    with asking() as world:
        assert world.ask("   ")["data"]["error"]["code"] == "INVALID_PARAMETERS"


def test_a_reply_that_was_kept_is_given_to_nobody_else_and_for_no_other_token() -> None:
    with asking() as world:
        request = {**proposal(world), "request_id": "shared-1"}
        made = world.through.send(request, other_invocation(1))
        again = world.through.send(request, other_invocation(2))
        bogus = world.through.send({**request, "confirmation_token": "bogus"}, other_invocation(3))
    assert made["status"] == "success"
    assert again == made
    assert bogus["data"]["error"]["code"] == "INVALID_REQUEST"


def test_explain_lets_the_model_word_the_result() -> None:
    with asking() as world:
        plain = world.through.act("analyze_budgets")["data"]
        text = f"There are {plain['summary']['budgets']} budgets."
        play([says(text)])
        explained = world.through.act("analyze_budgets", explain=True)["data"]
        [request] = heard()
    assert (explained["in_words"]["text"], explained["in_words"]["written_by"]) == (text, "model")
    assert {**explained, "in_words": None} == plain
    assert "toolConfig" not in request


def test_explain_lets_no_figure_pass_that_is_not_the_results() -> None:
    with asking() as world:
        play([says("There are 987654 budgets.")] * 2)
        told = world.through.act("analyze_budgets", explain=True)["data"]
    assert told["in_words"]["written_by"] == "agent"
    assert "987654" not in json.dumps(told)
    assert [each["part"] for each in told["incomplete"]] == ["summary in words"]


def proposal(world: Any, query: str = "Create a budget called ec2-guard of 500 USD.") -> dict[str, Any]:
    """The request of a proposed budget, with its token."""
    answer = world.answer(query, calls("create_budget", BUDGET), says("I propose it."), allow_changes=True)
    request: dict[str, Any] = answer["proposed_changes"][0]["request"]
    return request


def other_invocation(number: int) -> Context:
    return Context(aws_request_id=f"00000000-0000-0000-0000-{number:012d}")
