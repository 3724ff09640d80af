"""AWS's errors as ours: by code, with what to do next, and nothing taken for success."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError

from tools.aws.errors import aws_errors
from tools.domain.errors import (
    AccessDenied,
    AwsUnavailable,
    BudgetAgentError,
    BudgetAlreadyExists,
    BudgetNotFound,
    DataUnavailable,
    InvalidParameters,
    QuotaExceeded,
    ResourceLocked,
    Throttled,
)

URL = "https://budgets.amazonaws.com"


def translated(
    error: Exception, *, permission: str = "budgets:ViewBudget", **context: Any
) -> BudgetAgentError:
    with pytest.raises(BudgetAgentError) as caught, aws_errors(permission, **context):
        raise error
    assert caught.value.__cause__ is error
    return caught.value


def answered(code: str, message: str = "text", status: int = 400) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]
        "DescribeBudgets",
    )


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("ThrottlingException", Throttled),
        ("LimitExceededException", Throttled),
        ("AccessDeniedException", AccessDenied),
        ("UnrecognizedClientException", AccessDenied),
        ("ExpiredTokenException", AccessDenied),
        ("NotFoundException", BudgetNotFound),
        ("DuplicateRecordException", BudgetAlreadyExists),
        ("CreationLimitExceededException", QuotaExceeded),
        ("ServiceQuotaExceededException", QuotaExceeded),
        ("ResourceLockedException", ResourceLocked),
        ("InvalidParameterException", InvalidParameters),
        ("ValidationException", InvalidParameters),
        ("DataUnavailableException", DataUnavailable),
        ("UnresolvableUsageUnitException", DataUnavailable),
        ("InternalErrorException", AwsUnavailable),
        ("ExpiredNextTokenException", AwsUnavailable),
        ("RequestExpired", AccessDenied),
        ("OptInRequired", AccessDenied),
        ("400", AwsUnavailable),
        ("SomethingNewException", InvalidParameters),
    ],
)
def test_each_code_has_its_error(code: str, expected: type[BudgetAgentError]) -> None:
    error = translated(answered(code))
    assert type(error) is expected
    assert error.details["aws_error"] == code


@pytest.mark.parametrize("status", [500, 502, 503])
def test_any_fault_of_aws_is_worth_a_retry(status: int) -> None:
    error = translated(answered("SomethingNewException", status=status))
    assert isinstance(error, AwsUnavailable)
    assert error.retryable


@pytest.mark.parametrize(
    "error",
    [
        ConnectTimeoutError(endpoint_url=URL),
        ReadTimeoutError(endpoint_url=URL),
        EndpointConnectionError(endpoint_url=URL),
        ResponseParserError("DescribeBudgets: the reply ends in the middle"),
    ],
)
def test_no_answer_and_half_an_answer_are_unavailable(error: Exception) -> None:
    assert isinstance(translated(error), AwsUnavailable)


def test_missing_credentials_are_not_worth_a_retry() -> None:
    error = translated(NoCredentialsError())
    assert isinstance(error, AccessDenied)
    assert "credentials" in error.message


def test_a_request_that_botocore_refuses_is_an_invalid_parameter() -> None:
    assert isinstance(translated(ParamValidationError(report="Amount")), InvalidParameters)


def test_a_denial_names_the_permission_that_aws_names() -> None:
    text = (
        "User: arn:aws:sts::123456789012:assumed-role/agent/x is not authorized to perform: "
        "iam:PassRole on resource: arn:aws:iam::123456789012:role/y"
    )
    error = translated(answered("AccessDeniedException", text), permission="budgets:CreateBudgetAction")
    assert error.details["permission"] == "iam:PassRole"
    assert error.message.endswith("Allow iam:PassRole to the agent's role.")


def test_a_denial_without_a_name_tells_the_permission_that_the_call_needs() -> None:
    error = translated(answered("AccessDeniedException", "No."))
    assert error.details["permission"] == "budgets:ViewBudget"


def test_another_accounts_budgets_are_not_a_matter_of_permissions() -> None:
    error = translated(answered("AccessDeniedException", "No."), foreign_account_id="210000000001")
    assert "run the agent in 210000000001" in error.message


def test_an_execution_role_that_cannot_be_assumed_is_told_from_a_denial() -> None:
    text = "Budgets permission required to assume [ExecutionRole: arn:aws:iam::123456789012:role/new]"
    error = translated(answered("AccessDeniedException", text))
    assert error.details["permission"] == "sts:AssumeRole"
    assert "arn:aws:iam::123456789012:role/new" in error.message


def test_an_unknown_budget_is_named_with_the_way_to_find_names() -> None:
    error = translated(answered("NotFoundException"), budget_name="ec2")
    assert error.message == "There is no budget named 'ec2'; list names with analyze_budgets."


def test_an_error_of_our_own_passes_unchanged() -> None:
    ours = DataUnavailable("nothing")
    with pytest.raises(DataUnavailable) as caught, aws_errors("budgets:ViewBudget"):
        raise ours
    assert caught.value is ours
