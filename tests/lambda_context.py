"""What the handler sees of Lambda's context."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Context:
    """One invocation, with time left."""

    aws_request_id: str = "11111111-2222-3333-4444-555555555555"
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:budget-management-agent"
    remaining: int = 60_000

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining
