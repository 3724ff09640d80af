"""The real handler in this process, led to an embedded AWS by the SDK's own environment variables."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

EXECUTION_ROLE = "budget-management-action-role"

Answer = Callable[[Any], dict[str, Any]]


@dataclass(frozen=True)
class _Context:
    """What the handler sees of Lambda's context."""

    aws_request_id: str = "demo"


def handler_on(url: str, account_id: str, **variables: str) -> Answer:
    """What answers requests, working in the account of the embedded AWS at `url`.

    The environment of this process becomes that of the function, with `variables` over it: whatever the machine
    says about AWS is gone from it, and its proxy is not asked for the loopback.
    """
    for name in [each for each in os.environ if each.startswith(("AWS_", "BUDGET_"))]:
        del os.environ[name]
    os.environ.update(
        {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "demo",
            "AWS_SECRET_ACCESS_KEY": "demo",
            "AWS_REGION": "us-east-1",
            "BUDGET_ACTION_EXECUTION_ROLE_ARN": f"arn:aws:iam::{account_id}:role/{EXECUTION_ROLE}",
            "LOG_LEVEL": "CRITICAL",
            "POWERTOOLS_METRICS_DISABLED": "true",
            "TIME_SOURCE": "aws",
            "no_proxy": f"127.0.0.1,localhost,{os.environ.get('no_proxy', os.environ.get('NO_PROXY', ''))}",
            **variables,
        }
    )
    # Only now, because its logger reads the environment when it is imported.
    from lambda_handler import lambda_handler

    return lambda request: lambda_handler(request, _Context())
