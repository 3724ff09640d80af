"""StrictResponse: our own services answer only what AWS models, and say no in AWS's form."""

import json
from typing import Any

import pytest
from moto.core.request import Request
from moto.core.responses import ActionResult

from local.refusal import Refused
from local.service import StrictResponse


class SomeBudgets(StrictResponse):
    """A service with two operations."""

    def __init__(self) -> None:
        super().__init__("budgets")

    def describe_budget(self) -> ActionResult:
        if self.params["BudgetName"] == "missing":
            raise Refused("NotFoundException", "There is none.")
        if self.params["BudgetName"] == "broken":
            raise Refused("InternalErrorException", "Sorry.")
        return ActionResult({"Budget": {"BudgetName": self.params["BudgetName"]}})

    def delete_budget(self) -> None:
        return None


def ask(operation: str | None, body: Any) -> tuple[int, dict[str, str], dict[str, Any]]:
    headers = {"Content-Type": "application/x-amz-json-1.1"}
    if operation:
        headers["X-Amz-Target"] = f"AWSBudgetServiceGateway.{operation}"
    content = body if isinstance(body, bytes) else json.dumps(body)
    request = Request.from_primitives("POST", "https://budgets.amazonaws.com/", headers, content)
    status, sent, text = SomeBudgets.dispatch(request)
    return status, sent, json.loads(text)


def test_an_operation_answers_with_the_members_of_its_shape() -> None:
    status, headers, body = ask("DescribeBudget", {"AccountId": "123456789012", "BudgetName": "a"})
    assert (status, body) == (200, {"Budget": {"BudgetName": "a"}})
    assert headers["Content-Type"] == "application/x-amz-json-1.1"


def test_an_operation_without_output_answers_an_empty_object() -> None:
    assert ask("DeleteBudget", {"AccountId": "123456789012", "BudgetName": "a"})[::2] == (200, {})


def test_a_refusal_names_its_type_and_message_as_aws_does() -> None:
    status, headers, body = ask("DescribeBudget", {"AccountId": "1", "BudgetName": "missing"})
    assert status == 400
    assert headers["X-Amzn-ErrorType"] == "NotFoundException"
    assert body == {"__type": "NotFoundException", "Message": "There is none."}


def test_an_internal_error_is_the_servers_fault() -> None:
    assert ask("DescribeBudget", {"AccountId": "1", "BudgetName": "broken"})[0] == 500


def test_an_operation_that_is_not_built_is_refused_by_name() -> None:
    status, _, body = ask("CreateBudget", {"AccountId": "1", "Budget": {}})
    assert status == 400
    assert body["__type"] == "NotImplementedException"
    assert "CreateBudget of budgets" in body["Message"]


def test_an_operation_that_aws_does_not_have_is_unknown() -> None:
    assert ask("PaintBudget", {})[2]["__type"] == "UnknownOperationException"
    assert ask(None, {})[2]["__type"] == "UnknownOperationException"


def test_a_method_of_the_class_is_no_operation() -> None:
    assert ask("CallAction", {})[2]["__type"] == "UnknownOperationException"


def test_an_unknown_member_is_refused_by_name() -> None:
    status, _, body = ask("DescribeBudget", {"AccountId": "1", "BudgetName": "a", "ShowAll": True})
    assert (status, body["__type"]) == (400, "SerializationException")
    assert "ShowAll" in body["Message"]


def test_a_body_that_is_no_json_object_is_refused() -> None:
    assert ask("DescribeBudget", b"{")[2]["__type"] == "SerializationException"
    assert ask("DescribeBudget", b"[]")[2]["__type"] == "SerializationException"


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity"])
def test_a_number_that_json_does_not_have_is_refused(number: bytes) -> None:
    status, _, body = ask("CreateNotification", b'{"Notification": {"Threshold": ' + number + b"}}")
    assert (status, body["__type"]) == (400, "SerializationException")


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"Budget": {"FilterExpression": ' + b'{"Not": ' * 600 + b"{}" + b"}" * 602,
    ],
)
def test_a_body_nested_without_end_is_refused(body: bytes) -> None:
    status, _, answer = ask("CreateBudget", body)
    assert (status, answer["__type"]) == (400, "SerializationException")
