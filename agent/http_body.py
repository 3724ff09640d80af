"""What an HTTP event holds: its headers, and the JSON in its body."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from typing import Any

from tools.domain.errors import InvalidRequest

LARGEST_BODY_BYTES = 5_200_000
"""The largest parameters that an action takes, and room for the rest; Lambda hands over 6 MB at most."""

_EXAMPLE = 'for example {"action": "analyze_budgets", "parameters": {}}'


def header_of(event: Mapping[str, Any], name: str) -> str | None:
    """The value of a header, whatever its case; None where it is missing, all of them where there are several."""
    values = [
        value
        for headers in (event.get("headers"), event.get("multiValueHeaders"))
        if isinstance(headers, Mapping)
        for key, held in headers.items()
        if isinstance(key, str) and key.lower() == name
        for value in _texts(held)
    ]
    return ", ".join(dict.fromkeys(values)) or None


def content_of(event: Mapping[str, Any]) -> Any:
    """What the body says as JSON. Raises InvalidRequest where it is empty, too large or no JSON."""
    text = _text_of(event)
    if not text.strip():
        raise InvalidRequest(f"The body is empty. Send {_EXAMPLE}.")
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest(f"The body is not JSON. Send {_EXAMPLE}.") from error


def _text_of(event: Mapping[str, Any]) -> str:
    body = event.get("body")
    if body is None:
        return ""
    if not isinstance(body, str):
        raise InvalidRequest(f"The body is not a text. Send {_EXAMPLE}.")
    try:
        held = (
            base64.b64decode(body, validate=True) if event.get("isBase64Encoded") is True else body.encode()
        )
        if len(held) > LARGEST_BODY_BYTES:
            raise InvalidRequest(
                f"The body has {len(held):,} bytes.", {"allowed": f"at most {LARGEST_BODY_BYTES:,} bytes"}
            )
        return held.decode("utf-8-sig")
    except (binascii.Error, UnicodeError) as error:
        raise InvalidRequest("The body is no text in UTF-8, or not base64 as the event says.") from error


def _texts(held: Any) -> Iterator[str]:
    """The values under a name: one text, or a list of them."""
    for value in held if isinstance(held, list) else [held]:
        if isinstance(value, str):
            yield value


def _refuse_constant(name: str) -> Any:
    """Infinity and NaN, which Python reads and JSON does not have."""
    raise ValueError(name)
