"""Bedrock Runtime: a scripted model behind the real protocol, asked by real clients."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, EventStreamError

from local.bedrock.models import conversation
from local.bedrock.script import parse_script
from local.server import EmbeddedAws
from tests.contracts.local.worlds import ACCOUNT, a_client

NOVA = "amazon.nova-pro-v1:0"
TOOLS = {
    "tools": [{"toolSpec": {"name": "analyze_budgets", "inputSchema": {"json": {"type": "object"}}}}],
}
LOOK = {"name": "analyze_budgets", "input": {"names": ["team"], "depth": 2}}


def play(*turns: dict[str, Any], **parts: Any) -> None:
    conversation().play(parse_script({"turns": list(turns), **parts}))


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": [{"text": text}]}


def request(*messages: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"modelId": NOVA, "messages": list(messages) or [user("How are my budgets?")], **members}


@pytest.fixture
def bedrock(aws: EmbeddedAws) -> Any:
    return a_client("bedrock-runtime", aws)


def refusal(call: Callable[[], Any]) -> str:
    """Code, HTTP status and text of the error that the call ends with."""
    with pytest.raises(ClientError) as refused:
        call()
    response = refused.value.response
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    return f"{response['Error']['Code']} {status}: {response['Error']['Message']}"


def test_a_turn_becomes_a_message(bedrock: Any) -> None:
    play({"text": "Let me look.", "tool_uses": [LOOK], "usage": {"input_tokens": 812, "output_tokens": 40}})
    answer = bedrock.converse(**request(toolConfig=TOOLS))
    said, asked = answer["output"]["message"]["content"]
    assert said == {"text": "Let me look."}
    assert (asked["toolUse"]["name"], asked["toolUse"]["input"]) == (LOOK["name"], LOOK["input"])
    assert answer["stopReason"] == "tool_use"
    assert answer["usage"] == {"inputTokens": 812, "outputTokens": 40, "totalTokens": 852}


def test_a_turn_becomes_a_stream_of_events(bedrock: Any) -> None:
    play(
        {
            "text": "All is well.",
            "tool_uses": [{**LOOK, "id": "tooluse_abc"}],
            "usage": {"cache_read_tokens": 5},
        }
    )
    events = list(bedrock.converse_stream(**request(toolConfig=TOOLS))["stream"])
    kinds = [next(iter(event)) for event in events]
    assert kinds[0] == "messageStart"
    assert kinds[-2:] == ["messageStop", "metadata"]
    deltas = [event["contentBlockDelta"] for event in events if "contentBlockDelta" in event]
    text = [one["delta"]["text"] for one in deltas if one["contentBlockIndex"] == 0]
    assert text == ["All", " is", " well."]
    pieces = [one["delta"]["toolUse"]["input"] for one in deltas if one["contentBlockIndex"] == 1]
    assert "".join(pieces) == '{"names": ["team"], "depth": 2}'
    assert len(pieces) > 1
    (start,) = [event["contentBlockStart"] for event in events if "contentBlockStart" in event]
    assert start["start"]["toolUse"] == {"toolUseId": "tooluse_abc", "name": "analyze_budgets"}
    assert events[-2]["messageStop"] == {"stopReason": "tool_use"}
    assert events[-1]["metadata"]["usage"]["cacheReadInputTokens"] == 5


@pytest.mark.parametrize("reason", ["content_filtered", "max_tokens", "malformed_tool_use"])
def test_a_model_may_stop_for_another_reason(bedrock: Any, reason: str) -> None:
    play({"stop_reason": reason})
    events = list(bedrock.converse_stream(**request())["stream"])
    assert {"messageStop": {"stopReason": reason}} in events


def test_a_guardrail_intervenes_only_where_there_is_one(bedrock: Any) -> None:
    trace = {"actionReason": "Guardrail blocked."}
    play({"text": "Sorry.", "stop_reason": "guardrail_intervened", "guardrail_trace": trace})
    assert "has no guardrailConfig" in refusal(lambda: bedrock.converse(**request()))
    guardrail = {"guardrailIdentifier": "abc", "guardrailVersion": "1", "trace": "enabled"}
    answer = bedrock.converse(**request(guardrailConfig=guardrail))
    assert answer["stopReason"] == "guardrail_intervened"
    assert answer["trace"]["guardrail"] == trace


def test_a_throttled_call_is_an_http_error(bedrock: Any) -> None:
    play({"failure": {"error": "ThrottlingException"}}, {"text": "Now."})
    assert refusal(lambda: bedrock.converse_stream(**request())).startswith(
        "ThrottlingException 429: Too many"
    )
    assert bedrock.converse(**request())["stopReason"] == "end_turn"


def collect(stream: Any, seen: list[Any]) -> None:
    """Put every event into `seen`, also those before an error."""
    for event in stream:
        seen.append(event)


def test_a_stream_may_break_off_with_an_error(bedrock: Any) -> None:
    play({"text": "All is well.", "failure": {"error": "ThrottlingException", "after_events": 3}})
    seen: list[Any] = []
    stream = bedrock.converse_stream(**request())["stream"]
    with pytest.raises(EventStreamError, match=r"throttlingException.*Too many requests"):
        collect(stream, seen)
    stream.close()
    assert [next(iter(event)) for event in seen] == ["messageStart", "contentBlockDelta", "contentBlockDelta"]


def test_the_input_of_a_tool_may_be_no_json(bedrock: Any) -> None:
    play({"tool_uses": [{"name": "analyze_budgets", "input_text": '{"names": ['}]})
    assert "only ConverseStream" in refusal(lambda: bedrock.converse(**request(toolConfig=TOOLS)))
    events = list(bedrock.converse_stream(**request(toolConfig=TOOLS))["stream"])
    delta = next(event["contentBlockDelta"]["delta"] for event in events if "contentBlockDelta" in event)
    assert delta["toolUse"]["input"] == '{"names": ['


def test_a_tool_that_is_not_offered_has_to_be_meant(bedrock: Any) -> None:
    play({"tool_uses": [{"name": "delete_everything"}]})
    told = refusal(lambda: bedrock.converse(**request(toolConfig=TOOLS)))
    assert "Turn 1 of the script uses the tool delete_everything; the request offers analyze_budgets" in told
    play({"tool_uses": [{"name": "delete_everything", "is_unknown": True}]})
    content = bedrock.converse(**request(toolConfig=TOOLS))["output"]["message"]["content"]
    assert content[0]["toolUse"]["name"] == "delete_everything"


def test_a_conversation_that_goes_another_way_is_refused_and_the_turn_stays(bedrock: Any) -> None:
    play({"expect": "budgets", "text": "Fine."})
    told = refusal(lambda: bedrock.converse(**request(user("And the weather?"))))
    assert told == (
        "ValidationException 400: Turn 1 of the script expects 'budgets' in the last message, which is: "
        "And the weather?"
    )
    assert bedrock.converse(**request())["stopReason"] == "end_turn"


def test_what_a_tool_answered_can_be_expected(bedrock: Any) -> None:
    play({"expect": '"breached": 2', "text": "Two are breached."})
    use = {"toolUseId": "a", "name": "analyze_budgets", "input": {}}
    result = {"toolUseId": "a", "content": [{"json": {"breached": 2}}], "status": "success"}
    messages = [
        user("How are they?"),
        {"role": "assistant", "content": [{"toolUse": use}]},
        {"role": "user", "content": [{"toolResult": result}]},
    ]
    assert bedrock.converse(**request(*messages, toolConfig=TOOLS))["stopReason"] == "end_turn"


def test_without_a_script_people_are_told_how_to_load_one(bedrock: Any) -> None:
    told = refusal(lambda: bedrock.converse_stream(**request()))
    assert told.startswith("ValidationException 400: No script is loaded")
    assert "python -m local bedrock script FILE" in told


def test_a_script_ends(bedrock: Any) -> None:
    play({"text": "Fine."})
    bedrock.converse(**request())
    assert "The script has ended" in refusal(lambda: bedrock.converse(**request()))


def test_every_request_is_remembered(bedrock: Any) -> None:
    play({"text": "Fine."})
    members = {
        "system": [{"text": "You watch budgets."}],
        "toolConfig": TOOLS,
        "inferenceConfig": {"maxTokens": 500},
        "guardrailConfig": {"guardrailIdentifier": "abc", "guardrailVersion": "1"},
    }
    bedrock.converse(**request(**members))
    refusal(lambda: bedrock.converse(**request()))
    first, second = conversation().heard
    assert {name: first.parameters[name] for name in members} == members
    assert (first.operation, first.account_id, first.turn) == ("Converse", ACCOUNT, 1)
    assert (second.turn, second.refusal is not None) == (None, True)


def test_a_reset_forgets_the_script(aws: EmbeddedAws) -> None:
    play({"text": "Fine."})
    aws.reset()
    assert conversation().turns_left == 0


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("us.anthropic.claude-sonnet-4-6", "played"),
        ("global.anthropic.claude-sonnet-4-6", "played"),
        (f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/us.amazon.nova-pro-v1:0", "played"),
        ("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0", "played"),
        ("house.model", "played"),
        ("amazon.nova-ultra", "ValidationException 400: The provided model identifier is invalid."),
        ("eu.amazon.nova-pro-v1:0", "ValidationException 400: The provided model identifier is invalid."),
        ("us.amazon.nova-ultra", "ValidationException 400: The provided model identifier is invalid."),
        ("anthropic.claude-sonnet-4-6", "with on-demand throughput isn"),
        (f"arn:aws:bedrock:us-east-1:{ACCOUNT}:imported-model/abcdefabcdef", "ResourceNotFoundException 404"),
        ("closed.model", "AccessDeniedException 403: You don't have access to the model"),
    ],
)
def test_a_model_is_asked_as_aws_lets_it_be_asked(bedrock: Any, model: str, told: str) -> None:
    play({"text": "played"}, models=["house.model"], models_without_access=["closed.model"])
    asking = {**request(), "modelId": model}
    if told == "played":
        assert bedrock.converse(**asking)["output"]["message"]["content"] == [{"text": "played"}]
    else:
        assert told in refusal(lambda: bedrock.converse(**asking))
        assert conversation().turns_left == 1


def assistant_asks(*ids: str) -> dict[str, Any]:
    uses = [{"toolUse": {"toolUseId": each, "name": "analyze_budgets", "input": {}}} for each in ids]
    return {"role": "assistant", "content": uses}


def answers(*ids: str, **members: Any) -> dict[str, Any]:
    result = {"content": [{"text": "done"}], **members}
    return {"role": "user", "content": [{"toolResult": {"toolUseId": each, **result}} for each in ids]}


@pytest.mark.parametrize(
    ("messages", "members", "told"),
    [
        ([assistant_asks("a")], {}, "must start with a user message"),
        ([user("a"), user("b")], {}, "must alternate between user and assistant roles"),
        ([user("a"), {"role": "assistant", "content": [{"text": "b"}]}], {}, "must end with a user message"),
        ([user(" ")], {}, "text field in the ContentBlock object at messages.0.content.0 is blank"),
        ([{"role": "user", "content": []}], {}, "content field in the Message object at messages.0 is empty"),
        ([user("a"), assistant_asks("a"), answers("a")], {}, "toolConfig field must be defined"),
        (
            [user("a"), assistant_asks("a", "b"), answers("a")],
            {"toolConfig": TOOLS},
            "Expected toolResult blocks at messages.2.content for the following Ids: b",
        ),
        (
            [user("a"), assistant_asks("a"), answers("a", "c")],
            {"toolConfig": TOOLS},
            "toolResult blocks at messages.2.content exceeds the number of toolUse blocks of previous turn",
        ),
        (
            [user("a"), assistant_asks("a"), answers("a", content=[], status="error")],
            {"toolConfig": TOOLS},
            "messages.2.content.0.toolResult cannot be empty when status value is error",
        ),
        ([user("a")], {"inferenceConfig": {"temperature": 1.5}}, "'inferenceConfig.temperature' failed"),
        (
            [user("a")],
            {"toolConfig": {"tools": [{"toolSpec": {"name": "no spaces", "inputSchema": {"json": {}}}}]}},
            "regular expression pattern: [a-zA-Z0-9_-]+",
        ),
        ([{"role": "bot", "content": [{"text": "a"}]}], {}, "enum value set: [user, assistant, system]"),
    ],
)
def test_a_conversation_that_aws_refuses_is_refused(
    bedrock: Any, messages: list[dict[str, Any]], members: dict[str, Any], told: str
) -> None:
    play({"text": "played"})
    refused = refusal(lambda: bedrock.converse(**request(*messages, **members)))
    assert refused.startswith("ValidationException 400")
    assert told in refused
    assert conversation().turns_left == 1


def test_an_operation_that_is_not_built_is_refused_by_name(bedrock: Any) -> None:
    told = refusal(lambda: bedrock.invoke_model(modelId=NOVA, body=b"{}"))
    assert (
        told == "NotImplementedException 400: The embedded AWS does not build InvokeModel of bedrock-runtime."
    )
