"""The edge: one event in, what its source wants to hear out, whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, partial
from time import monotonic
from typing import Any

from agent import startup
from agent.answers import Answers, Arrival
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
from agent.events import respond
from agent.invocation import Caller, Invocation, asked_by, custom_in, invocation_of
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
    answers = Answers(
        request=partial(_reply_to, context),
        refusal=partial(_refuse, context),
        awake=_say_awake,
        websocket=_answer_websocket,
        allowed_origins=_allowed_origins,
    )
    return respond(Arrival(event, custom_in(context)), answers)


def _reply_to(context: Any, request: Any, caller: Caller | None = None) -> AgentResponse:
    """The reply to one request. Never raises."""
    invocation = invocation_of(context, caller)
    action = action_named_in(request)
    request_id = request_id_named_in(request) or invocation.id
    answer = partial(_answer, partial(parse_request, request, ACTION_NAMES), action, request_id, invocation)
    return _recorded(answer, action, request_id, invocation.caller)


def _refuse(
    context: Any, error: BudgetAgentError, caller: Caller | None = None, action: str | None = None
) -> AgentResponse:
    """The reply to an event without a request. Never raises."""

    def refuse() -> ActionRequest:
        raise error

    invocation = invocation_of(context, caller)
    named = action_named_in({"action": action})
    answer = partial(_answer, refuse, named, invocation.id, invocation)
    return _recorded(answer, named, invocation.id, invocation.caller)


def _recorded(
    answer: Callable[[], AgentResponse], action: str | None, request_id: str | None, caller: Caller
) -> AgentResponse:
    """What it answers, with its log lines and metrics."""
    began = monotonic()
    is_cold = not _agent.cache_info().currsize
    known_action = action if action in ACTION_NAMES else None
    logger.append_keys(request_id=request_id, action=known_action or NO_ACTION, source=caller.source)
    response = answer()
    record_outcome(known_action, response.error_code, monotonic() - began, is_cold=is_cold)
    startup.finish()
    return response


def _say_awake() -> AgentResponse:
    """The reply to a ping, by the machine's clock: nothing is asked of AWS."""
    return AgentResponse.success(None, {"awake": True, "incomplete": []}, datetime.now(UTC))


def _allowed_origins() -> str | None:
    """The origins that the setting allows; none while the settings are wrong, which every request says."""
    try:
        return load_settings().cors_allowed_origins
    except SettingsError as error:
        logger.error("the configuration is wrong", reason=str(error))
        return None


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


def _answer(
    read: Callable[[], ActionRequest], action: str | None, request_id: str | None, invocation: Invocation
) -> AgentResponse:
    try:
        request = read()
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
