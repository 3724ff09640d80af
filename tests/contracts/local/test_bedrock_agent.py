"""A Strands agent talks to the scripted model, and IAM decides who may."""

import asyncio
import gc
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from strands import Agent, tool
from strands.models import BedrockModel
from strands.types.exceptions import ModelThrottledException

from local.bedrock.models import conversation
from local.bedrock.script import parse_script
from local.server import EmbeddedAws
from tests.contracts.local.worlds import ACCOUNT, a_client, as_role

PROFILE = "us.anthropic.claude-sonnet-4-6"
PROFILE_ARN = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/{PROFILE}"
MODEL_ARN = "arn:aws:bedrock:*::foundation-model/anthropic.claude-sonnet-4-6"


@tool
def count_budgets(kind: str) -> dict[str, Any]:
    """Count the budgets of a kind."""
    return {"status": "success", "content": [{"json": {"kind": kind, "count": 12}}]}


@pytest.fixture
def agent(aws: EmbeddedAws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Agent]:
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", aws.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "anything")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "anything")
    config = Config(proxies={}, retries={"total_max_attempts": 1})
    session = boto3.Session(region_name="us-east-1")
    model = BedrockModel(model_id=PROFILE, boto_session=session, boto_client_config=config)
    yield Agent(model=model, tools=[count_budgets], system_prompt="You count.", callback_handler=None)
    model.client.close()
    # Strands leaves a stream that broke off to the garbage collector, whose warning belongs to this test.
    gc.collect()


def play(*turns: dict[str, Any]) -> None:
    conversation().play(parse_script({"turns": list(turns)}))


def test_an_agent_uses_a_tool_and_answers(agent: Agent) -> None:
    play(
        {
            "expect": "How many",
            "text": "One moment.",
            "tool_uses": [{"name": "count_budgets", "input": {"kind": "COST"}}],
        },
        {"expect": '"count": 12', "text": "There are 12.", "usage": {"input_tokens": 90, "output_tokens": 5}},
    )
    result = agent("How many cost budgets are there?")
    assert str(result).strip() == "There are 12."
    assert result.stop_reason == "end_turn"
    first, second = conversation().heard
    assert first.parameters["system"] == [{"text": "You count."}]
    assert first.parameters["toolConfig"]["tools"][0]["toolSpec"]["name"] == "count_budgets"
    assert [message["role"] for message in second.parameters["messages"]] == ["user", "assistant", "user"]
    assert (first.operation, conversation().turns_left) == ("ConverseStream", 0)


def test_an_agent_notices_a_tool_it_does_not_have(agent: Agent) -> None:
    play(
        {"tool_uses": [{"name": "delete_everything", "is_unknown": True}]},
        {"expect": "Unknown tool: delete_everything", "text": "I cannot do that."},
    )
    assert str(agent("Go.")).strip() == "I cannot do that."


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@pytest.mark.parametrize("after", [None, 2])
def test_the_model_notices_throttling(agent: Agent, after: int | None) -> None:
    failure = {"error": "ThrottlingException", **({} if after is None else {"after_events": after})}
    play({"text": "All is well.", "failure": failure})
    with pytest.raises(ModelThrottledException):
        _converse_once(agent)


def _converse_once(agent: Agent) -> None:
    """One call of the model, without the agent's own retries, which wait for seconds."""

    async def listen() -> None:
        messages: Any = [{"role": "user", "content": [{"text": "Go."}]}]
        async for _ in agent.model.stream(messages):
            pass

    asyncio.run(listen())


def ask_as_role(aws: EmbeddedAws, *statements: dict[str, Any], operation: str, **members: Any) -> str:
    """`allowed`, or the denial that a role with these statements meets."""
    iam = a_client("iam", aws)
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "sts:AssumeRole",
    }
    iam.create_role(RoleName="asking", AssumeRolePolicyDocument=_document(trust))
    if statements:
        iam.put_role_policy(RoleName="asking", PolicyName="own", PolicyDocument=_document(*statements))
    session = as_role(aws, f"arn:aws:iam::{ACCOUNT}:role/asking")
    bedrock = a_client("bedrock-runtime", aws, **session)
    play({"text": "Fine."})
    messages = [{"role": "user", "content": [{"text": "Go."}]}]
    try:
        list(getattr(bedrock, operation)(modelId=PROFILE, messages=messages, **members).get("stream", []))
    except ClientError as error:
        return f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
    return "allowed"


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def allow(action: str, *resources: str, **parts: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": list(resources), **parts}


def test_a_role_needs_the_profile_and_the_model_behind_it(aws: EmbeddedAws) -> None:
    through_profile = {"StringLike": {"bedrock:InferenceProfileArn": PROFILE_ARN}}
    policy = [
        allow("bedrock:InvokeModelWithResponseStream", PROFILE_ARN),
        allow("bedrock:InvokeModelWithResponseStream", MODEL_ARN, Condition=through_profile),
    ]
    assert ask_as_role(aws, *policy, operation="converse_stream") == "allowed"


def test_a_profile_alone_is_not_enough(aws: EmbeddedAws) -> None:
    told = ask_as_role(aws, allow("bedrock:InvokeModel", PROFILE_ARN), operation="converse")
    assert told.startswith("AccessDeniedException: User: arn:aws:sts::")
    assert "perform: bedrock:InvokeModel on resource: arn:aws:bedrock:us-east-1::foundation-model/" in told


def test_streaming_is_an_action_of_its_own(aws: EmbeddedAws) -> None:
    told = ask_as_role(aws, allow("bedrock:InvokeModel", "*"), operation="converse_stream")
    assert f"bedrock:InvokeModelWithResponseStream on resource: {PROFILE_ARN}" in told


def test_a_guardrail_has_to_be_allowed_too(aws: EmbeddedAws) -> None:
    told = ask_as_role(
        aws,
        allow("bedrock:InvokeModel", "*"),
        operation="converse",
        guardrailConfig={"guardrailIdentifier": "abc", "guardrailVersion": "1"},
    )
    assert f"bedrock:ApplyGuardrail on resource: arn:aws:bedrock:us-east-1:{ACCOUNT}:guardrail/abc" in told
