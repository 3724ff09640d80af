"""The edge: one event in, what its source wants to hear out, whatever happens."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache, partial
from time import monotonic
from typing import Any

from agent import startup
from agent.bootstrap import build_agent
from agent.budget_agent import BudgetAgent
from agent.contract import (
    ActionRequest,
    AgentResponse,
    ErrorDetail,
    action_named_in,
    error_detail,
    internal_error,
    parse_request,
    request_id_named_in,
)
from agent.events import Answers, respond
from agent.invocation import Invocation, asked_by, invocation_of
from agent.observability import NO_ACTION, log_failure, logger, record_outcome, tracer
from agent.settings import SettingsError, load_settings
from tools.actions.catalogue import ACTION_NAMES
from tools.domain.errors import BudgetAgentError

startup.before_snapshot(startup.load_everything)


@tracer.capture_lambda_handler(capture_response=False, capture_error=False)
def lambda_handler(event: Any, context: Any) -> Any:
    """Answer one event as its source wants it, mostly with the standard reply.

    Raises AsynchronousFailure where nobody waits for the reply, so that Lambda tries again, and nothing else.
    """
    return respond(event, Answers(partial(_reply_to, context), _answer_websocket))


def _reply_to(context: Any, event: Any) -> AgentResponse:
    """The reply to one request. Never raises."""
    began = monotonic()
    is_cold = not _agent.cache_info().currsize
    action = action_named_in(event)
    known_action = action if action in ACTION_NAMES else None
    request_id = request_id_named_in(event) or getattr(context, "aws_request_id", None)
    logger.append_keys(request_id=request_id, action=known_action or NO_ACTION)
    response = _answer(event, action, request_id, invocation_of(context))
    record_outcome(known_action, response.error_code, monotonic() - began, is_cold=is_cold)
    startup.finish()
    return response


def _answer_websocket(event: Any) -> dict[str, Any]:
    """The status that API Gateway wants; of a failure its client learns no more than that."""
    try:
        from agent.websocket_events import answer_websocket

        gateways = _agent().gateways
        answer = answer_websocket(
            event, gateways.connections, gateways.identity.account_id, gateways.clock.now()
        )
        logger.info("websocket event answered", status_code=answer["statusCode"])
        return answer
    except (BudgetAgentError, SettingsError) as error:
        logger.error("websocket event not answered", reason=str(error))
        return {"statusCode": 503}
    except Exception as error:
        log_failure("websocket event failed unexpectedly", error)
        return {"statusCode": 500}


def _answer(event: Any, action: str | None, request_id: str | None, invocation: Invocation) -> AgentResponse:
    try:
        request = parse_request(event, ACTION_NAMES)
        agent = _agent()
        work = partial(_work, agent, request, request_id, invocation)
        once_only = agent.once_only() if agent.is_change(request) else None
        return work() if once_only is None else once_only.run(request, invocation, work)
    except BudgetAgentError as error:
        logger.warning("request refused", error_code=error.code)
        outcome = error_detail(error)
    except SettingsError as error:
        logger.error("the configuration is wrong", reason=str(error))
        outcome = internal_error()
    except Exception as error:
        log_failure("request failed unexpectedly", error)
        outcome = internal_error()
    return AgentResponse.failure(action, outcome, request_id, _present())


def _work(
    agent: BudgetAgent, request: ActionRequest, request_id: str | None, invocation: Invocation
) -> AgentResponse:
    with asked_by(invocation.requester(request.request_id), invocation):
        outcome = agent.perform(request)
    if isinstance(outcome, ErrorDetail):
        return AgentResponse.failure(request.action, outcome, request_id, _present())
    return AgentResponse.success(request.action, outcome, _present())


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
