"""The actions as the files that Bedrock Agents and AgentCore Gateway read; `make schemas` writes, a test compares.

Sources: Bedrock user guide, "Define OpenAPI schemas for your agent's action groups"; AgentCore developer guide,
"AWS Lambda function targets", and the shape ToolDefinition.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.documents import ROOT
from tools.actions._action import Action
from tools.actions._plain_schema import plain_schema
from tools.actions.catalogue import ACTIONS
from tools.domain.names import AGENT_NAME, AGENT_VERSION

FOLDER = ROOT / "cloudformation" / "schemas"
OPENAPI = FOLDER / "openapi.json"
TOOLS = FOLDER / "agentcore_tools.json"

FROM_SNS_ONLY = "receive_notification"
"""No tool for a model: SNS brings what it takes."""

_REPLY = {
    "type": "object",
    "properties": {
        "agent": {"type": "string", "description": "Who answers."},
        "action": {"type": "string", "description": "What was asked for."},
        "status": {"type": "string", "description": "success or error."},
        "data": {
            "type": "object",
            "description": "The result, or error with code, message, details and retryable. What is missing "
            "stands under incomplete.",
        },
        "timestamp": {"type": "string", "description": "When it was answered, UTC."},
    },
}


def openapi() -> dict[str, Any]:
    """Every action as `POST /<action>`; what can change something is confirmed by the agent's user before."""
    return {
        "openapi": "3.0.3",
        "info": {
            "title": AGENT_NAME,
            "version": AGENT_VERSION,
            "description": "Keeps AWS spending under control with AWS Budgets.",
        },
        "paths": {f"/{each.name}": {"post": _operation(each)} for each in _offered()},
    }


def tools() -> list[dict[str, Any]]:
    """Every action as a tool of a gateway's target."""
    return [
        {"name": each.name, "description": _description(each), "inputSchema": plain_schema(each.schema())}
        for each in _offered()
    ]


def written(content: Any) -> str:
    """The text of a file."""
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write both files."""
    FOLDER.mkdir(exist_ok=True)
    OPENAPI.write_text(written(openapi()), encoding="utf-8")
    TOOLS.write_text(written(tools()), encoding="utf-8")


def _offered() -> Iterator[Action]:
    return (each for each in ACTIONS.values() if each.name != FROM_SNS_ONLY)


def _operation(action: Action) -> dict[str, Any]:
    schema = plain_schema(action.schema())
    operation: dict[str, Any] = {
        "operationId": action.name,
        "summary": action.summary,
        "description": _description(action),
        "requestBody": {
            "required": "required" in schema,
            "content": {"application/json": {"schema": schema}},
        },
        "responses": {
            "200": {
                "description": "The reply of the agent.",
                "content": {"application/json": {"schema": _REPLY}},
            }
        },
    }
    return {**operation, "x-requireConfirmation": "ENABLED"} if action.mutates else operation


def _description(action: Action) -> str:
    return " ".join(action.description.split())


if __name__ == "__main__":
    main()
