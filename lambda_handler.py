"""The edge: one event in, one standard reply out, whatever happens."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

from agent.bootstrap import build_agent
from agent.budget_agent import BudgetAgent
from agent.contract import (
    AgentResponse,
    ErrorDetail,
    action_named_in,
    error_detail,
    parse_request,
)
from agent.observability import logger
from agent.settings import SettingsError, load_settings
from agent.strands_tools import internal_error
from tools.actions.catalogue import ACTION_NAMES
from tools.domain.errors import BudgetAgentError


def lambda_handler(event: Any, context: Any) -> dict[str, Any]:
    """Answer one event with the standard reply. Never raises."""
    request_id = getattr(context, "aws_request_id", None)
    logger.append_keys(function_request_id=request_id)
    try:
        return _answer(event, request_id).model_dump(mode="json")
    except BudgetAgentError as error:
        logger.warning("request refused", error_code=error.code)
        return _refusal(event, error_detail(error), request_id)
    except Exception:
        logger.exception("request failed unexpectedly")
        return _refusal(event, internal_error(), request_id)


def _answer(event: Any, function_request_id: str | None) -> AgentResponse:
    request = parse_request(event, ACTION_NAMES)
    request_id = request.request_id or function_request_id
    agent = _agent()
    outcome = agent.perform(request)
    now = agent.gateways.clock.now()
    if isinstance(outcome, ErrorDetail):
        return AgentResponse.failure(request.action, outcome, request_id, now)
    return AgentResponse.success(request.action, outcome, now)


def _refusal(event: Any, detail: ErrorDetail, function_request_id: str | None) -> dict[str, Any]:
    request_id = event.get("request_id") if isinstance(event, dict) else None
    response = AgentResponse.failure(
        action_named_in(event),
        detail,
        request_id if isinstance(request_id, str) else function_request_id,
        _present(),
    )
    return response.model_dump(mode="json")


def _present() -> datetime:
    """The agent's time, or the machine's while the agent cannot tell."""
    try:
        return _agent().gateways.clock.now()
    except (BudgetAgentError, SettingsError):
        return datetime.now(UTC)


@cache
def _agent() -> BudgetAgent:
    """Built at the first request and kept warm. A failure is not kept: the next request tries again."""
    settings = load_settings()
    logger.setLevel(settings.log_level)
    return build_agent(settings)
