"""One of many callers at the same time: a process of its own with the real handler, as Lambda would start it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import lambda_handler
from tests.lambda_context import Context


def call(
    event: Mapping[str, Any], invocation_id: str, environment: Mapping[str, str], together: Any, replies: Any
) -> None:
    """Build the agent, wait for the others, send the event and hand the reply back."""
    os.environ.update(environment)
    lambda_handler._agent()
    together.wait()
    replies.put(lambda_handler.lambda_handler(event, Context(invocation_id)))
