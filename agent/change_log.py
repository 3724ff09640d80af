"""Every change leaves an audit entry: begun before it, completed after it, whoever started it.

The entry comes first, so that a change whose record cannot be kept is not made, and one that is cut off in the
middle is not lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from agent.contract import error_detail, internal_error
from agent.guarded_budgets import GuardedGateways, NoWrites
from agent.invocation import present_requester
from agent.observability import logger
from tools.actions._action import Action, Incomplete, Parameters, Result
from tools.domain.audit import AuditEntry, Outcome, kept, position_of
from tools.domain.errors import BudgetAgentError
from tools.gateways import Gateways

if TYPE_CHECKING:
    from tools.ports.state import StateStore

_NO_TABLE = "No state table is configured (BUDGET_STATE_TABLE): "


def carry_out(action: Action, raw: Mapping[str, Any], gateways: Gateways, *, is_governed: bool) -> Result:
    """Run an action, what it changes through the gate, and where it is a change, record it.

    A call that is not governed can change nothing. Raises what the action raises, GovernanceViolation where the
    rules forbid it, and where its record cannot be begun the error of the state table: then nothing was changed.
    """
    parameters = action.parse(raw)
    perform = _performer(action, parameters, gateways, is_governed=is_governed)
    if not action.is_change(parameters):
        return perform()
    from tools.actions._recording import nothing_changed

    if gateways.state is None:
        return with_incomplete(perform(), *_unkept(parameters))
    if action.records_itself:
        return perform()
    entry = _entry(action, parameters, gateways)
    try:
        gateways.state.begin_change(entry)
    except BudgetAgentError as error:
        raise nothing_changed(error) from error
    return _recorded(perform, gateways, entry, gateways.state)


def with_incomplete(result: Result, *parts: Incomplete) -> Result:
    """A result that says also what could not be done around it."""
    return result.model_copy(update={"incomplete": [*result.incomplete, *parts]}) if parts else result


def _performer(
    action: Action, parameters: Parameters, gateways: Gateways, *, is_governed: bool
) -> Callable[[], Result]:
    """What runs the action, with budgets that it can change only through the gate."""
    if not is_governed:
        unwritable = GuardedGateways(gateways, NoWrites()).as_gateways()
        return lambda: action.function(parameters, unwritable)
    from agent.gate import Gate

    gate = Gate(gateways, is_rehearsal=not action.is_change(parameters))
    return lambda: gate.reported(action.function(parameters, gate.gateways))


def _recorded(
    perform: Callable[[], Result], gateways: Gateways, entry: AuditEntry, state: StateStore
) -> Result:
    try:
        result = perform()
    except BudgetAgentError as error:
        detail = error_detail(error).model_dump(mode="json")
        missing = _complete(state, gateways, replace(entry, outcome=Outcome.FAILED, error=kept(detail)))
        if missing is not None:
            others = error.details.get("incomplete", [])
            error.details["incomplete"] = [*others, missing.model_dump(mode="json")]
        raise
    except Exception:
        detail = internal_error().model_dump(mode="json")
        _complete(state, gateways, replace(entry, outcome=Outcome.FAILED, error=detail))
        raise
    from tools.actions._recording import completed

    change = result.recorded_change()
    missing = _complete(state, gateways, completed(entry, change))
    return with_incomplete(result, *([] if missing is None else [missing]))


def _entry(action: Action, parameters: Parameters, gateways: Gateways) -> AuditEntry:
    from tools.actions._recording import new_entry_id

    return AuditEntry(
        id=new_entry_id(),
        account_id=parameters.account_id or gateways.identity.account_id,
        at=gateways.clock.now(),
        action=action.name,
        budget_name=getattr(parameters, "budget_name", None),
        reason=_reason(parameters),
        requester=present_requester(),
    )


def _complete(state: StateStore, gateways: Gateways, entry: AuditEntry) -> Incomplete | None:
    """Complete the entry, or say why it stays as it was begun. The change stands: it must not look undone."""
    try:
        state.finish_change(replace(entry, finished_at=gateways.clock.now()))
    except BudgetAgentError as error:
        logger.error("audit entry not completed", entry_id=entry.id, error_code=error.code)
        return Incomplete(
            part="audit",
            code=error.code,
            reason=f"The audit entry of {position_of(entry.at)} could not be completed and stays STARTED. "
            f"{error.message}",
            retryable=False,
        )
    return None


def _unkept(parameters: Parameters) -> list[Incomplete]:
    """What the caller asked to be kept although there is nowhere to keep it."""
    asked = {
        "request_id": (present_requester().request_id, "the same request sent again is carried out again."),
        "reason": (_reason(parameters), "the change and its reason are not recorded."),
    }
    return [
        Incomplete(part=part, code="STATE_UNAVAILABLE", reason=_NO_TABLE + consequence, retryable=False)
        for part, (value, consequence) in asked.items()
        if value is not None
    ]


def _reason(parameters: Parameters) -> str | None:
    reason: str | None = getattr(parameters, "reason", None)
    return reason
