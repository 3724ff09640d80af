"""AWS's errors as ours: one context manager, one table from error code to error.

Source of the codes: the service models' error shapes, and botocore's own exceptions. Cost Explorer throws a
ValidationException that its model does not declare, so errors are told apart by code, never by class.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
)
from botocore.parsers import ResponseParserError

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
    problem_with,
)

_THROTTLED = {
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
_LOST_PAGES = {"ExpiredNextTokenException", "InvalidNextTokenException"}
_DENIED = {
    "OptInRequired",
    "SubscriptionRequiredException",
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "NotAuthorized",
}
_CREDENTIALS = {
    "IncompleteSignature",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_REFUSED = {
    "BillExpirationException",
    "BillingViewHealthStatusException",
    "InvalidParameterException",
    "InvalidParameterValue",
    "RequestChangedException",
    "SerializationException",
    "ValidationException",
}
_NO_DATA = {"DataUnavailableException", "UnresolvableUsageUnitException"}
_QUOTAS = {"CreationLimitExceededException", "ServiceQuotaExceededException"}
_MISSING = {"NotFoundException", "ResourceNotFoundException"}

_DENIED_PERMISSION = re.compile(r"not authorized to perform: (?P<permission>[\w-]+:\w+)")

_UNASSUMABLE_ROLE = re.compile(r"permission required to assume \[ExecutionRole: (?P<arn>[^\]]+)\]")


@contextmanager
def aws_errors(
    permission: str, *, budget_name: str | None = None, foreign_account_id: str | None = None
) -> Iterator[None]:
    """Raise our errors for AWS's, with what to do next.

    `permission` is the IAM action the call needs, named when AWS denies it and does not say so itself;
    `foreign_account_id` is the account that was asked when it is not the agent's own.
    """
    try:
        yield
    except ClientError as error:
        raise _translated(error.response, permission, budget_name, foreign_account_id) from error
    except ParamValidationError as error:
        raise InvalidParameters(
            f"AWS's own client refused the request: {error}",
            {"problems": [problem_with("request", str(error))]},
        ) from error
    except (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError) as error:
        raise AccessDenied(
            "The agent has no AWS credentials; give its function a role, or this process credentials.",
            {"aws_error": type(error).__name__, "permission": permission},
        ) from error
    except (BotoCoreError, ResponseParserError) as error:
        raise AwsUnavailable(
            "AWS did not answer, or not to the end; the same request may succeed later.",
            {"aws_error": type(error).__name__, "permission": permission},
        ) from error


def _translated(
    response: Mapping[str, Any], permission: str, budget_name: str | None, foreign_account_id: str | None
) -> BudgetAgentError:
    code = response.get("Error", {}).get("Code", "Unknown")
    # Budgets carries its text in `Message`, Cost Explorer and others in `message`; botocore reads both into Error.
    text = response.get("Error", {}).get("Message") or response.get("Message") or ""
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    details = {"aws_error": code, "aws_message": text}
    if code in _THROTTLED or status == 429:
        return Throttled("AWS asks to slow down; retry the same request in a minute.", details)
    if code in _DENIED and (role := _UNASSUMABLE_ROLE.search(text)):
        return AccessDenied(
            f"AWS Budgets cannot assume the execution role {role['arn']}. Its trust policy must allow "
            "sts:AssumeRole to budgets.amazonaws.com; a role made a moment ago works after a minute or two.",
            {**details, "permission": "sts:AssumeRole"},
        )
    if code in _DENIED:
        found = _DENIED_PERMISSION.search(text)
        needed = found["permission"] if found else permission
        return AccessDenied(
            f"AWS refuses {needed}: {text.rstrip('.') or 'no reason given'}. "
            + _way_in(needed, foreign_account_id),
            {**details, "permission": needed},
        )
    if code in _CREDENTIALS:
        return AccessDenied(
            f"AWS does not accept the agent's credentials: {text}", {**details, "permission": permission}
        )
    if code in _MISSING:
        name = f" named '{budget_name}'" if budget_name else ""
        return BudgetNotFound(f"There is no budget{name}; list names with analyze_budgets.", details)
    if code == "DuplicateRecordException":
        return BudgetAlreadyExists(
            f"A budget named '{budget_name}' exists already; choose another name or send if_exists: skip.",
            details,
        )
    if code in _QUOTAS:
        return QuotaExceeded(f"An AWS quota is used up: {text}", details)
    if code == "ResourceLockedException":
        return ResourceLocked(f"AWS does not allow this now: {text} Try again in a minute.", details)
    if code in _NO_DATA:
        return DataUnavailable(f"AWS has no figures for this: {text}", details)
    if code in _REFUSED:
        return InvalidParameters(
            f"AWS refused the request: {text}", {**details, "problems": [problem_with("request", text)]}
        )
    if status >= 500 or code in {"InternalErrorException", "ServiceUnavailable", "InternalFailure"}:
        return AwsUnavailable("AWS answered with a fault of its own; retry in a few minutes.", details)
    if code in _LOST_PAGES:
        return AwsUnavailable("AWS lost the thread of its own pages; send the same request again.", details)
    if code == "Unknown" or code.isdigit():
        # botocore puts the HTTP status where a reply that ended early has no code.
        return AwsUnavailable(
            f"AWS answered with status {status} and no reason; the same request may succeed later.", details
        )
    refused = f"AWS refused the request with {code}: {text or 'no reason given'}"
    return InvalidParameters(refused, {**details, "problems": [problem_with("request", refused)]})


def _way_in(permission: str, foreign_account_id: str | None) -> str:
    if foreign_account_id is None:
        return f"Allow {permission} to the agent's role."
    return (
        f"AWS Budgets answers only for the caller's own account: run the agent in {foreign_account_id}, or "
        "narrow a budget of this account to it with linked_accounts."
    )
