"""How a caller's own values are shown back: as JSON, and never longer than a sentence bears."""

from __future__ import annotations

import json
from typing import Any

LONGEST_QUOTE = 200


def quoted(value: Any) -> str:
    """A value as the caller wrote it: a text in quotes, anything else as JSON; long ones are shortened."""
    if isinstance(value, str):
        return f"'{shortened(value)}'"
    return shortened(json.dumps(value, ensure_ascii=False, default=str))


def shortened(text: str, longest: int = LONGEST_QUOTE) -> str:
    """The text, or its beginning and an ellipsis."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
