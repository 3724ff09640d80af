"""On the deployed stack: the model that the template names is asked, with exactly its permissions."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator
from typing import Any

import pytest

from local.remote import Remote
from tests.e2e.deployment import PROJECT, Deployment, readme_commands, with_host_parameters
from tests.e2e.test_deploy import MODEL_PERMISSIONS
from tools.actions.catalogue import ACTION_NAMES

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(platform.system() != "Linux", reason="Lambda's wheels run on Linux only"),
]

MODEL = "us.anthropic.claude-sonnet-4-6"
SETTINGS = '{"ASK_SECONDS": 40}'
PARAMETERS = (
    f"ModelId={MODEL} ModelGuardrail=gr0a1b2c3d4e@1 ModelPrices=input=3,output=15 'ModelSettings={SETTINGS}'"
)
needs_ask = pytest.mark.skipif(
    "ask" not in ACTION_NAMES, reason="there is no action `ask` to ask the model with"
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


def ask(asking: Deployment) -> Any:
    return asking.act("ask", query="How are our budgets doing?")


def test_the_function_takes_what_the_template_says_of_the_model(asking: Deployment) -> None:
    live = asking.client("lambda").get_function_configuration(
        FunctionName=f"{PROJECT}-agent", Qualifier="live"
    )
    variables = live["Environment"]["Variables"]
    assert (variables["MODEL_ID"], variables["MODEL_SETTINGS"]) == (MODEL, SETTINGS)
    assert asking.act("analyze_budgets")["status"] == "success", "a wrong setting would fail every request"


@needs_ask
def test_the_model_that_was_named_answers_through_its_guardrail(asking: Deployment) -> None:
    reply = ask(asking)
    assert reply["status"] == "success", reply
    assert reply["data"]["model"]["model_id"] == MODEL
    (request, *_) = Remote(asking.url).ask("GET", "bedrock")["requests"]
    assert request["modelId"] == MODEL
    assert request["guardrailConfig"]["guardrailIdentifier"] == "gr0a1b2c3d4e"


@needs_ask
@pytest.mark.parametrize("permission", MODEL_PERMISSIONS)
def test_a_permission_of_the_model_that_is_taken_away_is_missed_and_named(
    asking: Deployment, permission: str
) -> None:
    with asking.without(permission):
        refused = ask(asking)
    assert refused["status"] == "error", refused
    assert permission in json.dumps(refused["data"]["error"])
    assert ask(asking)["status"] == "success", "with the permission it works"
