"""Refused: how our own services say no to a call."""

from typing import Any

from moto.core.exceptions import ServiceException


class Refused(ServiceException):
    """An answer with which AWS refuses a call.

    `code` is the exception's name in the service model (`NotFoundException`), or a common one that no model
    lists (`ValidationException`). The HTTP status is the model's, otherwise 400. The body on the wire is
    `{"__type": code, "Message": message, **members}`.
    """

    def __init__(self, code: str, message: str, **members: Any) -> None:
        super().__init__(code, message)
        self.members = members
