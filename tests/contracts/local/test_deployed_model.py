"""What the template lets the function ask of a model: the one that is named, and nothing without one."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from local.bedrock.models import conversation
from local.bedrock.script import parse_script
from local.server import EmbeddedAws
from tests.contracts.local.account_resources import Clients
from tests.contracts.local.deployed_template import deploy_template
from tests.contracts.local.worlds import ACCOUNT

FUNCTION, ROLE = "budget-management-agent", "budget-management-execution-role"
MODEL, OTHER = "amazon.nova-lite-v1:0", "amazon.nova-micro-v1:0"
PROFILE, OTHER_PROFILE = "us.anthropic.claude-sonnet-4-6", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
BEHIND_PROFILE = "anthropic.claude-sonnet-4-6"
MODEL_ARN = f"arn:aws:bedrock:us-east-1::foundation-model/{MODEL}"
PROFILE_ARN = f"arn:aws:bedrock:us-west-2:{ACCOUNT}:inference-profile/{PROFILE}"


class Function:
    """The function's role, with which models are asked."""

    def __init__(self, aws: EmbeddedAws, clients: Clients) -> None:
        trusting = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ACCOUNT}}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trusting]})
        clients("iam").update_assume_role_policy(RoleName=ROLE, PolicyDocument=document)
        arn = f"arn:aws:iam::{ACCOUNT}:role/{ROLE}"
        keys = clients("sts").assume_role(RoleArn=arn, RoleSessionName="function")["Credentials"]
        self._session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        self._url = aws.url

    def asks(self, model: str, region: str = "us-east-1", guardrail: str | None = None) -> str:
        """The permission that was missing, or `answered`."""
        return self._call("converse_stream", model, region, guardrail)

    def asks_without_a_stream(self, model: str) -> str:
        """The same with Converse."""
        return self._call("converse", model, "us-east-1", None)

    def _call(self, operation: str, model: str, region: str, guardrail: str | None) -> str:
        conversation().play(parse_script({"turns": [{"text": "You have no budgets yet."}]}))
        config = Config(retries={"total_max_attempts": 1}, proxies={})
        client = self._session.client("bedrock-runtime", region, endpoint_url=self._url, config=config)
        request: dict[str, Any] = {"messages": [{"role": "user", "content": [{"text": "Well?"}]}]}
        if guardrail is not None:
            request["guardrailConfig"] = {"guardrailIdentifier": guardrail, "guardrailVersion": "1"}
        try:
            answer = getattr(client, operation)(modelId=model, **request)
            # Read to its end, so that the connection is free to be closed.
            list(answer.get("stream", ()))
        except ClientError as error:
            if error.response["Error"]["Code"] != "AccessDeniedException":
                raise
            return error.response["Error"]["Message"].partition("perform: ")[2].partition(" ")[0]
        finally:
            client.close()
        return "answered"


@pytest.mark.parametrize(
    ("named", "answered", "refused"),
    [
        (MODEL, [MODEL, MODEL_ARN], [OTHER, f"us.{MODEL}"]),
        (MODEL_ARN, [MODEL, MODEL_ARN], [OTHER, f"us.{MODEL}"]),
        (PROFILE, [PROFILE], [OTHER_PROFILE, BEHIND_PROFILE, "eu.anthropic.claude-sonnet-4-6"]),
        ("global.anthropic.claude-sonnet-4-6", ["global.anthropic.claude-sonnet-4-6"], [PROFILE]),
        ("", [], [MODEL, PROFILE]),
    ],
)
def test_the_function_may_ask_the_model_that_is_named_and_no_other(
    aws: EmbeddedAws, clients: Clients, named: str, answered: list[str], refused: list[str]
) -> None:
    deploy_template(clients, ModelId=named)
    function = Function(aws, clients)
    missing = "bedrock:InvokeModelWithResponseStream"
    assert {each: function.asks(each) for each in answered} == dict.fromkeys(answered, "answered")
    assert {each: function.asks(each) for each in refused} == dict.fromkeys(refused, missing)
    for each in answered:
        assert function.asks_without_a_stream(each) == "bedrock:InvokeModel"


def test_a_model_in_another_region_is_named_by_its_arn(aws: EmbeddedAws, clients: Clients) -> None:
    deploy_template(clients, ModelId=PROFILE_ARN)
    function = Function(aws, clients)
    assert function.asks(PROFILE_ARN, "us-west-2") == "answered"
    assert function.asks(PROFILE, "us-east-1") == "bedrock:InvokeModelWithResponseStream"


def test_a_guardrail_may_be_applied_that_is_named_and_no_other(aws: EmbeddedAws, clients: Clients) -> None:
    deploy_template(clients, ModelId=PROFILE, ModelGuardrail="gr0a1b2c3d4e@1")
    function = Function(aws, clients)
    assert function.asks(PROFILE, guardrail="gr0a1b2c3d4e") == "answered"
    assert function.asks(PROFILE, guardrail="gr9z8y7x6w5v") == "bedrock:ApplyGuardrail"


def test_without_a_model_nothing_of_bedrock_is_allowed_whatever_else_is_set(
    aws: EmbeddedAws, clients: Clients
) -> None:
    deploy_template(clients, ModelGuardrail="gr0a1b2c3d4e@1", ModelPrices="input=3,output=15")
    policy = clients("iam").get_role_policy(RoleName=ROLE, PolicyName="agent")["PolicyDocument"]
    assert "bedrock" not in json.dumps(policy)


def test_every_change_of_a_setting_is_live_at_once(aws: EmbeddedAws, clients: Clients) -> None:
    deploy_template(clients)
    held = {"ASK_SECONDS": 30, "MODEL_PROMPT_CACHING": False}
    changes = (
        {"ModelId": PROFILE},
        {"ModelId": PROFILE, "ModelSettings": json.dumps(held)},
        {
            "ModelId": PROFILE,
            "ModelSettings": json.dumps(held),
            "CorsAllowedOrigins": "https://a.example.com",
        },
    )
    seen = []
    for change in changes:
        deploy_template(clients, **change)
        live = clients("lambda").get_function_configuration(FunctionName=FUNCTION, Qualifier="live")
        variables = live["Environment"]["Variables"]
        seen.append((live["Version"], variables["MODEL_ID"], variables["CORS_ALLOWED_ORIGINS"]))
    assert seen == [("2", PROFILE, ""), ("3", PROFILE, ""), ("4", PROFILE, "https://a.example.com")]
    assert json.loads(variables["MODEL_SETTINGS"]) == held
    policies = clients("iam").list_policies(Scope="Local")["Policies"]
    assert len(policies) == 2, "a policy that was made anew takes the place of the one before"
