"""How AWS Budgets refuses a call: one function per exception of the service model."""

from local.refusal import Refused


def invalid_parameter(message: str) -> Refused:
    """An invalid input value."""
    return Refused("InvalidParameterException", message)


def invalid_budget(reason: str) -> Refused:
    """A budget that cannot be; the prefix is the one AWS puts before such reasons."""
    return invalid_parameter(f"Unable to create/update budget - {reason}")


def not_found(message: str) -> Refused:
    """The resource that was named is not there."""
    return Refused("NotFoundException", message)


def duplicate(message: str) -> Refused:
    """An equal thing is already there."""
    return Refused("DuplicateRecordException", message)


def creation_limit(message: str) -> Refused:
    """More notifications or subscribers than a budget or notification may have."""
    return Refused("CreationLimitExceededException", message)


def quota_exceeded(message: str) -> Refused:
    """More budgets or tags than an account or resource may have."""
    return Refused("ServiceQuotaExceededException", message)


def locked(message: str) -> Refused:
    """The resource is in a state that does not allow the call."""
    return Refused("ResourceLockedException", message)


def access_denied(message: str) -> Refused:
    """The caller, or the role it names, may not do this."""
    return Refused("AccessDeniedException", message)


def invalid_token() -> Refused:
    """A pagination token that this operation did not give, or not for these parameters."""
    return Refused("InvalidNextTokenException", "The pagination token is invalid.")


def expired_token() -> Refused:
    """A pagination token that was given too long ago."""
    return Refused("ExpiredNextTokenException", "The pagination token expired.")
