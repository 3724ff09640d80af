"""Pages: where one ends, and the token that finds the next."""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from local.refusal import Refused

Row = TypeVar("Row")


def page(
    rows: Sequence[Row], size: int, params: Mapping[str, Any], member: str = "NextPageToken"
) -> tuple[Sequence[Row], str | None]:
    """The rows of the page that the request asks for, and the token of the next; None at the end.

    Raises Refused: InvalidNextTokenException for a token that is none, RequestChangedException when the
    request is not the one that the token came from.
    """
    fingerprint = _fingerprint(params, member)
    start = _offset(params.get(member), fingerprint)
    if start and start >= len(rows):
        raise Refused("InvalidNextTokenException", "The next token has expired: there is no such page.")
    end = start + size
    return rows[start:end], _token(end, fingerprint) if end < len(rows) else None


def _fingerprint(params: Mapping[str, Any], member: str) -> str:
    asked = {name: value for name, value in params.items() if name != member and value is not None}
    text = json.dumps(asked, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _token(offset: int, fingerprint: str) -> str:
    return base64.urlsafe_b64encode(f"{offset}.{fingerprint}".encode()).decode()


def _offset(token: str | None, fingerprint: str) -> int:
    if token is None:
        return 0
    try:
        offset, _, came_from = base64.urlsafe_b64decode(token.encode()).decode().partition(".")
        start = int(offset)
    except (binascii.Error, ValueError) as error:
        raise Refused("InvalidNextTokenException", "The next token is not valid.") from error
    if came_from != fingerprint:
        raise Refused("RequestChangedException", "The request has changed since its next token was given.")
    return start
