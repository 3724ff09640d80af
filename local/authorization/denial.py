"""Denial: AWS's no to a call."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Denial:
    """HTTP status, error code and text, right for the protocol of the call."""

    status: int
    code: str
    message: str
