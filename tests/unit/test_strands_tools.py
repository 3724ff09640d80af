"""Actions as tools of a Strands agent: results, errors and the gate that every call passes."""

from typing import Any

import pytest
from pydantic import Field

from agent.budget_agent import BudgetAgent
from agent.contract import ActionRequest, ErrorDetail
from tests.fakes import gateways_with
from tools.actions._action import Parameters, Result, action
from tools.domain.errors import InvalidParameters, Throttled
from tools.gateways import Gateways


class GreetParameters(Parameters):
    """Whom to greet."""

    name: str = Field(description="Whom to greet.")


class GreetResult(Result):
    """The greeting."""

    greeting: str


@action(mutates=False)
def greet(parameters: GreetParameters, gateways: Gateways) -> GreetResult:
    """Greet somebody.

    Use it to be friendly.
    """
    if parameters.name == "throttle":
        raise Throttled("slow down", {"aws_error": "ThrottlingException"})
    if parameters.name == "crash":
        raise KeyError("secret internals")
    return GreetResult(greeting=f"Hello {parameters.name}")


def perform(parameters: dict[str, Any]) -> dict[str, Any] | ErrorDetail:
    agent = BudgetAgent({"greet": greet}, gateways_with())
    return agent.perform(ActionRequest(action="greet", parameters=parameters))


def test_a_named_action_runs_as_a_tool_and_gives_its_result() -> None:
    assert perform({"name": "Ada"}) == {"greeting": "Hello Ada", "incomplete": []}


def test_an_error_of_ours_arrives_with_its_code() -> None:
    outcome = perform({"name": "throttle"})
    assert isinstance(outcome, ErrorDetail)
    assert (outcome.code, outcome.retryable) == ("THROTTLED", True)


def test_an_unexpected_failure_shows_no_internals(caplog: pytest.LogCaptureFixture) -> None:
    outcome = perform({"name": "crash"})
    assert isinstance(outcome, ErrorDetail)
    assert outcome.code == "INTERNAL_ERROR"
    assert "secret internals" not in outcome.model_dump_json()
    assert "secret internals" not in caplog.text
    [failure] = [vars(record) for record in caplog.records if record.levelname == "ERROR"]
    assert failure["failure"][0]["type"] == "KeyError"
    assert failure["failure"][0]["frames"][-1].endswith(" greet")


@pytest.mark.parametrize("name", ["record_direct_tool_call", "user_message_override", "tool_use", "agent"])
def test_no_parameter_slips_through_to_the_machinery_of_strands(name: str) -> None:
    with pytest.raises(InvalidParameters, match=f"{name}: is not a parameter"):
        perform({"name": "Ada", name: True})


def test_a_misspelt_parameter_is_answered_with_the_nearest() -> None:
    with pytest.raises(InvalidParameters, match="nam: is not a parameter; did you mean 'name'"):
        perform({"nam": "Ada"})


def test_every_problem_is_said_at_once() -> None:
    with pytest.raises(InvalidParameters) as caught:
        perform({"account_id": "12", "colour": "red"})
    assert {each["parameter"] for each in caught.value.details["problems"]} == {
        "account_id",
        "colour",
        "name",
    }


def test_the_model_reads_the_docstring_and_the_schema_of_the_action() -> None:
    schema = greet.schema()
    assert greet.description == "Greet somebody.\n\nUse it to be friendly."
    assert greet.summary == "Greet somebody."
    assert schema["properties"]["name"]["description"] == "Whom to greet."
    assert schema["additionalProperties"] is False


def test_every_call_passes_the_audit_which_logs_no_parameters(caplog: pytest.LogCaptureFixture) -> None:
    perform({"name": "marked-address@example.com"})
    started, ended = (vars(record) for record in caplog.records)
    assert (started["msg"], started["tool"], started["mutates"]) == ("action started", "greet", False)
    assert (ended["msg"], ended["outcome"], ended["error_code"]) == ("action ended", "success", None)
    assert "marked-address" not in f"{started}{ended}"


def test_calls_leave_nothing_behind_for_the_next_caller() -> None:
    agent = BudgetAgent({"greet": greet}, gateways_with())
    agent.perform(ActionRequest(action="greet", parameters={"name": "Ada"}))
    assert agent._agent.messages == []
