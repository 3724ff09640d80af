"""Every event source against the deployed function: each answer has the shape that its source documents, and no
wrong or hostile event changes a budget.
"""

from __future__ import annotations

import base64
import json
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.builders import ACCOUNT
from tests.e2e.calls import CALLS, CHANGES, PAGE, Call, Failed
from tests.e2e.deployment import BUCKET, FUNCTION, Deployment, readme_commands, with_host_parameters
from tests.integration.embedded_process import embedded_process

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(platform.system() != "Linux", reason="Lambda's wheels run on Linux only"),
]


@pytest.fixture(scope="module")
def deployed(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The agent in the company's account, with a web page that may call it."""
    with embedded_process("company") as url:
        deployment = Deployment(url, tmp_path_factory.mktemp("deployment"))
        deployment.run(f"aws s3 mb s3://{BUCKET}")
        deployment.run(f"aws s3 cp {package} s3://{BUCKET}/budget-management-agent.zip")
        deployment.run(with_host_parameters(readme_commands()[2]))
        functions = deployment.client("lambda")
        variables = functions.get_function_configuration(FunctionName=FUNCTION)["Environment"]["Variables"]
        functions.update_function_configuration(
            FunctionName=FUNCTION, Environment={"Variables": {**variables, "CORS_ALLOWED_ORIGINS": PAGE}}
        )
        yield deployment


def invoke(deployed: Deployment, call: Call) -> Any:
    """What the function returns, or how it failed."""
    context = base64.b64encode(json.dumps(call.context or {}).encode()).decode()
    answer = deployed.client("lambda").invoke(
        FunctionName=FUNCTION, Payload=json.dumps(call.event), ClientContext=context
    )
    told = json.loads(answer["Payload"].read())
    return Failed(told["errorType"], told["errorMessage"]) if "FunctionError" in answer else told


def budgets_of(deployed: Deployment) -> dict[str, Any]:
    """Every budget with its limit."""
    pages = deployed.client("budgets").get_paginator("describe_budgets").paginate(AccountId=ACCOUNT)
    return {each["BudgetName"]: each.get("BudgetLimit") for page in pages for each in page["Budgets"]}


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_an_event_is_answered_as_its_source_takes_it_and_changes_nothing(
    deployed: Deployment, call: Call
) -> None:
    before = budgets_of(deployed)
    call.check(invoke(deployed, call))
    assert budgets_of(deployed) == before


def test_every_source_is_tried_well_wrongly_and_with_bad_intent() -> None:
    tried: dict[str, set[str]] = {}
    for call in CALLS:
        tried.setdefault(call.source, set()).add(call.meant.split(":")[0].split()[0])
    # Of what the agent takes nothing from, nothing is good.
    assert tried.pop("another service") == {"bad", "hostile"}
    assert all(meant == {"good", "bad", "hostile"} for meant in tried.values())


@pytest.mark.parametrize("call", CHANGES, ids=str)
def test_a_change_is_made_and_recorded_with_its_source(deployed: Deployment, call: Call) -> None:
    before = budgets_of(deployed)
    invoke(deployed, call)
    [made] = [name for name in budgets_of(deployed) if name not in before]
    [change] = deployed.act("list_changes", budget_name=made)["data"]["changes"]
    assert (change["outcome"], change["requester"]["source"]) == ("CHANGED", call.source)
