"""How CloudFormation refuses a call; the codes are the ones on its wire."""

from moto.core.exceptions import ServiceException


class ValidationError(ServiceException):
    """The request or its template does not hold together, or names what is not there."""

    code = "ValidationError"


class InsufficientCapabilities(ServiceException):
    """The template makes IAM resources and the caller did not say that it may."""

    code = "InsufficientCapabilitiesException"


class ChangeSetNotFound(ServiceException):
    """No such change set."""

    code = "ChangeSetNotFound"


class InvalidChangeSetStatus(ServiceException):
    """The change set cannot be executed."""

    code = "InvalidChangeSetStatus"


class AlreadyExists(ServiceException):
    """A change set of that name is there."""

    code = "AlreadyExistsException"
